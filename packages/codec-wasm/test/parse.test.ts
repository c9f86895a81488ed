import { describe, expect, it } from "vitest";
import type { FrameCursorOptions } from "../src/index.js";
import { DESCRIPTOR_WORDS, FrameCursor, ParseError, READ_BUFFER_SIZE } from "../src/index.js";
import { BACKENDS, codecOf } from "./support/backends.js";
import { Oracle } from "./support/oracle.js";
import { createRandom } from "./support/random.js";
import { read } from "./support/reader.js";
import { VECTORS } from "./support/vectors.js";
import { encodeFrame, utf8 } from "./support/wire.js";

describe("the oracle", () => {
  it.each(VECTORS)("finds what was written down for $name", (vector) => {
    const oracle = new Oracle(vector.options);
    oracle.push(vector.bytes);
    expect({ error: oracle.error, errorOffset: oracle.errorOffset, frames: oracle.frames.length }).toEqual({
      error: vector.error,
      errorOffset: vector.errorOffset,
      frames: vector.frameCount,
    });
  });

  it("has a vector for every error", () => {
    const covered = new Set(VECTORS.map((vector) => vector.error));
    expect([...covered].sort((a, b) => a - b)).toEqual(Object.values(ParseError));
  });
});

describe.each(BACKENDS)("parse, %s", (backend) => {
  const codec = codecOf(backend);

  it("runs on the backend it is asked for", () => {
    expect(codec.backend).toBe(backend);
  });

  it.each(VECTORS)("gives the same for every way of cutting $name", (vector) => {
    const oracle = new Oracle(vector.options);
    oracle.push(vector.bytes);
    const expected = {
      frames: oracle.frames.map((frame) => ({
        ...frame,
        ascii: frame.text && frame.payload.every((byte) => byte < 0x80),
      })),
      error: vector.error,
      errorOffset: vector.errorOffset,
      errorLength: vector.errorLength,
    };
    const random = createRandom(vector.bytes.length);
    const drive = { maxFrames: () => 1 + random(3), place: () => random(70) };
    const length = vector.bytes.length;
    const everyByte = Array.from({ length: Math.max(0, length - 1) }, (_, index) => index + 1);
    expect(read(codec, vector.options, vector.bytes, [])).toEqual(expected);
    expect(read(codec, vector.options, vector.bytes, everyByte)).toEqual(expected);
    for (const cut of everyByte) expect(read(codec, vector.options, vector.bytes, [cut], drive)).toEqual(expected);
    for (let round = 0; round < 10; round++) {
      const cuts = everyByte.filter(() => random(4) === 0);
      expect(read(codec, vector.options, vector.bytes, cuts, drive)).toEqual(expected);
    }
  });

  it("reads a frame with a 64-bit length in any chunks", () => {
    const payload = utf8("π≠3. ".repeat(11_000));
    const { bytes } = encodeFrame({ first: 0x81, payload }, "server", [1, 2, 3, 4]);
    const wire = Uint8Array.from([...bytes, ...bytes]);
    const options: FrameCursorOptions = { role: "server", maxFrameSize: payload.length };
    const frame = { first: 0x81, payload: [...payload], text: true, ascii: false };
    for (const cuts of [[], [3], [13], [14], [15], [9_000, 70_001], [bytes.length - 1], [bytes.length + 11]]) {
      const result = read(codec, options, wire, cuts);
      expect(result.error).toBe(ParseError.none);
      expect(result.frames).toEqual([frame, frame]);
    }
  });

  it("fills the read buffer to its last byte", () => {
    const payload = new Uint8Array(READ_BUFFER_SIZE - 14).fill(0x61);
    const { bytes } = encodeFrame({ first: 0x81, payload }, "server", [1, 2, 3, 4]);
    expect(bytes).toHaveLength(READ_BUFFER_SIZE);
    codec.readBuffer.set(bytes);
    const cursor = new FrameCursor({ role: "server", maxFrameSize: payload.length });
    cursor.end = READ_BUFFER_SIZE;
    expect(codec.parse(cursor, 1)).toBe(1);
    expect([...codec.descriptors.subarray(0, DESCRIPTOR_WORDS)]).toEqual([0xf81, 14, payload.length, 0]);
    expect(Buffer.compare(codec.readBuffer.subarray(14), payload)).toBe(0);
  });

  it("keeps the rest masked and the cursor in place when no frame may be returned", () => {
    const { bytes } = encodeFrame({ first: 0x81, payload: utf8("hello") }, "server", [1, 2, 3, 4]);
    codec.readBuffer.set(bytes);
    const cursor = new FrameCursor({ role: "server", maxFrameSize: 5 });
    cursor.end = bytes.length;
    expect(codec.parse(cursor, 0)).toBe(0);
    expect([cursor.start, cursor.offset, cursor.error]).toEqual([0, 0, ParseError.none]);
    expect([...codec.readBuffer.subarray(0, bytes.length)]).toEqual(bytes);
  });

  it("returns the pieces in front of an error together with it, and nothing ever after", () => {
    const good = encodeFrame({ first: 0x81, payload: utf8("hello") }, "server", [1, 2, 3, 4]).bytes;
    codec.readBuffer.set([...good, ...good, 0x83, ...good]);
    const cursor = new FrameCursor({ role: "server", maxFrameSize: 5 });
    cursor.end = 3 * good.length + 1;
    expect(codec.parse(cursor, 256)).toBe(2);
    expect([cursor.error, cursor.errorOffset]).toEqual([ParseError.reservedOpcode, 2 * good.length]);
    expect(cursor.start).toBe(2 * good.length);
    expect(codec.parse(cursor, 256)).toBe(0);
  });

  it("judges the bytes of a header that came, though the rest of it never does", () => {
    for (const [wire, error, offset] of [
      [[0x83], ParseError.reservedOpcode, 0],
      [[0x81, 0x01], ParseError.maskMissing, 1],
      [[0x89, 0xfe], ParseError.controlTooLong, 1],
      [[0x82, 0xff, 0x80], ParseError.lengthTopBit, 2],
      [[0x82, 0xfe, 0x00, 0x7d], ParseError.lengthNotMinimal, 3],
      [[0x82, 0xff, 0, 0, 0, 0, 0, 0], ParseError.lengthNotMinimal, 7],
      [[0x82, 0xff, 0, 0, 0, 1, 0, 0, 0, 0], ParseError.frameTooBig, 9],
    ] as const) {
      const result = read(codec, { role: "server", maxFrameSize: 5 }, Uint8Array.from(wire), []);
      expect([result.error, result.errorOffset]).toEqual([error, offset]);
    }
  });

  it("counts offsets past 2^32", () => {
    const cursor = new FrameCursor({ role: "server", maxFrameSize: 5 });
    cursor.offset = 2 ** 40;
    codec.readBuffer.set([0x89, 0x80, 1, 2, 3, 4, 0x80]);
    cursor.end = 7;
    expect(codec.parse(cursor, 256)).toBe(1);
    expect([cursor.offset, cursor.errorOffset]).toEqual([2 ** 40 + 6, 2 ** 40 + 6]);
  });

  it("keeps connections apart that share it", () => {
    const wire = encodeFrame({ first: 0x81, payload: utf8("größer als") }, "server", [9, 8, 7, 6]).bytes;
    const cursors = [0, 1, 2].map(() => new FrameCursor({ role: "server", maxFrameSize: 100 }));
    const read = cursors.map((): number[] => []);
    for (const byte of wire) {
      for (const [index, cursor] of cursors.entries()) {
        codec.readBuffer[0] = byte;
        cursor.start = 0;
        cursor.end = 1;
        if (codec.parse(cursor, 256) === 1) read[index]?.push(codec.readBuffer[codec.descriptors[1] ?? 0] ?? 0);
      }
    }
    for (const bytes of read) expect(Uint8Array.from(bytes)).toEqual(utf8("größer als"));
  });
});
