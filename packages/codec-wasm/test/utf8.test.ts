import { describe, expect, it } from "vitest";
import { BACKENDS, codecOf } from "./support/backends.js";
import { judgeSequence } from "./support/oracle.js";
import { createRandom } from "./support/random.js";
import { TEXTS } from "./support/vectors.js";
import { utf8 } from "./support/wire.js";

/** The index of the first wrong byte, -1 where all is well, the length where the text ends too early. */
function firstWrong(bytes: Uint8Array): number {
  let sequence: number[] = [];
  for (const [index, byte] of bytes.entries()) {
    sequence.push(byte);
    const verdict = judgeSequence(sequence);
    if (verdict === "wrong") return index;
    if (verdict === "complete") sequence = [];
  }
  return sequence.length === 0 ? -1 : bytes.length;
}

/** What `validateUtf8` says of the same, in the same terms. */
function verdictOf(state: number, length: number): number {
  if (state < 0) return -1 - state;
  return state === 0 ? -1 : length;
}

describe.each(BACKENDS)("validateUtf8, %s", (backend) => {
  const codec = codecOf(backend);

  /** In the codec's memory and elsewhere: they are different ways through the code. */
  function verdicts(bytes: Uint8Array): number[] {
    codec.slab.fill(0x80, 0, bytes.length + 64);
    codec.slab.set(bytes, 21);
    const inside = codec.validateUtf8(codec.slab, 21, 21 + bytes.length);
    const outside = codec.validateUtf8(bytes, 0, bytes.length);
    return [verdictOf(inside < 0 ? inside + 21 : inside, bytes.length), verdictOf(outside, bytes.length)];
  }

  it("runs on the backend it is asked for", () => {
    expect(codec.backend).toBe(backend);
  });

  it.each(TEXTS)("judges $name", ({ bytes, wrongAt = -1 }) => {
    expect(verdicts(bytes)).toEqual([wrongAt, wrongAt]);
    for (let lead = 0; lead < 70; lead++) {
      const behind = Uint8Array.from([...new Uint8Array(lead).fill(0x61), ...bytes]);
      const expected = wrongAt === -1 ? -1 : wrongAt + lead;
      expect(verdicts(behind)).toEqual([expected, expected]);
      const between = Uint8Array.from([...behind, ...new Uint8Array(20).fill(0x62)]);
      const scalar = firstWrong(between);
      expect(verdicts(between)).toEqual([scalar, scalar]);
    }
  });

  it("judges every sequence of two bytes, and every third and fourth byte at the edges", () => {
    const edges = [0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xe0, 0xf0, 0xff];
    const sequences: number[][] = [];
    for (let lead = 0; lead < 256; lead++) {
      for (let second = 0; second < 256; second++) sequences.push([lead, second]);
      if (lead < 0xe0) continue;
      for (const second of edges)
        for (const third of edges) for (const fourth of edges) sequences.push([lead, second, third, fourth]);
    }
    let wrong = 0;
    for (const sequence of sequences) {
      const bytes = Uint8Array.from(sequence);
      const expected = firstWrong(bytes);
      codec.slab.set(bytes, 100);
      const state = codec.validateUtf8(codec.slab, 100, 100 + bytes.length);
      if (verdictOf(state < 0 ? state + 100 : state, bytes.length) !== expected) wrong++;
    }
    expect(wrong).toBe(0);
  });

  it("accepts every code point, in every place of a vector", () => {
    let text = "";
    for (let point = 0; point <= 0x10_ffff; point += 1 + (point >> 9)) {
      if (point < 0xd800 || point > 0xdfff) text += String.fromCodePoint(point);
    }
    const bytes = utf8(text);
    for (let lead = 0; lead < 17; lead++) {
      const shifted = Uint8Array.from([...new Uint8Array(lead), ...bytes]);
      expect(verdicts(shifted)).toEqual([-1, -1]);
    }
  });

  it("carries an unfinished sequence from part to part", () => {
    for (const { bytes, wrongAt = -1 } of TEXTS) {
      for (let cut = 0; cut <= bytes.length; cut++) {
        const first = codec.validateUtf8(bytes, 0, cut);
        const second = first < 0 ? first : codec.validateUtf8(bytes, cut, bytes.length, first);
        expect(verdictOf(second, bytes.length)).toBe(wrongAt);
      }
      let state = 0;
      for (let index = 0; index < bytes.length && state >= 0; index++) {
        codec.slab[9] = bytes[index] ?? 0;
        state = codec.validateUtf8(codec.slab, 9, 10, state);
        if (state < 0) expect(-1 - state).toBe(9);
      }
      expect(state === 0).toBe(wrongAt === -1);
    }
  });

  it("finds a wrong byte anywhere in a long text, also past what is copied at once", () => {
    const random = createRandom(1);
    for (const unit of ["plain ", "äöü", "日本語", "🙂", "mixed ü 語 🙂 "]) {
      const good = utf8(unit.repeat(Math.ceil(140_000 / utf8(unit).length)));
      for (let round = 0; round < 8; round++) {
        const bytes = good.slice();
        const at = random(bytes.length);
        bytes[at] = 0xff;
        expect(verdicts(bytes)).toEqual([at, at]);
      }
      expect(verdicts(good)).toEqual([-1, -1]);
    }
  });

  it("leaves the bytes as they are", () => {
    const bytes = utf8("größer 🙂 ".repeat(30));
    codec.slab.set(bytes);
    codec.validateUtf8(codec.slab, 0, bytes.length);
    expect(codec.slab.slice(0, bytes.length)).toEqual(bytes);
  });
});
