/*
 * Finds and writes in one go, with codes that are there before: what is found is neither listed nor counted. That takes
 * less than half of the time, and makes a message 5 to 12 % longer than codes of its own do.
 */
import { codeOf, nextByte, resume, waiting, waitingBits, writeCode } from "./bit-writer";
import { BASE, HASH_SHIFT, HEADS } from "./deflate-context";
import { hash } from "./find-greedily";
import { alike, LEAST, reach, same } from "./matches";
import { distanceExtraBits, distanceSymbol, END_OF_BLOCK, LONGEST, matchLength } from "./symbols";

/**
 * Writes the rest of a block whose header is written. Looks at the newest place of each hash alone: a second finds
 * little more that is worth its bits.
 */
export function writeAtOnce(context: usize, bytes: usize, from: usize, to: usize, literals: usize, distances: usize): void {
  const heads = context + HEADS;
  const shift = load<u32>(context, HASH_SHIFT);
  const base = load<u32>(context, BASE);
  let bb = waitingBits();
  let bc = waiting();
  let next = nextByte();
  let p = from;
  // The last place with four bytes behind it.
  const end = to - LEAST;
  while (p <= end) {
    const place = <u32>(p - bytes);
    const slot = heads + (hash(p, shift) << 2);
    const found = load<u32>(slot) & 0xffff;
    const q = bytes + found;
    store<u32>(slot, place);
    // Both at once: each by itself is anybody's guess.
    if (i32(found >= base) & i32(load<u32>(q) == load<u32>(p))) {
      const most = min<u32>(LONGEST, <u32>(to - p));
      let length = min<u32>(alike(p, q), most);
      const distance = place - found;
      if (distance <= reach(length)) {
        if (length == 16) length = same(p, q, most, 16);
        const known = matchLength(length);
        const code = codeOf(literals, known & 0x1ff);
        const symbol = distanceSymbol(distance);
        const far = codeOf(distances, symbol);
        const extra = distanceExtraBits(symbol);
        let size = code >> 16;
        let value = <u64>(code & 0xffff) | (<u64>(known >> 13) << size);
        size += (known >> 9) & 15;
        value |= <u64>(far & 0xffff) << size;
        size += far >> 16;
        value |= <u64>((distance - 1) & ((1 << extra) - 1)) << size;
        bb |= value << bc;
        bc += size + extra;
        store<u64>(next, bb);
        next += bc >> 3;
        bb >>= <u64>(bc & 56);
        bc &= 7;
        keep(heads, shift, bytes, p + 1);
        p += length;
        keep(heads, shift, bytes, p - 1);
        continue;
      }
    }
    const code = codeOf(literals, load<u8>(p++));
    bb |= (<u64>(code & 0xffff)) << bc;
    bc += code >> 16;
    store<u64>(next, bb);
    next += bc >> 3;
    bb >>= <u64>(bc & 56);
    bc &= 7;
  }
  resume(bb, bc, next);
  while (p < to) writeCode(literals, load<u8>(p++));
  writeCode(literals, END_OF_BLOCK);
}

/** Takes in a place that nothing is looked for at. */
@inline
function keep(heads: usize, shift: u32, bytes: usize, p: usize): void {
  store<u32>(heads + (hash(p, shift) << 2), <u32>(p - bytes));
}
