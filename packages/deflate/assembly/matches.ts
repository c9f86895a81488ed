/*
 * What is found in a part of a message: literals, which are counted and stay where they are, and matches, which are listed.
 */
import { DISTANCE_FREQUENCIES, LITERAL_FREQUENCIES } from "./layout";
import { distanceSymbol, matchLength } from "./symbols";

/** The shortest match that is looked for. */
export const LEAST: u32 = 4;

/** Of a match: where it is, and what it is. */
export const MATCH_SIZE: usize = 8;

@inline
function occurs(table: usize, symbol: u32): void {
  const slot = table + (<usize>symbol << 2);
  store<u32>(slot, load<u32>(slot) + 1);
}

/** A byte that stands for itself. */
@inline
export function literal(byte: u32): void {
  occurs(LITERAL_FREQUENCIES, byte);
}

/** Lists a match at `p`: its length above, its distance below bit 16. Returns where the next one goes. */
@inline
export function match(at: usize, p: usize, found: u32): usize {
  store<u32>(at, <u32>p);
  store<u32>(at, found, 4);
  occurs(LITERAL_FREQUENCIES, matchLength(found >> 16) & 0x1ff);
  occurs(DISTANCE_FREQUENCIES, distanceSymbol(found & 0xffff));
  return at + MATCH_SIZE;
}

/** Bytes. A match of four that is further away takes more bits than they do as literals, and one of five eight times as far. */
const FAR: u32 = 512;

/** How far away a match of this length may be. */
@inline
export function reach(length: u32): u32 {
  return length > LEAST + 1 ? 0xffff : length > LEAST ? FAR << 3 : FAR;
}

/** How many bytes are the same at `p` and `q`, of which `length` are, up to `most`. */
@inline
export function same(p: usize, q: usize, most: u32, length: u32): u32 {
  while (length < most) {
    const different = load<u64>(p + length) ^ load<u64>(q + length);
    if (different) {
      length += <u32>(ctz<u64>(different) >> 3);
      break;
    }
    length += 8;
  }
  return min<u32>(length, most);
}

/** How many of the next 16 bytes are the same at `p` and `q`. */
@inline
export function alike(p: usize, q: usize): u32 {
  return ctz<u32>(i8x16.bitmask(i8x16.ne(v128.load(p), v128.load(q))) | 0x10000);
}
