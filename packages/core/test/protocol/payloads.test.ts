import type { Codec } from "@sluice/codec-wasm";
import { DESCRIPTOR_WORDS, FrameCursor } from "@sluice/codec-wasm";
import { describe, expect, it } from "vitest";
import { Payloads } from "../../src/protocol/payloads.js";
import { BACKENDS, codecOf } from "../support/backends.js";
import type { WireFrame } from "../support/wire.js";
import { binary, encode, text } from "../support/wire.js";

/** What the payload of frame number `index` holds. */
function content(index: number, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, at) => index * 31 + at * 7);
}

/** The payloads of binary frames that come in one chunk, taken out as a reader does. */
function own(codec: Codec, payloads: Payloads, frames: readonly WireFrame[]): Uint8Array[] {
  const bytes = encode(frames, "server");
  codec.readBuffer.set(bytes);
  const cursor = new FrameCursor({ role: "server", maxFrameSize: 1_000_000 });
  cursor.end = bytes.length;
  const end = codec.parse(cursor, 256) * DESCRIPTOR_WORDS;
  expect(end / DESCRIPTOR_WORDS).toBe(frames.length);
  const owned = frames.flatMap(({ first }, index) =>
    (first & 15) === 2 ? [payloads.own(index * DESCRIPTOR_WORDS, end) as Uint8Array] : [],
  );
  payloads.done();
  codec.readBuffer.fill(0xee);
  return owned;
}

describe.each(BACKENDS)("payloads (%s codec)", (backend) => {
  const codec = codecOf(backend);

  it("of every size are what came, and stay so", () => {
    const payloads = new Payloads(codec, undefined);
    const sizes = Array.from({ length: 200 }, (_, index) => (index * index * 7) % 5000);
    const first = own(
      codec,
      payloads,
      sizes.map((size, index) => binary(content(index, size))),
    );
    own(
      codec,
      payloads,
      sizes.map((size) => binary(new Uint8Array(size))),
    );
    for (const [index, size] of sizes.entries()) expect(first[index]).toEqual(content(index, size));
  });

  it("are nobody else's: to write to one changes no other", () => {
    const owned = own(
      codec,
      new Payloads(codec, undefined),
      Array.from({ length: 50 }, (_, index) => binary(content(index, 100))),
    );
    for (const payload of owned) {
      const others = owned.filter((other) => other !== payload).map((other) => other.slice());
      payload.fill(0xff);
      expect(owned.filter((other) => other !== payload)).toEqual(others);
    }
  });

  it("share memory with those that came beside them, and with no others", () => {
    const payloads = new Payloads(codec, undefined);
    const frames = Array.from({ length: 10 }, (_, index) => binary(content(index, 200)));
    const [first, second] = [own(codec, payloads, frames), own(codec, payloads, frames)];
    expect(new Set(first.map(({ buffer }) => buffer)).size).toBe(1);
    expect(new Set([...first, ...second].map(({ buffer }) => buffer)).size).toBe(2);
  });

  it("begin where an array of any type may", () => {
    const owned = own(
      codec,
      new Payloads(codec, undefined),
      [65, 71, 99, 1001].map((size) => binary(content(0, size))),
    );
    for (const { buffer, byteOffset } of owned) expect(new Float64Array(buffer, byteOffset, 8)).toHaveLength(8);
  });

  it("hold on to little: the large and the lonely have memory of their own", () => {
    const payloads = new Payloads(codec, undefined);
    const [large, small, alone] = [binary(content(1, 5000)), binary(content(2, 30)), binary(content(3, 300))];
    for (const payload of own(codec, payloads, [large, small, alone, text("a".repeat(300)), large])) {
      expect(payload.buffer.byteLength).toBeLessThanOrEqual(Math.max(payload.length, 64));
    }
    const many = own(
      codec,
      payloads,
      Array.from({ length: 200 }, () => alone),
    );
    for (const { buffer } of many) expect(buffer.byteLength).toBeLessThanOrEqual(16 * 1024);
  });
});
