import { describe, expect, it } from "vitest";
import { FrameCursor, headerSize, MAX_HEADER_SIZE } from "../src/index.js";
import { BACKENDS, codecOf } from "./support/backends.js";
import { encodeFrame, utf8 } from "./support/wire.js";

const KEY_BYTES = [0x37, 0xfa, 0x21, 0x3d];
const KEY = 0x3d21_fa37;
const SIZES = [0, 1, 7, 15, 16, 17, 125, 126, 127, 1_000, 65_535, 65_536, 70_000];

/** Text whose UTF-8 length makes `encodeText` guess right and wrong, at both edges of the header's size. */
const TEXTS = [
  "",
  "a",
  "größer",
  "\ufeffBOM",
  "𝄞🙂",
  "a".repeat(125),
  "a".repeat(126),
  "ä".repeat(62),
  "ä".repeat(63),
  "語".repeat(41),
  "語".repeat(42),
  "語".repeat(125),
  "a".repeat(65_535),
  "a".repeat(65_536),
  "ä".repeat(32_768),
  "語".repeat(21_845),
  "語".repeat(21_846),
];

describe.each(BACKENDS)("encoding, %s", (backend) => {
  const codec = codecOf(backend);
  const targets = [
    { name: "the slab", target: codec.slab },
    { name: "the read buffer", target: codec.readBuffer },
    { name: "an array elsewhere", target: new Uint8Array(256 * 1024) },
  ];

  it("runs on the backend it is asked for", () => {
    expect(codec.backend).toBe(backend);
  });

  it("writes the shortest header for a length, up to 2^53 - 1", () => {
    for (const length of [...SIZES, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 7, Number.MAX_SAFE_INTEGER]) {
      for (const key of [undefined, KEY]) {
        const wire = { first: 0xc2, payload: new Uint8Array(), declared: BigInt(length), masked: key !== undefined };
        const { bytes } = encodeFrame(wire, "server", KEY_BYTES);
        const target = new Uint8Array(40).fill(0xee);
        expect(codec.encodeHeader(target, 5, 0xc2, length, key)).toBe(bytes.length);
        expect(headerSize(length, key !== undefined)).toBe(bytes.length);
        expect([...target.subarray(5, 5 + bytes.length)]).toEqual(bytes);
        expect([...target.subarray(0, 5), ...target.subarray(5 + bytes.length)].every((byte) => byte === 0xee)).toBe(
          true,
        );
      }
    }
  });

  it.each(targets)("writes whole frames into $name and leaves the payload as it was", ({ target }) => {
    for (const size of SIZES) {
      const payload = Uint8Array.from({ length: size }, (_, index) => (index * 31) & 0xff);
      const copy = payload.slice();
      for (const key of [undefined, KEY, 0, -1]) {
        const keyBytes = key === KEY ? KEY_BYTES : key === 0 ? [0, 0, 0, 0] : [255, 255, 255, 255];
        const { bytes } = encodeFrame({ first: 0x82, payload, masked: key !== undefined }, "server", keyBytes);
        target.fill(0xee, 0, bytes.length + 40);
        expect(codec.encodeFrame(target, 3, 0x82, payload, key)).toBe(bytes.length);
        expect(Buffer.compare(target.subarray(3, 3 + bytes.length), Uint8Array.from(bytes))).toBe(0);
        expect(target[2]).toBe(0xee);
        expect(target[3 + bytes.length]).toBe(0xee);
        expect(Buffer.compare(payload, copy)).toBe(0);
      }
    }
  });

  it.each(targets)("writes text into $name as its UTF-8", ({ target }) => {
    for (const text of TEXTS) {
      const payload = utf8(text);
      expect(codec.textSize(text)).toBe(payload.length);
      for (const key of [undefined, KEY]) {
        const { bytes } = encodeFrame({ first: 0x81, payload, masked: key !== undefined }, "server", KEY_BYTES);
        expect(codec.encodeText(target, 9, 0x81, text, key)).toBe(bytes.length);
        expect(Buffer.compare(target.subarray(9, 9 + bytes.length), Uint8Array.from(bytes))).toBe(0);
      }
    }
  });

  it("encodes a payload that lies in the target", () => {
    const payload = codec.slab.subarray(4, 4 + 300);
    for (let index = 0; index < 300; index++) payload[index] = index & 0xff;
    const copy = payload.slice();
    const size = codec.encodeFrame(codec.slab, 0, 0x82, payload, undefined);
    expect(codec.slab.slice(4, size)).toEqual(copy);
  });

  it("writes lone surrogates as EF BF BD, and counts them so", () => {
    for (const text of ["\ud800", "a\udfffb", "\udc00\ud800", "\ud83d\ud83d\ude42"]) {
      const payload = Buffer.from(text, "utf8");
      expect(codec.textSize(text)).toBe(payload.length);
      const size = codec.encodeText(codec.slab, 0, 0x81, text, undefined);
      expect(Buffer.compare(codec.slab.subarray(2, size), payload)).toBe(0);
    }
  });

  it("decodes what it encoded, a byte order mark included", () => {
    for (const text of TEXTS) {
      const size = codec.encodeText(codec.slab, 100, 0x81, text, undefined);
      const start = 100 + size - codec.textSize(text);
      expect(codec.decodeText(codec.slab, start, 100 + size, false)).toBe(text);
    }
    codec.slab.set(utf8("plain"));
    expect(codec.decodeText(codec.slab, 0, 5, true)).toBe("plain");
  });

  it("parses what it encoded, as a server and as a client", () => {
    for (const role of ["server", "client"] as const) {
      for (const text of TEXTS) {
        const key = role === "server" ? KEY : undefined;
        const cursor = new FrameCursor({ role, maxFrameSize: 70_000 });
        cursor.end = codec.encodeText(codec.readBuffer, 0, 0x81, text, key);
        expect(codec.parse(cursor, 256)).toBe(1);
        const [, offset = 0, length = 0] = codec.descriptors;
        expect(codec.decodeText(codec.readBuffer, offset, offset + length, false)).toBe(text);
      }
    }
  });

  it("says how much room text needs at most", () => {
    const text = "語".repeat(10);
    const target = new Uint8Array(MAX_HEADER_SIZE + 30);
    expect(codec.encodeText(target, 0, 0x81, text, KEY)).toBe(36);
  });
});
