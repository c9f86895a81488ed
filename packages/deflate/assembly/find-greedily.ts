import { BASE, HASH_SHIFT, HEADS, WINDOW } from "./deflate-context";
import { SYMBOLS } from "./layout";
import { alike, LEAST, literal, match, reach, same } from "./matches";
import { mixed } from "./newest-place";
import { LONGEST } from "./symbols";

@inline
function hash(p: usize, shift: u32): usize {
  return <usize>(mixed(p) >> (32 + <u64>shift));
}

/** Looks at the two newest places of each hash, and takes what it finds. Returns where the list of symbols ends. */
export function findGreedily(context: usize, bytes: usize, from: usize, to: usize): usize {
  const heads = context + HEADS;
  const shift = load<u32>(context, HASH_SHIFT);
  const mask = load<u32>(context, WINDOW) - 1;
  const base = load<u32>(context, BASE);
  let at: usize = SYMBOLS;
  let p = from;
  // The last place with four bytes behind it.
  const end = to - LEAST;
  while (p <= end) {
    const place = <u32>(p - bytes);
    const slot = heads + (hash(p, shift) << 2);
    const two = load<u32>(slot);
    store<u32>(slot, (two << 16) | place);
    const limit = max<u32>(base, place > mask ? place - mask : 1);
    const newest = two & 0xffff;
    const most = min<u32>(LONGEST, <u32>(to - p));
    // Which of the two is there, and how long they are, is anybody's guess: both are compared, whatever they are.
    const older = two >> 16;
    const first = newest >= limit ? alike(p, bytes + newest) : 0;
    const second = older >= limit ? alike(p, bytes + older) : 0;
    let length = min<u32>(max<u32>(first, second), most);
    const found = second > first ? older : newest;
    const distance = place - found;
    if (length < LEAST || distance > reach(length)) {
      at = literal(at, load<u8>(p));
      p++;
      continue;
    }
    if (length == 16) length = same(p, bytes + found, most, 16);
    at = match(at, length, distance);
    const next = p + length;
    // Few places within a match are ever wanted.
    keep(heads, shift, bytes, p + 1, end);
    keep(heads, shift, bytes, next - 1, end);
    p = next;
  }
  while (p < to) at = literal(at, load<u8>(p++));
  return at;
}

/** Takes in a place that nothing is looked for at, unless it is behind the last. */
@inline
export function keep(heads: usize, shift: u32, bytes: usize, p: usize, end: usize): void {
  if (p > end) return;
  const slot = heads + (hash(p, shift) << 2);
  store<u32>(slot, (load<u32>(slot) << 16) | <u32>(p - bytes));
}
