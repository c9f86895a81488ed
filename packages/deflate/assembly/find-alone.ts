import { BASE, HEADS, WINDOW } from "./deflate-context";
import { SYMBOLS } from "./layout";
import { LEAST, alike, literal, match, same } from "./matches";
import { keep, slotOf } from "./newest-place";
import { LONGEST } from "./symbols";

/**
 * Looks through a message that nothing came before, at the newest place of each hash, and takes what it finds. Returns where the
 * list of symbols ends.
 */
export function findAlone(context: usize, bytes: usize, from: usize, to: usize): usize {
  return find(context + HEADS, load<u32>(context, WINDOW) - 1, load<u32>(context, BASE), bytes, from, to);
}

function find(heads: usize, farthest: u32, base: u32, bytes: usize, from: usize, to: usize): usize {
  let at: usize = SYMBOLS;
  let p = from;
  // The last place with four bytes behind it, and with sixteen.
  const end = to - LEAST;
  const far = to - 16;
  while (p <= end) {
    let found: u32;
    // Literals have a loop of their own, for which the engine has registers enough.
    while (true) {
      const slot = slotOf(heads, p);
      found = <u32>load<u16>(slot);
      store<u16>(slot, <u16>(p - bytes));
      // Both at once: each by itself is anybody's guess.
      if (i32(found >= base) & i32(load<u32>(bytes + found) == load<u32>(p))) break;
      at = literal(at, load<u8>(p++));
      if (p > end) break;
    }
    if (p > end) break;
    const q = bytes + found;
    const distance = <u32>(p - q);
    if (distance > farthest) {
      at = literal(at, load<u8>(p++));
      continue;
    }
    let length = alike(p, q);
    if (i32(length == 16) | i32(p > far)) {
      const most = min<u32>(LONGEST, <u32>(to - p));
      length = same(p, q, most, min<u32>(length, most));
    }
    at = match(at, length, distance);
    // Few places within a match are ever wanted.
    keep(heads, bytes, p + 1);
    keep(heads, bytes, p + 2);
    p += length;
    keep(heads, bytes, p - 1);
  }
  while (p < to) at = literal(at, load<u8>(p++));
  return at;
}
