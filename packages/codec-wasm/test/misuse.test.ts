import { describe, expect, it } from "vitest";
import { FrameCursor, READ_BUFFER_SIZE, SLAB_SIZE } from "../src/index.js";
import { BACKENDS, codecOf } from "./support/backends.js";

describe.each(BACKENDS)("misuse, %s", (backend) => {
  const codec = codecOf(backend);
  const cursor = (fields: Partial<FrameCursor>): FrameCursor =>
    Object.assign(new FrameCursor({ role: "server", maxFrameSize: 100 }), fields);

  it.each([
    [{ end: READ_BUFFER_SIZE + 1 }, 1, "524289"],
    [{ start: -1 }, 1, "-1"],
    [{ start: 5, end: 4 }, 1, "5"],
    [{ start: 0.5, end: 4 }, 1, "0.5"],
    [{ end: Number.NaN }, 1, "NaN"],
    [{ end: 4 }, 257, "257"],
    [{ end: 4 }, -1, "-1"],
    [{ end: 4 }, Number.NaN, "NaN"],
    [{ end: 4, maxFrameSize: 2 ** 31 }, 1, "2147483648"],
    [{ end: 4, maxFrameSize: Number.POSITIVE_INFINITY }, 1, "Infinity"],
    [{ end: 4, headerLength: 14 }, 1, "14"],
  ])("parse refuses %o with maxFrames %d", (fields, maxFrames, named) => {
    expect(() => codec.parse(cursor(fields), maxFrames)).toThrow(RangeError);
    expect(() => codec.parse(cursor(fields), maxFrames)).toThrow(named);
  });

  it.each([
    [-1, 4],
    [5, 4],
    [0, 11],
    [0.5, 4],
    [0, Number.NaN],
    [0, 2 ** 32],
  ])("mask, validateUtf8 and decodeText refuse %d to %d of 10 bytes", (start, end) => {
    const bytes = new Uint8Array(10);
    expect(() => codec.mask(bytes, start, end, 1)).toThrow(RangeError);
    expect(() => codec.validateUtf8(bytes, start, end)).toThrow(RangeError);
    expect(() => codec.decodeText(bytes, start, end, false)).toThrow(RangeError);
    expect(() => codec.mask(bytes, start, end, 1)).toThrow(`${start} and end ${end}`);
  });

  it("mask refuses to leave its memory's areas", () => {
    expect(() => codec.mask(codec.slab, 0, SLAB_SIZE + 1, 1)).toThrow(RangeError);
    expect(() => codec.mask(codec.readBuffer, 0, READ_BUFFER_SIZE + 1, 1)).toThrow(RangeError);
  });

  it.each([1, -1, 0x0100_0041, 0x0200_00c3, 0x0400_80f0, 0x0100_00ff, 0x0100_00c0])(
    "validateUtf8 refuses the pending sequence %d",
    (pending) => {
      expect(() => codec.validateUtf8(new Uint8Array(4), 0, 4, pending)).toThrow(`pending ${pending}`);
    },
  );

  it("encoding refuses a target without room, and leaves it alone", () => {
    const target = new Uint8Array(10);
    expect(() => codec.encodeHeader(target, 9, 0x81, 5, undefined)).toThrow("10 bytes has no room for 2 bytes at 9");
    expect(() => codec.encodeFrame(target, 0, 0x81, new Uint8Array(9), undefined)).toThrow(RangeError);
    expect(() => codec.encodeFrame(target, 0, 0x81, new Uint8Array(5), 1)).toThrow(RangeError);
    expect(() => codec.encodeText(target, 0, 0x81, "", undefined)).toThrow("14 bytes at 0");
    expect(() => codec.encodeHeader(target, -1, 0x81, 5, undefined)).toThrow("-1");
    expect([...target].every((byte) => byte === 0)).toBe(true);
  });

  it.each([-1, 256, 1.5, Number.NaN])("encoding refuses the first byte %d", (firstByte) => {
    const target = new Uint8Array(100);
    expect(() => codec.encodeHeader(target, 0, firstByte, 5, undefined)).toThrow(`firstByte ${firstByte}`);
    expect(() => codec.encodeFrame(target, 0, firstByte, new Uint8Array(1), undefined)).toThrow(RangeError);
    expect(() => codec.encodeText(target, 0, firstByte, "a", undefined)).toThrow(RangeError);
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 53])("encodeHeader refuses the length %d", (length) => {
    expect(() => codec.encodeHeader(new Uint8Array(100), 0, 0x81, length, undefined)).toThrow(`length ${length}`);
  });

  it("still works after all that", () => {
    codec.readBuffer.set([0x81, 0x81, 1, 2, 3, 4, 0x60]);
    expect(codec.parse(cursor({ end: 7 }), 256)).toBe(1);
  });
});

it.each([-1, 1.5, Number.NaN, 2 ** 31, Number.POSITIVE_INFINITY])(
  "a cursor refuses maxFrameSize %d",
  (maxFrameSize) => {
    expect(() => new FrameCursor({ role: "server", maxFrameSize })).toThrow(`maxFrameSize ${maxFrameSize}`);
  },
);
