import { REVERSED, REVERSED_BITS } from "./inflate-layout";

/*
 * Huffman codes as tables (RFC 1951 section 3.2). A message is short and often brings codes of its own, so a table must be
 * cheap to build before it is fast to use: only symbols that have a code cost anything, and it is as large as the longest
 * code asks for, up to a bound. Codes past the bound are looked for by their length.
 *
 * An entry, of 32 bits:
 *
 *   0..5    how many bits to take: the code, and the extra bits behind it
 *   8..11   how many of them are the code
 *   13..15  EXCEPTION, and of which kind
 *   16..    a literal; or what is counted, without its extra bits: a length, a distance, a repetition
 *   31      LITERAL
 */

export const LITERAL: u32 = 0x80000000;
/** Something else: END_OF_BLOCK, LONG_CODE, or neither, where the code means nothing. */
export const EXCEPTION: u32 = 0x8000;
export const END_OF_BLOCK: u32 = 0x4000;
export const LONG_CODE: u32 = 0x2000;

/** A code counts twice in its entry: among the bits to take, and as itself. */
const CODE_BITS: u32 = 0x101;
/** One bit that means nothing. */
const NO_CODE: u32 = EXCEPTION + CODE_BITS;

const LONGEST: u32 = 15;

/*
 * A set of codes: how many there are of each length, from length 0 on, which stands for no code; where those of each length
 * end, were all of them 15 bits long and in order; what its symbols mean; and the symbols of each length.
 */
const SET_ENDS: usize = 32;
const SET_ENTRIES: usize = 64;
const SET_SYMBOLS: usize = 128;
const SET_STRIDE: usize = 640;

@inline
export function clearSet(set: usize): void {
  v128.store(set, i32x4.splat(0));
  v128.store(set, i32x4.splat(0), 16);
}

/** The next of the symbols, which come in order, 320 at most. */
@inline
export function addSymbol(set: usize, length: u32, symbol: u32): void {
  const at = set + (length << 1);
  const count = <usize>load<u16>(at);
  store<u16>(set + length * <u32>SET_STRIDE + (count << 1), symbol, SET_SYMBOLS);
  store<u16>(at, count + 1);
}

/**
 * Builds the table of a set, indexed by `most` bits or fewer; `entries` has what each symbol means. A set must be complete.
 * Where it `mayLack` codes, which is zlib's exception for literals and distances, it may also have a single one, of one
 * bit, or none; what it lacks means nothing.
 *
 * @returns the bits that index the table, or 0 where the set is refused
 */
export function build(set: usize, entries: usize, table: usize, most: u32, mayLack: bool): u32 {
  const counts0 = v128.load(set);
  const counts8 = v128.load(set, 16);
  const zero = i16x8.splat(0);
  const lengths =
    (<u32>i16x8.bitmask(i16x8.ne(counts0, zero)) | (<u32>i16x8.bitmask(i16x8.ne(counts8, zero)) << 8)) & 0xfffe;
  // Of all numbers of 15 bits, how many begin with a code.
  const taken4 = i32x4.add(
    i32x4.dot_i16x8_s(counts0, i16x8(0, 16384, 8192, 4096, 2048, 1024, 512, 256)),
    i32x4.dot_i16x8_s(counts8, i16x8(128, 64, 32, 16, 8, 4, 2, 1)),
  );
  const taken2 = i32x4.add(taken4, i32x4.shuffle(taken4, taken4, 2, 3, 0, 1));
  const taken = <u32>(i32x4.extract_lane(taken2, 0) + i32x4.extract_lane(taken2, 1));
  if (taken != 1 << LONGEST) {
    if (!mayLack || lengths & ~2 || taken > 1 << LONGEST) return 0;
    const only = <usize>load<u16>(set, SET_SYMBOLS + SET_STRIDE);
    store<u32>(table, lengths ? load<u32>(entries + (only << 2)) + CODE_BITS : NO_CODE);
    store<u32>(table, NO_CODE, 4);
    return 1;
  }

  const longest: u32 = 31 - clz<u32>(lengths);
  const bits = min<u32>(longest, most);
  let length = ctz<u32>(lengths);
  // Codes are counted up with their first bit on top (RFC 1951 section 3.2.2), but come with it first.
  let code: u32 = 0;
  while (true) {
    let symbol = set + length * <u32>SET_STRIDE;
    const stop = symbol + (<usize>load<u16>(set + (length << 1)) << 1);
    const step = <u32>1 << (REVERSED_BITS - length);
    const codeBits = length * CODE_BITS;
    while (symbol < stop) {
      store<u32>(slot(table, code), load<u32>(entries + (<usize>load<u16>(symbol, SET_SYMBOLS) << 2)) + codeBits);
      code += step;
      symbol += 2;
    }
    if (length == bits) break;
    // With one bit more, all there is means the same whichever that bit is.
    const size = <usize>4 << length;
    let copied: usize = 0;
    do {
      v128.store(table + size + copied, v128.load(table + copied));
      copied += 16;
    } while (copied < size);
    length++;
  }
  if (longest != bits) {
    store<u32>(set, entries, SET_ENTRIES);
    let end = code << (LONGEST - REVERSED_BITS);
    store<u16>(set + (bits << 1), end, SET_ENDS);
    for (length = bits + 1; length <= longest; length++) {
      end += <u32>load<u16>(set + (length << 1)) << (LONGEST - length);
      store<u16>(set + (length << 1), end, SET_ENDS);
    }
    const step = <u32>1 << (REVERSED_BITS - bits);
    for (; code < 1 << REVERSED_BITS; code += step) store<u32>(slot(table, code), EXCEPTION | LONG_CODE);
  }
  return bits;
}

/** Where a table has the entry of a code. */
@inline
function slot(table: usize, code: u32): usize {
  return table + (<usize>load<u16>(REVERSED + (code << 1)) << 2);
}

/** The entry of the code that `bits` begin with, which is longer than the `most` bits of its table. */
@inline
export function longCode(set: usize, most: u32, bits: u32): u32 {
  const code =
    (<u32>load<u16>(REVERSED + ((bits & 0x3ff) << 1)) << 5) | (<u32>load<u16>(REVERSED + ((bits >> 9) & 0x3e)) >> 5);
  let start = <u32>load<u16>(set + (most << 1), SET_ENDS);
  for (let length = most + 1; length <= LONGEST; length++) {
    const end = <u32>load<u16>(set + (length << 1), SET_ENDS);
    if (code < end) {
      const symbol = set + length * <u32>SET_STRIDE + (((code - start) >> (LONGEST - length)) << 1);
      const entries = <usize>load<u32>(set, SET_ENTRIES);
      return load<u32>(entries + (<usize>load<u16>(symbol, SET_SYMBOLS) << 2)) + length * CODE_BITS;
    }
    start = end;
  }
  return NO_CODE;
}
