import fc from "fast-check";
import { expect, it } from "vitest";
import type { TextAccess } from "../src/index.js";
import { createCodec } from "../src/index.js";
import { utf8 } from "./support/wire.js";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Text access that counts how it was asked, and has UTF-16. */
function watched(): { access: TextAccess; asked: { utf8: number; utf16: number } } {
  const asked = { utf8: 0, utf16: 0 };
  const access: TextAccess = {
    decode(bytes, start, end) {
      asked.utf8++;
      return decoder.decode(bytes.subarray(start, end));
    },
    decodeUtf16(bytes, start, end) {
      asked.utf16++;
      return new TextDecoder("utf-16le", { ignoreBOM: true }).decode(bytes.subarray(start, end));
    },
    encode: () => 0,
    byteLength: () => 0,
  };
  return { access, asked };
}

const { access, asked } = watched();
const codec = createCodec({ backend: "wasm", text: access });

/** What the codec makes of the UTF-8 of `text`, put anywhere in its read buffer. */
function decode(text: string, at: number): string {
  const bytes = utf8(text);
  codec.readBuffer.fill(0xf0, at, at + bytes.length + 20);
  codec.readBuffer.set(bytes, at);
  return codec.decodeText(codec.readBuffer, at, at + bytes.length, false);
}

it("text of every mixture is what it was, wherever it lies", () => {
  const before = asked.utf16;
  const runs = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 40 }),
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.string({ unit: "binary-ascii", maxLength: 40 }),
  );
  fc.assert(
    fc.property(fc.array(runs, { maxLength: 12 }), fc.nat(33), (parts, at) => {
      const text = parts.join("");
      expect(decode(text, at)).toBe(text);
    }),
  );
  expect(asked.utf16).toBeGreaterThan(before);
});

it("every character is what it was", () => {
  for (let first = 0; first <= 0x10_ffff; first += 256) {
    let text = "";
    for (let point = first; point < first + 256; point++) {
      if (point < 0xd800 || point > 0xdfff) text += String.fromCodePoint(point);
    }
    if (decode(text, 3) !== text) expect.fail(`U+${first.toString(16)} and following`);
  }
});

it.each(["語", "ä", "🙂", "aä語🙂"])("%s as often as fits, and more often, is what it was", (unit) => {
  for (const size of [39, 40, 41, 65_535, 65_536, 65_537, 200_000]) {
    const text = unit.repeat(Math.floor(size / utf8(unit).length)) + "a".repeat(size % utf8(unit).length);
    expect(decode(text, 5) === text).toBe(true);
  }
});

it("goes by UTF-16 only where that is worth it: not for ASCII, little or much, nor what lies elsewhere", () => {
  const before = { ...asked };
  const text = "ä".repeat(50);
  codec.decodeText(codec.readBuffer, 0, 100, true);
  decode("ä", 0);
  decode("ä".repeat(50_000), 0);
  expect(codec.decodeText(utf8(text), 0, 100, false)).toBe(text);
  expect(asked).toEqual({ utf8: before.utf8 + 4, utf16: before.utf16 });
  expect(decode(text, 0)).toBe(text);
  expect(asked.utf16).toBe(before.utf16 + 1);
});

it("refuses what is no range of the read buffer", () => {
  const { readBuffer } = codec;
  for (const [start, end] of [
    [-60, 0],
    [readBuffer.length - 50, readBuffer.length + 50],
    [0.5, 60.5],
  ] as const) {
    expect(() => codec.decodeText(readBuffer, start, end, false)).toThrow(RangeError);
  }
});
