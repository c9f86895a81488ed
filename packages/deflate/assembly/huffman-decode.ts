import { INFLATE_TABLES } from "./layout";

/*
 * Huffman codes as tables (RFC 1951 section 3.2). A message is short and often brings codes of its own, so tables must be
 * cheap to build before they are fast to use: only symbols that have a code cost anything, and a table is as large as its
 * longest code asks for, up to a bound. Codes past the bound are looked for by their length.
 *
 * An entry, of 32 bits:
 *
 *   0..5    how many bits to take: the code and the extra bits behind it
 *   8..11   how many of them are the code's
 *   13..15  EXCEPTION, and what kind
 *   16..    the literal; or the length or the distance without its extra bits
 *   31      LITERAL
 */

export const LITERAL: u32 = 0x80000000;
/** Neither a literal nor a length nor a distance: the end of the block, a longer code, or a code that means nothing. */
export const EXCEPTION: u32 = 0x8000;
export const END_OF_BLOCK: u32 = 0x4000;
export const LONG_CODE: u32 = 0x2000;
/** Half of a set that has one code, or none. */
const NO_CODE: u32 = EXCEPTION + 0x101;

/** A code counts twice in its entry: in the bits to take, and as itself. */
const CODE_BITS: u32 = 0x101;

/** How many bits the largest tables are indexed by. */
export const LITERAL_BITS: u32 = 10;
export const DISTANCE_BITS: u32 = 8;

/** Codes are counted up with their first bit on top, in this many bits. */
const REVERSED_BITS: u32 = 10;
const LONGEST: u32 = 15;

/*
 * A set of codes: how many there are of each length; where each length ends, were all codes 15 bits long and in order; what
 * the symbols mean; and the symbols of each length, those without a code as length 0. Sixteen bits each, and addresses.
 */
export const SET_LITERALS: usize = INFLATE_TABLES + 16384;
export const SET_DISTANCES: usize = SET_LITERALS + 10368;
const SET_ENDS: usize = 32;
const SET_ENTRIES: usize = 64;
const SET_SYMBOLS: usize = 128;
const SET_STRIDE: usize = 640;

const READY: usize = INFLATE_TABLES;
/** The numbers of REVERSED_BITS bits, the other way round, sixteen bits each. */
const REVERSED: usize = INFLATE_TABLES + 384;
/** Entries of the symbols without the bits of their codes. */
export const LITERAL_ENTRIES: usize = REVERSED + 2048;
export const DISTANCE_ENTRIES: usize = LITERAL_ENTRIES + 1152;
export const FIXED_LITERALS: usize = DISTANCE_ENTRIES + 128;
export const FIXED_LITERAL_BITS: u32 = 9;
export const FIXED_DISTANCES: usize = FIXED_LITERALS + 2048;
export const FIXED_DISTANCE_BITS: u32 = 5;
export const LITERALS: usize = FIXED_DISTANCES + 256;
export const DISTANCES: usize = LITERALS + 4096 + 64;

/** Makes what is the same for every message, for the first one. */
@inline
export function prepare(): void {
  if (load<u32>(READY) == 0) prepareOnce();
}

