import { BASE, HASH_SHIFT, HEADS, LAZY, WINDOW } from "./deflate-context";
import { MATCHES } from "./layout";
import { alike, LEAST, literal, match, reach, same } from "./matches";
import { LONGEST } from "./symbols";

/**
 * Of five bytes. Matches of four are found where the fifth is the same by chance; to look for them would lead to what differs there,
 * and to look at that takes most of the time.
 */
@inline
export function hash(p: usize, shift: u32): usize {
  return <usize>(((load<u64>(p) << 24) * 0x9e3779b185ebca87) >> (32 + <u64>shift));
}

/**
 * Looks at the two newest places of each hash, and takes what it finds. Returns where the matches end.
 *
 * @param alone nothing came before: the older place finds hardly anything, and only the newest is looked at.
 */
@inline
export function findGreedily(context: usize, bytes: usize, from: usize, to: usize, alone: bool): usize {
  const heads = context + HEADS;
  // Where there is room for one place of each hash, there is for two of half as many.
  const shift = load<u32>(context, HASH_SHIFT) + <u32>(load<u32>(context, LAZY) > 0);
  const mask = load<u32>(context, WINDOW) - 1;
  const base = load<u32>(context, BASE);
  let at: usize = MATCHES;
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
    let length: u32 = 0;
    let found = newest;
    if (alone) {
      if (i32(newest >= limit) & i32(load<u32>(bytes + newest) == load<u32>(p))) length = min<u32>(alike(p, bytes + newest), most);
    } else {
      // Which of the two is there, and how long they are, is anybody's guess: both are compared, whatever they are.
      const older = two >> 16;
      const first = newest >= limit ? alike(p, bytes + newest) : 0;
      const second = older >= limit ? alike(p, bytes + older) : 0;
      length = min<u32>(max<u32>(first, second), most);
      found = second > first ? older : newest;
    }
    const distance = place - found;
    if (length < LEAST || distance > reach(length)) {
      literal(load<u8>(p));
      p++;
      continue;
    }
    if (length == 16) length = same(p, bytes + found, most, 16);
    at = match(at, p, (length << 16) | distance);
    const next = p + length;
    // Few places within a match are ever wanted.
    keep(heads, shift, bytes, p + 1, end);
    keep(heads, shift, bytes, next - 1, end);
    p = next;
  }
  while (p < to) literal(load<u8>(p++));
  return at;
}

/** Takes in a place that nothing is looked for at, unless it is behind the last. */
@inline
export function keep(heads: usize, shift: u32, bytes: usize, p: usize, end: usize): void {
  if (p > end) return;
  const slot = heads + (hash(p, shift) << 2);
  store<u32>(slot, (load<u32>(slot) << 16) | <u32>(p - bytes));
}
