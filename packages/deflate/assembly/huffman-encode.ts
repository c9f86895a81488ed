/*
 * Prefix codes for what occurs in a block (RFC 1951 section 3.2.2), none longer than it may be. Most messages are short and
 * use few symbols: work is done for those that occur.
 */
import { clear } from "./clear";
import {
  HUFFMAN_BELOW,
  HUFFMAN_COUNTS,
  HUFFMAN_FIRST,
  HUFFMAN_KEYS,
  HUFFMAN_LENGTHS,
  HUFFMAN_NODES,
  HUFFMAN_RANKS,
  HUFFMAN_SORTED,
} from "./layout";

/** What occurs more often than this is counted in larger units, and all else with it. */
const OFTEN: u32 = 1023;

/** In the low bits of a key: below its frequency. */
const SYMBOL_BITS: u32 = 9;
const SYMBOL_MASK: u32 = (1 << SYMBOL_BITS) - 1;

/** More than any weight. The sum of two fits into four bytes. */
const HEAVIEST: u32 = 0x3fffffff;

/** No tree is deeper: a block has less than 2^17 symbols, and a depth needs as many as Fibonacci's numbers grow. */
const DEEPEST: u32 = 31;

/** The numbers of eight bits with these the other way round. */
const REVERSED: usize = memory.data(256);

for (let number: u32 = 1; number < 256; number++) {
  store<u8>(REVERSED + number, (load<u8>(REVERSED + (number >> 1)) >> 1) | ((number & 1) << 7));
}

/**
 * What a symbol is written as: its code, first bit lowest; from bit 16 on its length; from bit 24 on that and the extra bits behind it.
 * It comes with its first bit on top of 16.
 */
@inline
export function writtenCode(code: u32, length: u32, extra: u32): u32 {
  const reversed = (<u32>load<u8>(REVERSED + (code & 0xff)) << 8) | <u32>load<u8>(REVERSED + (code >> 8));
  return reversed | (length << 16) | ((length + extra) << 24);
}

/**
 * Chooses code lengths of at most `most` bits for symbols 0 to `size`, by their `frequencies` (four bytes each), and writes
 * them to `lengths` (a byte each, 0 where a symbol does not occur) and the codes to `codes` (four bytes each: see `writtenCode`;
 * `extras` has how many bits are behind each). Returns the bits that all occurrences take, with those.
 */
export function buildCode(frequencies: usize, size: u32, most: u32, lengths: usize, codes: usize, extras: usize): u32 {
  clear(lengths, size);
  const used = listUsed(frequencies, size);
  if (used < 2) {
    // A code has at least one bit, and a set of one code is not complete: decoders take that (RFC 1951 section 3.2.7).
    const only = used == 0 ? 0 : load<u32>(HUFFMAN_KEYS) & SYMBOL_MASK;
    store<u8>(lengths + only, 1);
    const entry = writtenCode(0, 1, load<u8>(extras + only));
    store<u32>(codes + (<usize>only << 2), entry);
    return used == 0 ? 0 : load<u32>(frequencies + (<usize>only << 2)) * (entry >> 24);
  }
  sortUsed(used);
  if (countLengths(used) > most) limitLengths(most);
  orderLengths(most);
  // The codes of each length, in the order of the symbols.
  let bits: u32 = 0;
  for (let index: u32 = 0; index < used; index++) {
    const key = load<u32>(HUFFMAN_KEYS + (<usize>index << 2));
    const symbol = <usize>(key & SYMBOL_MASK);
    const rankSlot = HUFFMAN_RANKS + (<usize>(key >> SYMBOL_BITS) << 2);
    const rank = load<u32>(rankSlot);
    store<u32>(rankSlot, rank + 1);
    const length = <u32>load<u8>(HUFFMAN_LENGTHS + rank);
    const codeSlot = HUFFMAN_FIRST + (<usize>length << 2);
    const code = load<u32>(codeSlot);
    store<u32>(codeSlot, code + (0x10000 >> length));
    store<u8>(lengths + symbol, <u8>length);
    const entry = writtenCode(code, length, load<u8>(extras + symbol));
    bits += load<u32>(frequencies + (symbol << 2)) * (entry >> 24);
    store<u32>(codes + (symbol << 2), entry);
  }
  return bits;
}

