/*
 * Compresses messages, each with what the ones before it left in its context: looks for what was there before (this file),
 * and writes what it found as blocks (block.ts).
 *
 * A context: twelve words (see CONTEXT_*), the newest place of each hash (two bytes), the place before each place with the
 * same hash (two bytes, as many as the window has), and the bytes. A place is an offset in those; 0 is none.
 */
import { beginBlock, beginOutput, endOutput, MATCH_SIZE, writeBlock, writeStored, written } from "./block";
import { DISTANCE_FREQUENCIES, LITERAL_FREQUENCIES, MATCHES } from "./layout";
import { distanceSymbol, LONGEST, matchLength } from "./symbols";

/** Where the next byte goes: at least 1. */
const POSITION: usize = 0;
/** The first place that may be referred to. */
const BASE: usize = 4;
/** Bytes: a power of two. */
const WINDOW: usize = 8;
/** Bytes that there is room for: at least two windows, less than 2^16. */
const CAPACITY: usize = 12;
/** Bits of a hash that are dropped. */
const HASH_SHIFT: usize = 16;
/** How many places are looked at for a match: 0 to look for none, and 1 to keep only the newest place of each hash. */
const CHAIN: usize = 20;
/** A match of this length is taken at once. */
const NICE: usize = 24;
/** Up to this length a match waits for a longer one at the next byte; 0 for never. */
const LAZY: usize = 28;
/** From this length on the next byte's is looked for at a quarter of the places. */
const GOOD: usize = 32;
/** A message of fewer bytes is looked through as with LAZY 0. Only for contexts that are reset before each message. */
const GREEDY_BELOW: usize = 36;
const HEADS: usize = 48;

/** The shortest match that is looked for: what a hash is made of. */
const LEAST: u32 = 4;

@inline
function headsSize(context: usize): usize {
  return <usize>(load<u32>(context, LAZY) > 0 ? 2 : 4) << (32 - load<u32>(context, HASH_SHIFT));
}

@inline
function chainsSize(context: usize): usize {
  return load<u32>(context, LAZY) > 0 ? load<u32>(context, WINDOW) << 1 : 0;
}

/**
 * Makes room for the next `size` bytes of a message, and returns how many of them to put at the context's position before
 * `deflate` is called.
 */
export function prepare(context: usize, size: u32): u32 {
  let position = load<u32>(context, POSITION);
  const capacity = load<u32>(context, CAPACITY);
  const window = load<u32>(context, WINDOW);
  if (position + size > capacity && position >= window + (window >> 1)) {
    slide(context, max<u32>(window, ((position - window) / window) * window));
    position = load<u32>(context, POSITION);
  }
  return min<u32>(size, capacity - position);
}

/** Drops the first `distance` bytes, a multiple of the window. */
function slide(context: usize, distance: u32): void {
  const position = load<u32>(context, POSITION);
  const places = headsSize(context) + chainsSize(context);
  const bytes = context + HEADS + places;
  memory.copy(bytes, bytes + distance, position - distance);
  const back = i16x8.splat(<i16>distance);
  for (let at: usize = context + HEADS; at < bytes; at += 16) v128.store(at, i16x8.sub_sat_u(v128.load(at), back));
  store<u32>(context, position - distance, POSITION);
  const base = load<u32>(context, BASE);
  store<u32>(context, base > distance ? base - distance : 1, BASE);
}

/**
 * Compresses the `size` bytes at the context's position, which `prepare` made room for: a part of a message, which may be
 * the first and the last. Returns the bytes that are in OUTPUT then; the four that RFC 7692 leaves out are not among them.
 */
export function deflate(context: usize, size: u32, first: boolean, last: boolean): u32 {
  const position = load<u32>(context, POSITION);
  const bytes = context + HEADS + headsSize(context) + chainsSize(context);
  const from = bytes + position;
  const to = from + size;
  beginOutput(first);
  if (load<u32>(context, CHAIN) == 0) writeStored(from, to);
  else {
    beginBlock();
    let end: usize;
    if (load<u32>(context, LAZY) > 0 && size >= load<u32>(context, GREEDY_BELOW)) end = findLazily(context, bytes, from, to);
    else if (bytes + load<u32>(context, BASE) == from) end = findGreedily(context, bytes, from, to, true);
    else end = findGreedily(context, bytes, from, to, false);
    writeBlock(end, from, to);
  }
  if (last) endOutput();
  store<u32>(context, position + size, POSITION);
  return written();
}

/** Takes in the `size` bytes at the context's position, which went another way, as what may be referred to. */
export function remember(context: usize, size: u32): void {
  const position = load<u32>(context, POSITION);
  const heads = context + HEADS;
  const chains = heads + headsSize(context);
  const bytes = chains + chainsSize(context);
  const from = bytes + position;
  const shift = load<u32>(context, HASH_SHIFT);
  // One behind the last place with four bytes behind it.
  const end = from + size - (LEAST - 1);
  if (load<u32>(context, LAZY) > 0) {
    insert(heads, chains, shift, load<u32>(context, WINDOW) - 1, bytes, from, end);
  } else if (load<u32>(context, CHAIN) > 0) {
    for (let p = from; p < end; p++) keep(heads, shift, bytes, p, p);
  }
  store<u32>(context, position + size, POSITION);
}

