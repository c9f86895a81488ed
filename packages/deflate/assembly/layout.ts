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

/** The matches of a block before they are coded, eight bytes each, and the tables that code it: see block.ts. */
export const MATCHES: usize = 65536;
export const DEFLATE_TABLES: usize = 327680;

/** How often each symbol of a block occurs, four bytes each: literals and lengths, distances, code lengths. */
export const LITERAL_FREQUENCIES: usize = DEFLATE_TABLES;
export const DISTANCE_FREQUENCIES: usize = DEFLATE_TABLES + 1152;
export const LENGTH_FREQUENCIES: usize = DEFLATE_TABLES + 1280;
/** And their codes: see huffman-encode.ts. */
export const LITERAL_CODES: usize = DEFLATE_TABLES + 1408;
export const DISTANCE_CODES: usize = DEFLATE_TABLES + 2560;
export const LENGTH_CODES: usize = DEFLATE_TABLES + 2688;
/** The fixed codes. */
export const FIXED_LITERAL_CODES: usize = DEFLATE_TABLES + 2816;
export const FIXED_DISTANCE_CODES: usize = DEFLATE_TABLES + 3968;
/** Code lengths, a byte each. */
export const LITERAL_LENGTHS: usize = DEFLATE_TABLES + 4096;
export const DISTANCE_LENGTHS: usize = DEFLATE_TABLES + 4416;
export const LENGTH_LENGTHS: usize = DEFLATE_TABLES + 4480;
/** Code lengths as a block tells them, two bytes each: the symbol, and above it what its extra bits say. */
export const TOLD_LENGTHS: usize = DEFLATE_TABLES + 4544;
/** What is known of each match length less 3, and of each length symbol less 257. */
export const MATCH_LENGTHS: usize = DEFLATE_TABLES + 5248;
/** For building codes. */
export const HUFFMAN_COUNTS: usize = DEFLATE_TABLES + 6272;
export const HUFFMAN_KEYS: usize = DEFLATE_TABLES + 7424;
export const HUFFMAN_SORTED: usize = DEFLATE_TABLES + 8704;
export const HUFFMAN_NODES: usize = DEFLATE_TABLES + 9984;
export const HUFFMAN_BELOW: usize = DEFLATE_TABLES + 11264;

/** Codes for text, and what tells them: see text-codes.ts. */
export const TEXT_LITERAL_CODES: usize = DEFLATE_TABLES + 12544;
export const TEXT_DISTANCE_CODES: usize = DEFLATE_TABLES + 13696;
export const TEXT_HEADER: usize = DEFLATE_TABLES + 13824;

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
