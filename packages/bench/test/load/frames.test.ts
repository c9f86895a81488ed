import { describe, expect, it } from "vitest";
import { FrameReader } from "../../src/load/frame-reader.js";
import { BINARY, frameHeader, maskedFrame, payloadOf, RSV1, TEXT } from "../../src/load/frames.js";

const SIZES = [0, 1, 125, 126, 65_535, 65_536];

describe("a masked frame", () => {
  it.each(SIZES)("of %i bytes is unmasked to its payload", (size) => {
    const payload = payloadOf(size, false);
    const frame = maskedFrame(BINARY, payload);
    const header = frameHeader(BINARY, size);
    expect(frame[0]).toBe(header[0]);
    expect(frame[1]).toBe((header[1] ?? 0) | 0x80);
    expect(frame.subarray(2, header.length)).toEqual(header.subarray(2));
    const key = frame.subarray(header.length, header.length + 4);
    const unmasked = frame.subarray(header.length + 4).map((byte, index) => byte ^ (key[index & 3] ?? 0));
    expect(Buffer.compare(unmasked, payload)).toBe(0);
  });
});

describe("payloads", () => {
  it("of two variants differ in every byte", () => {
    for (const text of [true, false]) {
      const [one, other] = [payloadOf(300, text, 3), payloadOf(300, text, 4)];
      expect(one.every((byte, index) => byte !== other[index])).toBe(true);
    }
  });

  it("of text are ASCII letters", () => {
    expect(payloadOf(300, true, 63).toString("latin1")).toMatch(/^[a-z]{300}$/);
  });
});

describe("the frame reader", () => {
  const stream = Buffer.concat([
    ...SIZES.map((size) => Buffer.concat([frameHeader(TEXT | RSV1, size), payloadOf(size, true)])),
    frameHeader(BINARY & 0x7f, 3),
    payloadOf(3, false),
  ]);

  it.each([1, 2, 7, 1_000, stream.length])("reads every frame from chunks of %i bytes", (chunk) => {
    const reader = new FrameReader(true);
    const frames: [firstByte: number, length: number][] = [];
    for (let at = 0; at < stream.length; at += chunk) {
      const bytes = stream.subarray(at, at + chunk);
      reader.read(bytes, bytes.length, ({ firstByte, length, payload }) => {
        expect(payload).toHaveLength(length);
        frames.push([firstByte, length]);
      });
    }
    expect(frames).toEqual([...SIZES.map((size) => [TEXT | RSV1, size]), [BINARY & 0x7f, 3]]);
    expect(reader.midFrame).toBe(false);
  });

  it.each([
    ["a control frame", Buffer.from([0x89, 0])],
    ["a masked frame", maskedFrame(TEXT, payloadOf(5, true))],
  ])("refuses %s", (_, bytes) => {
    const reader = new FrameReader(false);
    expect(() => reader.read(bytes, bytes.length, () => {})).toThrow("a frame that was not expected");
  });
});
