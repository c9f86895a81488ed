/*
 * Prefix codes for what occurs in a block (RFC 1951 section 3.2.2), none longer than it may be. Most messages are short and
 * use few symbols: work is done for those that occur.
 */
import { clear } from "./clear";
import { HUFFMAN_BELOW, HUFFMAN_COUNTS, HUFFMAN_KEYS, HUFFMAN_NODES, HUFFMAN_SORTED } from "./layout";

/** A frequency from here on is sorted by comparing: there are few. */
const OFTEN: u32 = 255;

/** In the low bits of a key: below its frequency. */
const SYMBOL_BITS: u32 = 9;

/** More than any weight, also as a key, which has its weight above the symbol; and the sum of two fits into four bytes. */
const HEAVIEST: u32 = 0x3fffffff;

/** No tree is deeper: a block has less than 2^17 symbols, and a depth needs as many as Fibonacci's numbers grow. */
const DEEPEST: u32 = 31;

/** A code of `length` bits as it is written, its first bit lowest. */
export function reversed(code: u32, length: u32): u32 {
  code = ((code & 0x5555) << 1) | ((code >> 1) & 0x5555);
  code = ((code & 0x3333) << 2) | ((code >> 2) & 0x3333);
  code = ((code & 0x0f0f) << 4) | ((code >> 4) & 0x0f0f);
  code = ((code & 0x00ff) << 8) | ((code >> 8) & 0x00ff);
  return code >> (16 - length);
}

/**
 * Chooses code lengths of at most `most` bits for symbols 0 to `size`, by their `frequencies` (four bytes each), and writes
 * them to `lengths` (a byte each, 0 where a symbol does not occur) and the codes to `codes` (four bytes each: bits, and
 * their number from bit 16 on). Returns the bits that all occurrences take.
 */
export function buildCode(frequencies: usize, size: u32, most: u32, lengths: usize, codes: usize): u32 {
  clear(lengths, size);
  const used = sortUsed(frequencies, size);
  if (used < 2) {
    // A code has at least one bit, and a set of one code is not complete: decoders take that (RFC 1951 section 3.2.7).
    const only = used == 0 ? 0 : load<u32>(HUFFMAN_SORTED) & ((1 << SYMBOL_BITS) - 1);
    store<u8>(lengths + only, 1);
    store<u32>(codes + (<usize>only << 2), 1 << 16);
    return used == 0 ? 0 : load<u32>(HUFFMAN_SORTED) >> SYMBOL_BITS;
  }
  countLengths(used);
  limitLengths(most);
  // The first code of each length (RFC 1951 section 3.2.2, step 2), and the rarest symbols get the longest.
  let at: usize = HUFFMAN_SORTED;
  let bits: u32 = 0;
  for (let length = most; length > 0; length--) {
    for (let count = load<u32>(HUFFMAN_COUNTS + (<usize>length << 2)); count > 0; count--) {
      const key = load<u32>(at);
      at += 4;
      bits += (key >> SYMBOL_BITS) * length;
      store<u8>(lengths + (key & ((1 << SYMBOL_BITS) - 1)), <u8>length);
    }
  }
  let code: u32 = 0;
  for (let length: u32 = 1; length <= most; length++) {
    const slot = HUFFMAN_COUNTS + (<usize>length << 2);
    const count = load<u32>(slot);
    store<u32>(slot, code);
    code = (code + count) << 1;
  }
  assignCodes(used, lengths, codes);
  return bits;
}

/** The codes of each length, in the order of the symbols, from the first ones that HUFFMAN_COUNTS has. */
@inline
function assignCodes(used: u32, lengths: usize, codes: usize): void {
  for (let index: u32 = 0; index < used; index++) {
    const symbol = <usize>(load<u32>(HUFFMAN_KEYS + (<usize>index << 2)) & ((1 << SYMBOL_BITS) - 1));
    const length = <u32>load<u8>(lengths + symbol);
    const slot = HUFFMAN_COUNTS + (<usize>length << 2);
    const code = load<u32>(slot);
    store<u32>(slot, code + 1);
    store<u32>(codes + (symbol << 2), reversed(code, length) | (length << 16));
  }
}

/** Which of the 32 symbols that have these frequencies occur: a bit each. */
@inline
function occurring32(frequencies: usize): u32 {
  return occurring8(frequencies) | (occurring8(frequencies + 32) << 8) | (occurring8(frequencies + 64) << 16) | (occurring8(frequencies + 96) << 24);
}

@inline
function occurring8(frequencies: usize): u32 {
  const none = i32x4.splat(0);
  const low = i32x4.bitmask(i32x4.ne(v128.load(frequencies), none));
  return low | (i32x4.bitmask(i32x4.ne(v128.load(frequencies, 16), none)) << 4);
}