/** Which of the 32 symbols that have these frequencies occur: a bit each. */
@inline
function occurring32(frequencies: usize): u32 {
  return occurring16(frequencies) | (occurring16(frequencies + 64) << 16);
}

@inline
function occurring16(frequencies: usize): u32 {
  // Narrower, none becomes 0 that was not.
  const low = i16x8.narrow_i32x4_s(v128.load(frequencies), v128.load(frequencies, 16));
  const high = i16x8.narrow_i32x4_s(v128.load(frequencies, 32), v128.load(frequencies, 48));
  return <u32>i8x16.bitmask(i8x16.ne(i8x16.narrow_i16x8_s(low, high), i8x16.splat(0)));
}

/** The highest frequency. */
let top: u32 = 0;

/**
 * Lists what occurs in HUFFMAN_KEYS, each as its frequency and itself, and finds the highest frequency. Returns how many there
 * are. Behind `size`, up to a multiple of 32, frequencies are 0.
 */
@inline
function listUsed(frequencies: usize, size: u32): u32 {
  let used: u32 = 0;
  let highest: u32 = 0;
  for (let from: u32 = 0; from < size; from += 32) {
    for (let occurring = occurring32(frequencies + (<usize>from << 2)); occurring; occurring &= occurring - 1) {
      const symbol = from + ctz<u32>(occurring);
      const frequency = load<u32>(frequencies + (<usize>symbol << 2));
      highest = max<u32>(highest, frequency);
      store<u32>(HUFFMAN_KEYS + (<usize>used << 2), (frequency << SYMBOL_BITS) | symbol);
      used++;
    }
  }
  top = highest;
  return used;
}

/**
 * Lists the frequencies in HUFFMAN_SORTED, the lowest first. Leaves in HUFFMAN_RANKS for each frequency how many lower ones there
 * are.
 */
@inline
function sortUsed(used: u32): void {
  if (top > OFTEN) {
    const unit = 32 - clz<u32>(top / (OFTEN + 1));
    for (let index: u32 = 0; index < used; index++) {
      const slot = HUFFMAN_KEYS + (<usize>index << 2);
      const key = load<u32>(slot);
      store<u32>(slot, (max<u32>(key >> (SYMBOL_BITS + unit), 1) << SYMBOL_BITS) | (key & SYMBOL_MASK));
    }
    top >>= unit;
  }
  clear(HUFFMAN_RANKS, <usize>(top + 1) << 2);
  for (let index: u32 = 0; index < used; index++) {
    const slot = HUFFMAN_RANKS + (<usize>(load<u32>(HUFFMAN_KEYS + (<usize>index << 2)) >> SYMBOL_BITS) << 2);
    store<u32>(slot, load<u32>(slot) + 1);
  }
  let rank: u32 = 0;
  for (let frequency: u32 = 1; frequency <= top; frequency++) {
    const slot = HUFFMAN_RANKS + (<usize>frequency << 2);
    const count = load<u32>(slot);
    store<u32>(slot, rank);
    let at = HUFFMAN_SORTED + (<usize>rank << 2);
    const four = i32x4.splat(frequency);
    rank += count;
    const end = HUFFMAN_SORTED + (<usize>rank << 2);
    // Mostly there are no more than four, and where there are none the next overwrites them.
    do {
      v128.store(at, four);
      at += 16;
    } while (at < end);
  }
}

/**
 * Huffman's tree for the sorted list, bottom up: nodes come to be in the order of their weights, so the two lightest are
 * always next in the list or next among the nodes. Leaves in HUFFMAN_COUNTS how many symbols lie at each depth, and returns the
 * greatest.
 */
