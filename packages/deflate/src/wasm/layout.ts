/*
 * The memory map of assembly/layout.ts, for JavaScript, and what a context begins with. A test reads both and compares.
 */

/** Bytes. */
export const STATE = 64;
export const INPUT = 344_064;
export const INPUT_SIZE: number = 64 * 1024;
export const OUTPUT = 410_112;
export const CONTEXTS = 720_896;

/** The words of STATE, as indices. */
export const State = { from: 0, to: 1 } as const;

/** The words that a context which compresses begins with, as indices: see assembly/deflate.ts. */
export const DeflateWord = {
  position: 0,
  base: 1,
  window: 2,
  capacity: 3,
  hashShift: 4,
  chain: 5,
  nice: 6,
  lazy: 7,
  good: 8,
  aloneBelow: 9,
  atOnceBelow: 10,
} as const;

/** Bytes of those words, with what nobody uses. */
export const DEFLATE_HEADER = 48;
/** Bytes behind the buffer of such a context. */
export const DEFLATE_SLACK = 16;

/** The words that a context which restores begins with: see assembly/inflate.ts. */
export const InflateWord = { position: 0, history: 1, capacity: 2, window: 3 } as const;

export const INFLATE_HEADER = 16;
export const INFLATE_SLACK = 320;

/** What `inflate` and `inflateMore` return, where it is no error. */
export const Inflated = { done: 0, more: 1 } as const;

/** Bytes of a context's buffer: two windows, and no fewer than these, so that short messages seldom move what is in it. */
export function bufferSize(window: number): number {
  return Math.max(2 * window, 8192);
}