/**
 * Lists what occurs in HUFFMAN_SORTED, the rarest first, each as its frequency and itself. Returns how many there are. Behind
 * `size`, up to a multiple of 32, frequencies are 0.
 */
@inline
function sortUsed(frequencies: usize, size: u32): u32 {
  let used: u32 = 0;
  let top: u32 = 0;
  for (let from: u32 = 0; from < size; from += 32) {
    for (let occurring = occurring32(frequencies + (<usize>from << 2)); occurring; occurring &= occurring - 1) {
      const symbol = from + ctz<u32>(occurring);
      const frequency = load<u32>(frequencies + (<usize>symbol << 2));
      top = max<u32>(top, frequency);
      store<u32>(HUFFMAN_KEYS + (<usize>used << 2), (frequency << SYMBOL_BITS) | symbol);
      used++;
    }
  }
  const buckets = min<u32>(top, OFTEN) + 1;
  clear(HUFFMAN_COUNTS, <usize>buckets << 2);
  for (let index: u32 = 0; index < used; index++) {
    const bucket = min<u32>(load<u32>(HUFFMAN_KEYS + (<usize>index << 2)) >> SYMBOL_BITS, OFTEN);
    const slot = HUFFMAN_COUNTS + (<usize>bucket << 2);
    store<u32>(slot, load<u32>(slot) + 1);
  }
  let sum: u32 = 0;
  for (let bucket: u32 = 0; bucket < buckets; bucket++) {
    const slot = HUFFMAN_COUNTS + (<usize>bucket << 2);
    const count = load<u32>(slot);
    store<u32>(slot, sum);
    sum += count;
  }
  for (let index: u32 = 0; index < used; index++) {
    const key = load<u32>(HUFFMAN_KEYS + (<usize>index << 2));
    const slot = HUFFMAN_COUNTS + (<usize>min<u32>(key >> SYMBOL_BITS, OFTEN) << 2);
    const place = load<u32>(slot);
    store<u32>(slot, place + 1);
    store<u32>(HUFFMAN_SORTED + (<usize>place << 2), key);
  }
  if (top > OFTEN) sortOften(used);
  return used;
}

/** Those that are often, at the end of the list, which is in order up to them. */
function sortOften(used: u32): void {
  for (let index: u32 = 1; index < used; index++) {
    const key = load<u32>(HUFFMAN_SORTED + (<usize>index << 2));
    if (key >> SYMBOL_BITS < OFTEN) continue;
    let place = index;
    while (place > 0) {
      const before = load<u32>(HUFFMAN_SORTED + (<usize>(place - 1) << 2));
      if (before <= key) break;
      store<u32>(HUFFMAN_SORTED + (<usize>place << 2), before);
      place--;
    }
    store<u32>(HUFFMAN_SORTED + (<usize>place << 2), key);
  }
}

/**
 * Huffman's tree for the sorted list, bottom up: nodes come to be in the order of their weights, so the two lightest are
 * always next in the list or next among the nodes. Leaves in HUFFMAN_COUNTS how many symbols lie at each depth.
 */
@inline
function countLengths(used: u32): void {
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
    const leaf0 = load<u32>(leaf) >> SYMBOL_BITS;
    const leaf1 = load<u32>(leaf, 4) >> SYMBOL_BITS;
    const inner0 = load<u32>(inner);
    const inner1 = load<u32>(inner, 4);
    // Two of either, or one of each: which, is anybody's guess, too.
    const leaves = leaf1 <= inner0;
    const nodes = inner1 < leaf0;
    store<u32>(node, leaves ? leaf0 + leaf1 : nodes ? inner0 + inner1 : leaf0 + inner0);
    const taken: usize = leaves ? 0 : nodes ? 8 : 4;
    inner += taken;
    leaf += 8 - taken;
  }
  // From the root down. Nodes of one depth are neighbours, and each has two below it: those that are no nodes are symbols.
  clear(HUFFMAN_COUNTS, <usize>(DEEPEST + 2) << 2);
  let from: usize = root;
  let above: u32 = 1;
  for (let depth: u32 = 1; above > 0; depth++) {
    const next = <usize>load<u32>(from + (HUFFMAN_BELOW - HUFFMAN_NODES));
    const nodes = <u32>(from - next) >> 2;
    store<u32>(HUFFMAN_COUNTS + (<usize>depth << 2), above * 2 - nodes);
    from = next;
    above = nodes;
  }
}

/** Makes the longest codes no longer than `most` bits, with others a little longer for that. */
@inline
function limitLengths(most: u32): void {
  let tooLong: u32 = 0;
  for (let length = most + 1; length <= DEEPEST; length++) tooLong += load<u32>(HUFFMAN_COUNTS + (<usize>length << 2));
  if (tooLong == 0) return;
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