function prepareOnce(): void {
  for (let number: u32 = 0; number < 1 << REVERSED_BITS; number++) {
    let reversed: u32 = 0;
    for (let bit: u32 = 0; bit < REVERSED_BITS; bit++) reversed |= ((number >> bit) & 1) << (REVERSED_BITS - 1 - bit);
    store<u16>(REVERSED + (number << 1), reversed);
  }
  // RFC 1951 section 3.2.5.
  for (let literal: u32 = 0; literal < 256; literal++) store<u32>(LITERAL_ENTRIES + (literal << 2), LITERAL | (literal << 16));
  store<u32>(LITERAL_ENTRIES, EXCEPTION | END_OF_BLOCK, 256 << 2);
  let base: u32 = 3;
  for (let index: u32 = 0; index < 28; index++) {
    const extra: u32 = index < 8 ? 0 : (index >> 2) - 1;
    store<u32>(LITERAL_ENTRIES + (index << 2), (base << 16) | extra, 257 << 2);
    base += 1 << extra;
  }
  store<u32>(LITERAL_ENTRIES, 258 << 16, 285 << 2);
  store<u32>(LITERAL_ENTRIES, EXCEPTION, 286 << 2);
  store<u32>(LITERAL_ENTRIES, EXCEPTION, 287 << 2);
  base = 1;
  for (let index: u32 = 0; index < 30; index++) {
    const extra: u32 = index < 4 ? 0 : (index >> 1) - 1;
    store<u32>(DISTANCE_ENTRIES + (index << 2), (base << 16) | extra);
    base += 1 << extra;
  }
  store<u32>(DISTANCE_ENTRIES, EXCEPTION, 30 << 2);
  store<u32>(DISTANCE_ENTRIES, EXCEPTION, 31 << 2);
  // RFC 1951 section 3.2.6.
  clearSets();
  for (let symbol: u32 = 0; symbol < 288; symbol++) {
    addSymbol(SET_LITERALS, symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8, symbol);
  }
  for (let symbol: u32 = 0; symbol < 32; symbol++) addSymbol(SET_DISTANCES, 5, symbol);
  build(SET_LITERALS, LITERAL_ENTRIES, FIXED_LITERALS, FIXED_LITERAL_BITS);
  build(SET_DISTANCES, DISTANCE_ENTRIES, FIXED_DISTANCES, FIXED_DISTANCE_BITS);
  store<u32>(READY, 1);
}

/** No symbol in either set. */
@inline
export function clearSets(): void {
  const none = i32x4.splat(0);
  v128.store(SET_LITERALS, none);
  v128.store(SET_LITERALS, none, 16);
  v128.store(SET_DISTANCES, none);
  v128.store(SET_DISTANCES, none, 16);
}

/** Symbols come in order, 286 at most where they are of one block. */
@inline
export function addSymbol(set: usize, length: u32, symbol: u32): void {
  const at = set + (length << 1);
  const count = <u32>load<u16>(at);
  store<u16>(set + <usize>length * SET_STRIDE + (count << 1), symbol, SET_SYMBOLS);
  store<u16>(at, count + 1);
}

/**
 * Builds the table of a set, indexed by `most` bits or fewer; `entries` has what each symbol means. A set must be complete,
 * as zlib has it: only one code alone may be, of one bit, and no code at all. The rest then means nothing.
 *
 * @returns the bits that index the table, or 0 where the set is refused
 */
export function build(set: usize, entries: usize, table: usize, most: u32): u32 {
  const short = v128.load(set);
  const long = v128.load(set, 16);
  const none = i16x8.splat(0);
  const lengths =
    ((<u32>i16x8.bitmask(i16x8.ne(short, none)) | ((<u32>i16x8.bitmask(i16x8.ne(long, none))) << 8)) >> 1) << 1;
  // Of the room for codes of 15 bits, how much is taken.
  const taken4 = i32x4.add(
    i32x4.dot_i16x8_s(short, i16x8(0, 16384, 8192, 4096, 2048, 1024, 512, 256)),
    i32x4.dot_i16x8_s(long, i16x8(128, 64, 32, 16, 8, 4, 2, 1)),
  );
  const taken2 = i32x4.add(taken4, i32x4.shuffle(taken4, taken4, 2, 3, 0, 1));
  const taken = <u32>(i32x4.extract_lane(taken2, 0) + i32x4.extract_lane(taken2, 1));
  if (taken != 1 << LONGEST) {
    if (lengths & ~2 || taken > 1 << LONGEST) return 0;
    const only = <usize>load<u16>(set, SET_SYMBOLS + SET_STRIDE);
    store<u32>(table, lengths ? load<u32>(entries + (only << 2)) + CODE_BITS : NO_CODE);
    store<u32>(table, NO_CODE, 4);
    return 1;
  }

  const longest: u32 = 31 - clz<u32>(lengths);
  const bits = min<u32>(longest, most);
  let length = ctz<u32>(lengths);
  let code: u32 = 0;
  while (true) {
    let symbol = set + SET_SYMBOLS + <usize>length * SET_STRIDE;
    const stop = symbol + (<usize>load<u16>(set + (length << 1)) << 1);
    const step = <u32>1 << (REVERSED_BITS - length);
    const tag = length * CODE_BITS;
    while (symbol < stop) {
      store<u32>(slot(table, code), load<u32>(entries + (<usize>load<u16>(symbol) << 2)) + tag);
      code += step;
      symbol += 2;
    }
    if (length == bits) break;
    // One bit more: what there is means the same, whichever it is.
    const size = <usize>4 << length;
    let copied: usize = 0;
    do {
      v128.store(table + size + copied, v128.load(table + copied));
      copied += 16;
    } while (copied < size);
    length++;
  }
  if (longest != bits) {
    let end = code << (LONGEST - REVERSED_BITS);
    const step = <u32>1 << (REVERSED_BITS - bits);
    for (; code < 1 << REVERSED_BITS; code += step) store<u32>(slot(table, code), EXCEPTION | LONG_CODE);
    store<u32>(set, entries, SET_ENTRIES);
    for (; length <= longest; length++) {
      if (length != bits) end += <u32>load<u16>(set + (length << 1)) << (LONGEST - length);
      store<u16>(set + (length << 1), end, SET_ENDS);
    }
  }
  return bits;
}

