/*
 * The memory map, in bytes. Everything below CONTEXTS serves one call at a time, and nothing in it outlives a message;
 * contexts follow behind it, where JavaScript puts them. src/wasm/layout.ts repeats these numbers for JavaScript, and a
 * test compares the two.
 *
 * Matches are copied, and bits are read and written, in whole words and vectors: each area is followed by slack that
 * belongs to nobody.
 */

/** What a call leaves for JavaScript: see the offsets below. */
export const STATE: usize = 64;

/** Static data begins here (asc's --memoryBase). */
export const STATIC: usize = 1024;

/** Tables of the message that is being restored: see inflate.ts. */
export const INFLATE_TABLES: usize = 16384;

/** Literals and matches of a block before they are coded, four bytes each, and the tables that code them: see deflate.ts. */
export const SYMBOLS: usize = 65536;
export const DEFLATE_TABLES: usize = 327680;

/** A message as it came over the wire. */
export const INPUT: usize = 344064;
export const INPUT_SIZE: usize = 65536;

/** What a part of a message is compressed to. */
export const OUTPUT: usize = 410112;

/** Contexts begin here: eleven pages of 64 KiB are in front. */
export const CONTEXTS: usize = 720896;

/** The output of `inflate` and `inflateMore`: where it begins, and where it ends. Addresses. */
export const STATE_FROM: usize = 0;
export const STATE_TO: usize = 4;
