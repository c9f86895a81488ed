import { describe, expect, it } from "vitest";
import type { Codec } from "../src/index.js";
import { BACKENDS, codecOf } from "./support/backends.js";
import { createRandom } from "./support/random.js";

const KEY_BYTES = [0x37, 0xfa, 0x21, 0x3d];
const KEY = 0x3d21_fa37;
const MAX_LENGTH = 200;
const ALIGNMENTS = 64;
/** Untouched bytes on either side, more than a vector. */
const AROUND = 24;

/** Masks at every alignment, length and phase in `bytes` from `base` on, and compares with one byte at a time. */
function maskEverywhere(codec: Codec, bytes: Uint8Array, base: number): void {
  const size = ALIGNMENTS + MAX_LENGTH + 2 * AROUND;
  const random = createRandom(size);
  const plain = Uint8Array.from({ length: size }, () => random(256));
  const area = bytes.subarray(base, base + size);
  for (let alignment = 0; alignment < ALIGNMENTS; alignment++) {
    for (let length = 0; length <= MAX_LENGTH; length++) {
      const phase = (alignment + length + (length >> 2)) & 3;
      const start = AROUND + alignment;
      const expected = plain.slice();
      for (let index = 0; index < length; index++) {
        expected[start + index] = (plain[start + index] ?? 0) ^ (KEY_BYTES[(index + phase) & 3] ?? 0);
      }
      area.set(plain);
      codec.mask(bytes, base + start, base + start + length, KEY, phase);
      if (Buffer.compare(area, expected) !== 0) {
        expect([alignment, length, phase, ...area]).toEqual([alignment, length, phase, ...expected]);
      }
    }
  }
}

describe.each(BACKENDS)("mask, %s", (backend) => {
  const codec = codecOf(backend);

  it("runs on the backend it is asked for", () => {
    expect(codec.backend).toBe(backend);
  });

  it("masks the read buffer at every alignment and length, and nothing around", () => {
    maskEverywhere(codec, codec.readBuffer, 0);
  });

  it("masks the slab at every alignment and length, and nothing around", () => {
    maskEverywhere(codec, codec.slab, 1_000);
  });

  it("masks bytes elsewhere at every alignment and length, and nothing around", () => {
    maskEverywhere(codec, new Uint8Array(4_096), 3);
  });

  it("masks through a view of its own memory", () => {
    maskEverywhere(codec, codec.slab.subarray(500), 7);
  });

  it("masks through a view that begins at an odd byte of its buffer", () => {
    maskEverywhere(codec, new Uint8Array(new ArrayBuffer(4_096), 13), 0);
  });

  it.each([511, 512, 1_023, 1_024, 1_025, 4_096, 65_537, 200_000])("masks %i bytes at every phase", (length) => {
    for (const target of [codec.slab, new Uint8Array(length + 100)]) {
      for (let phase = 0; phase < 8; phase++) {
        const start = 5 + 3 * phase;
        target.fill(0xa5, 0, length + 100);
        codec.mask(target, start, start + length, KEY, phase);
        const expected = new Uint8Array(length + 100).fill(0xa5);
        for (let index = 0; index < length; index++)
          expected[start + index] = 0xa5 ^ (KEY_BYTES[(index + phase) & 3] ?? 0);
        expect(Buffer.compare(target.subarray(0, length + 100), expected)).toBe(0);
      }
    }
  });

  it("masks up to the last byte of the read buffer and the slab", () => {
    for (const target of [codec.readBuffer, codec.slab]) {
      for (let length = 0; length < 100; length++) {
        target.fill(0);
        codec.mask(target, target.length - length, target.length, 0x0101_0101);
        expect(target.indexOf(1)).toBe(length === 0 ? -1 : target.length - length);
      }
    }
  });

  it("is undone by itself, and takes a key of either sign", () => {
    const bytes = Uint8Array.from({ length: 100 }, (_, index) => index);
    codec.mask(bytes, 1, 99, 0xff00_0001);
    codec.mask(bytes, 1, 99, 0xff00_0001 | 0);
    expect([...bytes]).toEqual(Array.from({ length: 100 }, (_, index) => index));
  });

  it("goes on where another call stopped, by the phase", () => {
    const whole = new Uint8Array(97);
    codec.mask(whole, 0, 97, KEY);
    const parts = new Uint8Array(97);
    for (let at = 0; at < 97; at += 7) codec.mask(parts, at, Math.min(97, at + 7), KEY, at & 3);
    expect(parts).toEqual(whole);
  });
});
