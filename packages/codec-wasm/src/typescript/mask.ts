import { rotateKey } from "../mask-key.js";

/** Memory of our own, seen as bytes and as words from its first byte on: made once, because making a view is slow. */
export interface WordMemory {
  readonly bytes: Uint8Array;
  readonly words32: Int32Array;
  readonly words64: BigUint64Array;
}

/** @param size bytes, a multiple of 8. */
export function createWordMemory(size: number): WordMemory {
  const bytes = new Uint8Array(size);
  return { bytes, words32: new Int32Array(bytes.buffer), words64: new BigUint64Array(bytes.buffer) };
}

/*
 * The key twice, as a 64-bit word. Built through memory rather than with BigInt(): the compiler then keeps words and key
 * in registers, and the loop below allocates nothing.
 */
const doubleKey32 = new Int32Array(2);
const doubleKey64 = new BigUint64Array(doubleKey32.buffer);

/** Masks `memory` from `start` to `end` in place (RFC 6455 section 5.3); the low byte of `key` meets the first byte. */
export function maskMemory(memory: WordMemory, start: number, end: number, key: number): void {
  const words = memory.words64;
  const firstWord = (start + 7) >>> 3;
  const endWord = end >>> 3;
  if (firstWord >= endWord) {
    maskBytes(memory.bytes, start, end, key);
    return;
  }
  const aligned = firstWord << 3;
  maskBytes(memory.bytes, start, aligned, key);
  const wordKey = rotateKey(key, aligned - start);
  doubleKey32[0] = wordKey;
  doubleKey32[1] = wordKey;
  const doubleKey = doubleKey64[0] as bigint;
  for (let index = firstWord; index < endWord; index++) words[index] = (words[index] as bigint) ^ doubleKey;
  maskBytes(memory.bytes, endWord << 3, end, wordKey);
}

/** The same, and tells whether every byte is ASCII once it is unmasked. In 32-bit words: or-ing BigInts is slow. */
export function unmaskTextMemory(memory: WordMemory, start: number, end: number, key: number): boolean {
  const words = memory.words32;
  const firstWord = (start + 3) >>> 2;
  const endWord = end >>> 2;
  if (firstWord >= endWord) return maskBytes(memory.bytes, start, end, key) < 0x80;
  const aligned = firstWord << 2;
  let seen = maskBytes(memory.bytes, start, aligned, key);
  const wordKey = rotateKey(key, aligned - start);
  let seenWords = 0;
  let index = firstWord;
  // Four at a time: a fifth less for long text.
  for (const stop = endWord - 3; index < stop; index += 4) {
    const a = (words[index] as number) ^ wordKey;
    const b = (words[index + 1] as number) ^ wordKey;
    const c = (words[index + 2] as number) ^ wordKey;
    const d = (words[index + 3] as number) ^ wordKey;
    words[index] = a;
    words[index + 1] = b;
    words[index + 2] = c;
    words[index + 3] = d;
    seenWords |= a | b | c | d;
  }
  for (; index < endWord; index++) {
    const word = (words[index] as number) ^ wordKey;
    words[index] = word;
    seenWords |= word;
  }
  seen |= maskBytes(memory.bytes, endWord << 2, end, wordKey);
  return (seenWords & 0x8080_8080) === 0 && seen < 0x80;
}

/** Byte by byte, for the ends of a range and for short ones. Returns the or of all bytes as they are afterwards. */
function maskBytes(bytes: Uint8Array, start: number, end: number, key: number): number {
  let rotated = key;
  let seen = 0;
  for (let index = start; index < end; index++) {
    const byte = (bytes[index] as number) ^ (rotated & 0xff);
    bytes[index] = byte;
    seen |= byte;
    rotated = (rotated >>> 8) | (rotated << 24);
  }
  return seen;
}

/*
 * From here on the words are worth a view over somebody else's memory, which costs as much as masking some 50 bytes
 * one by one.
 */
const VIEW_WORTH = 64;

/** Masks a range of any array, whatever its alignment and whoever owns it. */
export function maskForeign(bytes: Uint8Array, start: number, end: number, key: number): void {
  if (end - start < VIEW_WORTH) {
    maskBytes(bytes, start, end, key);
    return;
  }
  const from = bytes.byteOffset + start;
  const lead = -from & 7;
  const wordCount = (end - start - lead) >>> 3;
  maskBytes(bytes, start, start + lead, key);
  const wordKey = rotateKey(key, lead);
  doubleKey32[0] = wordKey;
  doubleKey32[1] = wordKey;
  const doubleKey = doubleKey64[0] as bigint;
  const words = new BigUint64Array(bytes.buffer, from + lead, wordCount);
  for (let index = 0; index < wordCount; index++) words[index] = (words[index] as bigint) ^ doubleKey;
  maskBytes(bytes, start + lead + (wordCount << 3), end, wordKey);
}
