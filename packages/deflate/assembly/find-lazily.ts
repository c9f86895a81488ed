import { BASE, CHAIN, chainsSize, GOOD, HASH_SHIFT, HEADS, headsSize, LAZY, NICE, WINDOW } from "./deflate-context";
import { SYMBOLS } from "./layout";
import { LEAST, literal, match, reach, same } from "./matches";
import { LONGEST } from "./symbols";

/** Of four bytes. */
@inline
function hash(four: u32, shift: u32): usize {
  return <usize>((four * 0x9e3779b1) >> shift);
}

/**
 * Bytes from which on a part of a message mostly gets codes of its own, where literals take fewer bits, and a little less is
 * gained by looking as long.
 */
const LONG_MESSAGE: usize = 320;

/** Looks at more places, and at the next byte before it takes a match. Returns where the list of symbols ends. */
export function findLazily(context: usize, bytes: usize, from: usize, to: usize): usize {
  const heads = context + HEADS;
  const chains = heads + headsSize(context);
  const shift = load<u32>(context, HASH_SHIFT);
  const window = load<u32>(context, WINDOW);
  const base = load<u32>(context, BASE);
  const lazy = load<u32>(context, LAZY);
  const good = load<u32>(context, GOOD);
  const mask = window - 1;
  const isLong = to - from >= LONG_MESSAGE;
  const chain = load<u32>(context, CHAIN) - (isLong ? load<u32>(context, CHAIN) >> 2 : 0);
  const nice = load<u32>(context, NICE) - (isLong ? load<u32>(context, NICE) >> 2 : 0);
  let at: usize = SYMBOLS;
  let p = from;
  const end = to - LEAST;
  /** The match at the byte before, which waits. */
  let held: u32 = 0;
  while (p <= end) {
    const four = load<u32>(p);
    const place = <u32>(p - bytes);
    const slot = heads + (hash(four, shift) << 1);
    const candidate = <u32>load<u16>(slot);
    store<u16>(slot, <u16>place);
    store<u16>(chains + ((place & mask) << 1), <u16>candidate);
    const limit = max<u32>(base, place > mask ? place - mask : 1);
    const heldLength = held >> 16;
    let found: u32 = 0;
    if (candidate >= limit && heldLength < lazy) {
      const places = heldLength >= good ? max<u32>(chain >> 2, 1) : chain;
      found = longest(bytes, chains, mask, p, candidate, limit, to, max<u32>(heldLength, LEAST - 1), nice, places);
    }
    if (isLong && (found & 0xffff) > reach(found >> 16)) found = 0;
    if (held != 0 && found == 0) {
      at = match(at, held >> 16, held & 0xffff);
      const next = p - 1 + heldLength;
      insert(heads, chains, shift, mask, bytes, p + 1, min<usize>(next, end + 1));
      p = next;
      held = 0;
      continue;
    }
    // A longer one makes the byte before a literal.
    if (held != 0) at = literal(at, load<u8>(p - 1));
    else if (found == 0) at = literal(at, load<u8>(p));
    held = found;
    p++;
  }
  if (held != 0) {
    at = match(at, held >> 16, held & 0xffff);
    p = p - 1 + (held >> 16);
  }
  while (p < to) at = literal(at, load<u8>(p++));
  return at;
}

/** Takes in places that nothing is looked for at. */
@inline
export function insert(heads: usize, chains: usize, shift: u32, mask: u32, bytes: usize, from: usize, to: usize): void {
  for (let p = from; p < to; p++) {
    const place = <u32>(p - bytes);
    const slot = heads + (hash(load<u32>(p), shift) << 1);
    store<u16>(chains + ((place & mask) << 1), load<u16>(slot));
    store<u16>(slot, <u16>place);
  }
}

/**
 * The longest match at `p` that is longer than `best`, among the first places of the chain that begins with `candidate`;
 * 0 where there is none. No place below `limit` counts.
 */
@inline
function longest(
  bytes: usize,
  chains: usize,
  mask: u32,
  p: usize,
  candidate: u32,
  limit: u32,
  to: usize,
  best: u32,
  nice: u32,
  places: u32,
): u32 {
  const most = min<u32>(LONGEST, <u32>(to - p));
  if (best >= most) return 0;
  const four = load<u32>(p);
  const place = <u32>(p - bytes);
  let found: u32 = 0;
  // The last four bytes of what would be longer: they differ most often.
  let last = load<u32>(p + best - (LEAST - 1));
  while (true) {
    const q = bytes + candidate;
    if (load<u32>(q + best - (LEAST - 1)) == last && load<u32>(q) == four) {
      const length = same(p, q, most, LEAST);
      if (length > best) {
        found = (length << 16) | (place - candidate);
        best = length;
        if (length >= nice || length == most) break;
        last = load<u32>(p + best - (LEAST - 1));
      }
    }
    const next = <u32>load<u16>(chains + ((candidate & mask) << 1));
    // A place that has been overwritten since leads anywhere, but a chain only leads back.
    if (next >= candidate || next < limit || --places == 0) break;
    candidate = next;
  }
  return found;
}