@inline
function countLengths(used: u32): u32 {
  // Behind either list are two that are never the lightest.
  const behind = HUFFMAN_SORTED + (<usize>used << 2);
  store<u32>(behind, HEAVIEST);
  store<u32>(behind, HEAVIEST, 4);
  let leaf: usize = HUFFMAN_SORTED;
  let inner: usize = HUFFMAN_NODES;
  const root = HUFFMAN_NODES + (<usize>(used - 2) << 2);
  for (let node: usize = HUFFMAN_NODES; node <= root; node += 4) {
    store<u32>(node, HEAVIEST);
    store<u32>(node, HEAVIEST, 4);
    // The first of the nodes that are below it, or of those that are left.
    store<u32>(node + (HUFFMAN_BELOW - HUFFMAN_NODES), <u32>inner);
    const leaf0 = load<u32>(leaf);
    const leaf1 = load<u32>(leaf, 4);
    const inner0 = load<u32>(inner);
    const inner1 = load<u32>(inner, 4);
    // Two of either, or one of each: which, is anybody's guess.
    const leaves = leaf1 <= inner0;
    const nodes = inner1 < leaf0;
    store<u32>(node, (nodes ? inner1 : leaf0) + (leaves ? leaf1 : inner0));
    inner += 4 + ((<usize>nodes - <usize>leaves) << 2);
    leaf += 4 + ((<usize>leaves - <usize>nodes) << 2);
  }
  // From the root down. Nodes of one depth are neighbours, and each has two below it: those that are no nodes are symbols.
  clear(HUFFMAN_COUNTS, <usize>(DEEPEST + 2) << 2);
  let from: usize = root;
  let above: u32 = 1;
  let depth: u32 = 0;
  while (above > 0) {
    depth++;
    const next = <usize>load<u32>(from + (HUFFMAN_BELOW - HUFFMAN_NODES));
    const nodes = <u32>(from - next) >> 2;
    store<u32>(HUFFMAN_COUNTS + (<usize>depth << 2), above * 2 - nodes);
    from = next;
    above = nodes;
  }
  return depth;
}

/** Makes the longest codes no longer than `most` bits, with others a little longer for that. */
function limitLengths(most: u32): void {
  let tooLong: u32 = 0;
  for (let length = most + 1; length <= DEEPEST; length++) tooLong += load<u32>(HUFFMAN_COUNTS + (<usize>length << 2));
  const longest = HUFFMAN_COUNTS + (<usize>most << 2);
  store<u32>(longest, load<u32>(longest) + tooLong);
  // In units of the longest code: a set is complete at 2 ** most (Kraft).
  let taken: u32 = 0;
  for (let length: u32 = 1; length <= most; length++) {
    taken += load<u32>(HUFFMAN_COUNTS + (<usize>length << 2)) << (most - length);
  }
  for (; taken > <u32>1 << most; taken--) {
    // One of the longest moves next to a shorter one, which becomes a bit longer.
    store<u32>(longest, load<u32>(longest) - 1);
    let length = most - 1;
    while (load<u32>(HUFFMAN_COUNTS + (<usize>length << 2)) == 0) length--;
    const shorter = HUFFMAN_COUNTS + (<usize>length << 2);
    store<u32>(shorter, load<u32>(shorter) - 1);
    store<u32>(shorter + 4, load<u32>(shorter + 4) + 2);
  }
}

/**
 * Lists the lengths in HUFFMAN_LENGTHS, a byte each, by rank: the rarest get the longest. Leaves in HUFFMAN_FIRST the first code of each
 * length (RFC 1951 section 3.2.2, step 2), its first bit on top of 16.
 */
@inline
function orderLengths(most: u32): void {
  let at: usize = HUFFMAN_LENGTHS;
  // All codes together take what there is.
  let code: u32 = 0x10000;
  for (let length = most; length > 0; length--) {
    const count = load<u32>(HUFFMAN_COUNTS + (<usize>length << 2));
    const end = at + count;
    const sixteen = i8x16.splat(<i8>length);
    do {
      v128.store(at, sixteen);
      at += 16;
    } while (at < end);
    at = end;
    code -= count << (16 - length);
    store<u32>(HUFFMAN_FIRST + (<usize>length << 2), code);
  }
}
