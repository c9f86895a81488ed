import { isUtf8 } from "node:buffer";
import { beforeEach, describe, expect, it } from "vitest";
import type { TextAccess } from "../src/index.js";
import { createCodec } from "../src/index.js";
import { codecOf } from "./support/backends.js";
import { TEXTS } from "./support/vectors.js";

let asked: Uint8Array[] = [];
const access: TextAccess = {
  decode: () => "",
  encode: () => 0,
  byteLength: () => 0,
  isUtf8(bytes) {
    asked.push(bytes);
    return isUtf8(bytes);
  },
};

describe("a platform that can tell UTF-8", () => {
  const codec = createCodec({ backend: "wasm", text: access });
  const alone = codecOf("wasm");

  beforeEach(() => {
    asked = [];
  });

  it.each(TEXTS)("changes nothing about $name", ({ bytes }) => {
    for (const lead of [0, 63, 64, 70, 1000]) {
      const behind = Uint8Array.from([...new Uint8Array(lead).fill(0x61), ...bytes]);
      for (const start of [0, Math.min(3, behind.length)]) {
        const expected = alone.validateUtf8(behind, start, behind.length);
        expect(codec.validateUtf8(behind, start, behind.length)).toBe(expected);
      }
    }
  });

  it("is asked for the bytes that are meant, and no others", () => {
    const bytes = new TextEncoder().encode("größer ".repeat(20));
    expect(codec.validateUtf8(bytes, 0, bytes.length)).toBe(0);
    expect(codec.validateUtf8(bytes, 9, bytes.length)).toBe(0);
    expect(asked).toEqual([bytes, bytes.subarray(9)]);
  });

  it("is not asked for what goes on with a character, nor for few bytes, nor for those in the module's memory", () => {
    const bytes = new TextEncoder().encode("ß".repeat(100));
    const pending = codec.validateUtf8(bytes, 0, 101);
    asked = [];
    expect(pending).not.toBe(0);
    expect(codec.validateUtf8(bytes, 101, 200, pending)).toBe(0);
    expect(codec.validateUtf8(bytes, 0, 40)).toBe(0);
    codec.readBuffer.set(bytes);
    expect(codec.validateUtf8(codec.readBuffer, 0, 200)).toBe(0);
    expect(asked).toEqual([]);
  });
});