@inline
function slot(table: usize, code: u32): usize {
  return table + (<usize>load<u16>(REVERSED + (code << 1)) << 2);
}

/** The entry of a code that is longer than the `most` bits of its table. */
export function longCode(set: usize, most: u32, bits: u32): u32 {
  const code =
    (<u32>load<u16>(REVERSED + ((bits & 0x3ff) << 1)) << 5) | (<u32>load<u16>(REVERSED + ((bits >> 9) & 0x3e)) >> 5);
  let start = <u32>load<u16>(set + (most << 1), SET_ENDS);
  for (let length = most + 1; length <= LONGEST; length++) {
    const end = <u32>load<u16>(set + (length << 1), SET_ENDS);
    if (code < end) {
      const at = set + <usize>length * SET_STRIDE + (((code - start) >> (LONGEST - length)) << 1);
      return load<u32>(<usize>load<u32>(set, SET_ENTRIES) + (<usize>load<u16>(at, SET_SYMBOLS) << 2)) + length * CODE_BITS;
    }
    start = end;
  }
  return NO_CODE;
}

/** The lengths of the codes that the code lengths themselves are written in (RFC 1951 section 3.2.7), nineteen bytes. */
export const LENGTH_CODES: usize = INFLATE_TABLES + 128;
/** The table for them, a byte for each seven bits: the length of the code in the upper three bits, the symbol below. */
export const LENGTHS: usize = INFLATE_TABLES + 192;
export const LENGTH_BITS: u32 = 7;

/** The set must be complete. */
export function buildLengths(): bool {
  let counts: u64 = 0;
  let taken: u32 = 0;
  for (let symbol: usize = 0; symbol < 19; symbol++) {
    const length = <u32>load<u8>(LENGTH_CODES + symbol);
    counts += (<u64>1) << (length << 3);
    taken += (0x100 >> length) & 0xff;
  }
  if (taken != 0x100) return false;
  // A byte for each length: where its codes begin, were all of them seven bits long.
  let next: u64 = 0;
  let start: u32 = 0;
  for (let length: u32 = 1; length <= LENGTH_BITS; length++) {
    next |= <u64>start << (length << 3);
    start += (<u32>(counts >> (length << 3)) & 0xff) << (LENGTH_BITS - length);
  }
  for (let symbol: u32 = 0; symbol < 19; symbol++) {
    const length = <u32>load<u8>(LENGTH_CODES + symbol);
    if (length == 0) continue;
    const code = <u32>(next >> (length << 3)) & 0xff;
    next += (<u64>1) << ((length << 3) + LENGTH_BITS - length);
    const entry = (length << 5) | symbol;
    let index = <u32>load<u16>(REVERSED + (code << (REVERSED_BITS - LENGTH_BITS + 1)));
    for (; index < 1 << LENGTH_BITS; index += 1 << length) store<u8>(LENGTHS + index, entry);
  }
  return true;
}