@inline
function hash(four: u32, shift: u32): usize {
  return <usize>((four * 0x9e3779b1) >> shift);
}

@inline
function hash5(p: usize, shift: u32): usize {
  return <usize>(((load<u64>(p) << 24) * 0x9e3779b185ebca87) >> (32 + <u64>shift));
}

@inline
function occurs(table: usize, symbol: u32): void {
  const slot = table + (<usize>symbol << 2);
  store<u32>(slot, load<u32>(slot) + 1);
}

@inline
function literal(byte: u32): void {
  occurs(LITERAL_FREQUENCIES, byte);
}

/** A match at `p`: its length above, its distance below bit 16. */
@inline
function match(at: usize, p: usize, found: u32): usize {
  store<u32>(at, <u32>p);
  store<u32>(at, found, 4);
  occurs(LITERAL_FREQUENCIES, matchLength(found >> 16) & 0x1ff);
  occurs(DISTANCE_FREQUENCIES, distanceSymbol(found & 0xffff));
  return at + MATCH_SIZE;
}

/**
 * Bytes from which on a part of a message mostly gets codes of its own, where literals take fewer bits, and a little less is
 * gained by looking as long.
 */
const LONG_MESSAGE: usize = 320;

/** A match of four bytes that is further away takes more bits than they do as literals, and one of five eight times as far. */
const FAR: u32 = 512;

@inline
function isTooFar(found: u32): boolean {
  const length = found >> 16;
  if (length > LEAST + 1) return false;
  return (found & 0xffff) > (length > LEAST ? FAR << 3 : FAR);
}

/** How many bytes are the same at `p` and `q`, from the fourth on, up to `most`. */
@inline
function same(p: usize, q: usize, most: u32, length: u32): u32 {
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
function alike(p: usize, q: usize): u32 {
  return ctz<u32>(i8x16.bitmask(i8x16.ne(v128.load(p), v128.load(q))) | 0x10000);
}

/** How far away a match may be. */
@inline
function reach(length: u32): u32 {
  return length > LEAST + 1 ? 0xffff : length > LEAST ? FAR << 3 : FAR;
}

/**
 * Looks at the two newest places of each hash, and takes what it finds. Returns where the matches end.
 *
 * @param alone without what came before: of each hash, only the newest.
 */
@inline
function findGreedily(context: usize, bytes: usize, from: usize, to: usize, alone: bool): usize {
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
    const slot = heads + (hash5(p, shift) << 2);
    const two = load<u32>(slot);
    store<u32>(slot, (two << 16) | place);
    const limit = max<u32>(base, place > mask ? place - mask : 1);
    const newest = two & 0xffff;
    const most = min<u32>(LONGEST, <u32>(to - p));
    let length: u32 = 0;
    let found = newest;
    if (alone) {
      const four = load<u32>(p);
      if (newest < limit || load<u32>(bytes + newest) != four) found = two >> 16;
      if (found >= limit && load<u32>(bytes + found) == four) length = min<u32>(alike(p, bytes + found), most);
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
    // Few places within a long match are ever wanted: more where there are few others.
    keep(heads, shift, bytes, p + 1, end);
    if (alone) {
      keep(heads, shift, bytes, p + 2, end);
      keep(heads, shift, bytes, p + 3, end);
      keep(heads, shift, bytes, next - 3, end);
      keep(heads, shift, bytes, next - 2, end);
    }
    keep(heads, shift, bytes, next - 1, end);
    p = next;
  }
  while (p < to) literal(load<u8>(p++));
  return at;
}

@inline
function keep(heads: usize, shift: u32, bytes: usize, p: usize, end: usize): void {
  if (p > end) return;
  const slot = heads + (hash5(p, shift) << 2);
  store<u32>(slot, (load<u32>(slot) << 16) | <u32>(p - bytes));
}

/** Looks at more places, and at the next byte before it takes a match. Returns where the matches end. */
function findLazily(context: usize, bytes: usize, from: usize, to: usize): usize {
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
  let at: usize = MATCHES;
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
    if (isLong && isTooFar(found)) found = 0;
    if (held != 0 && found == 0) {
      at = match(at, p - 1, held);
      const next = p - 1 + heldLength;
      insert(heads, chains, shift, mask, bytes, p + 1, min<usize>(next, end + 1));
      p = next;
      held = 0;
      continue;
    }
    // A longer one makes the byte before a literal.
    if (held != 0) literal(load<u8>(p - 1));
    else if (found == 0) literal(load<u8>(p));
    held = found;
    p++;
  }
  if (held != 0) {
    at = match(at, p - 1, held);
    p = p - 1 + (held >> 16);
  }
  while (p < to) literal(load<u8>(p++));
  return at;
}

/** Takes in places that nothing is looked for at. */
@inline
function insert(heads: usize, chains: usize, shift: u32, mask: u32, bytes: usize, from: usize, to: usize): void {
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
