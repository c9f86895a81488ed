/*
 * Compresses messages, each with what the ones before it left in its context: looks for what was there before (find-*.ts), and
 * writes what it found as blocks (block.ts). Short ones may go another way (write-text.ts).
 */
import { beginOutput, endOutput, writeStored, written } from "./bit-writer";
import { beginBlock, writeBlock } from "./block";
import {
  ALONE_BELOW,
  AT_ONCE_BELOW,
  BASE,
  CAPACITY,
  CHAIN,
  chainsSize,
  HASH_SHIFT,
  HEADS,
  headsSize,
  LAZY,
  POSITION,
  WINDOW,
} from "./deflate-context";
import { findAlone } from "./find-alone";
import { findGreedily, keep } from "./find-greedily";
import { findLazily, insert } from "./find-lazily";
import { LEAST } from "./matches";
import { writeText } from "./write-text";

/**
 * Makes room for the next `size` bytes of a message, and returns how many of them to put at the context's position before
 * `deflate` is called.
 */
export function prepare(context: usize, size: u32): u32 {
  const capacity = load<u32>(context, CAPACITY);
  if (load<u32>(context, POSITION) + size > capacity) makeRoom(context);
  return min<u32>(size, capacity - load<u32>(context, POSITION));
}

function makeRoom(context: usize): void {
  const position = load<u32>(context, POSITION);
  const window = load<u32>(context, WINDOW);
  if (load<u32>(context, BASE) == position) {
    // There is nothing that may be referred to. What was at a place is not followed further before something is there again.
    memory.fill(context + HEADS, 0, headsSize(context));
    store<u32>(context, 1, POSITION);
    store<u32>(context, 1, BASE);
  } else if (position >= window + (window >> 1)) slide(context, max<u32>(window, ((position - window) / window) * window));
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
  else if (!first || !last || size >= load<u32>(context, AT_ONCE_BELOW) || !writeText(context, bytes, from, to)) {
    writeFound(context, bytes, from, to);
  }
  if (last) endOutput();
  store<u32>(context, position + size, POSITION);
  return written();
}

/** Looks for what was there before, and writes what it found. */
@inline
function writeFound(context: usize, bytes: usize, from: usize, to: usize): void {
  beginBlock();
  const isLazy = load<u32>(context, LAZY) > 0;
  let end: usize;
  if (to - from < <usize>load<u32>(context, ALONE_BELOW) && (!isLazy || bytes + load<u32>(context, BASE) == from)) {
    end = findAlone(context, bytes, from, to);
  } else if (isLazy) end = findLazily(context, bytes, from, to);
  else end = findGreedily(context, bytes, from, to);
  writeBlock(end, from, to);
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
