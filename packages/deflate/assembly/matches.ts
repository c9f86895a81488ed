/*
 * What is found in a part of a message: literals and matches, which are counted, and listed as the symbols that stand for them. A symbol
 * takes four bytes: which one it is (see symbols.ts) in the lowest nine bits, and above them what its extra bits say.
 */
import { FREQUENCIES } from "./layout";
import { matchDistance, matchLength } from "./symbols";

/** The shortest match that is looked for. */
export const LEAST: u32 = 4;

@inline
function occur(symbol: u32): void {
  const slot = FREQUENCIES + (<usize>symbol << 2);
  store<u32>(slot, load<u32>(slot) + 1);
}

/** A byte that stands for itself. Returns where the next symbol goes, as `match` does. */
@inline
export function literal(at: usize, byte: u32): usize {
  store<u32>(at, byte);
  occur(byte);
  return at + 4;
}

/** So many bytes that are the same so far back. */
@inline
export function match(at: usize, length: u32, distance: u32): usize {
  const known = matchLength(length);
  const far = matchDistance(distance);
  store<u32>(at, known);
  store<u32>(at, far, 4);
  occur(known & 0x1ff);
  occur(far & 0x1ff);
  return at + 8;
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

/** How many of the next 16 bytes are the same at `p` and `q`. Words answer sooner than a vector. */
@inline
export function alike(p: usize, q: usize): u32 {
  const low = load<u64>(p) ^ load<u64>(q);
  const high = load<u64>(p, 8) ^ load<u64>(q, 8);
  return <u32>((low == 0 ? 64 + ctz<u64>(high) : ctz<u64>(low)) >> 3);
}
