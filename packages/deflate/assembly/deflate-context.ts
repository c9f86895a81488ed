/*
 * What a context that compresses begins with, and what lies behind that: for each hash the newest place with it (two bytes), and
 * the place before each place with the same hash (two bytes, as many as the window has); or the two newest places of each hash
 * and no more, where LAZY is 0. For what has fewer bytes than ALONE_BELOW, what newest-place.ts has lies there instead. Then
 * the bytes. A place is an offset in those; 0 is none.
 */

/** Where the next byte goes: at least 1. */
export const POSITION: usize = 0;
/** The first place that may be referred to. */
export const BASE: usize = 4;
/** Bytes: a power of two. */
export const WINDOW: usize = 8;
/** Bytes that there is room for: at least two windows, less than 2^16. */
export const CAPACITY: usize = 12;
/** Bits of a hash that are dropped. */
export const HASH_SHIFT: usize = 16;
/** How many places are looked at for a match: 0 to look for none. Where LAZY is 0 it only matters whether it is 0. */
export const CHAIN: usize = 20;
/** A match of this length is taken at once; for LAZY alone, as is GOOD. */
export const NICE: usize = 24;
/** Up to this length a match waits for a longer one at the next byte; 0 for never. */
export const LAZY: usize = 28;
/** From this length on the next byte's is looked for at a quarter of the places. */
export const GOOD: usize = 32;
/**
 * What has fewer bytes is looked through by find-alone.ts: whole messages, and their parts where LAZY is 0. Only for contexts that are
 * reset before each message; 0 for others.
 */
export const ALONE_BELOW: usize = 36;
/**
 * A message of fewer bytes that is text is written with codes for all such. No more than the window; only where LAZY is
 * 0, and for contexts that are reset before each message.
 */
export const AT_ONCE_BELOW: usize = 40;
export const HEADS: usize = 48;

@inline
export function headsSize(context: usize): usize {
  return <usize>(load<u32>(context, LAZY) > 0 ? 2 : 4) << (32 - load<u32>(context, HASH_SHIFT));
}

@inline
export function chainsSize(context: usize): usize {
  return load<u32>(context, LAZY) > 0 ? load<u32>(context, WINDOW) << 1 : 0;
}
