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

/** For building codes: see huffman-encode.ts. */
export const HUFFMAN_TABLES: usize = 49664;
export const HUFFMAN_KEYS: usize = HUFFMAN_TABLES;
export const HUFFMAN_SORTED: usize = HUFFMAN_TABLES + 1280;
export const HUFFMAN_NODES: usize = HUFFMAN_TABLES + 2560;
export const HUFFMAN_BELOW: usize = HUFFMAN_TABLES + 3840;
export const HUFFMAN_COUNTS: usize = HUFFMAN_TABLES + 5120;
export const HUFFMAN_FIRST: usize = HUFFMAN_TABLES + 5376;
export const HUFFMAN_LENGTHS: usize = HUFFMAN_TABLES + 5504;
export const HUFFMAN_RANKS: usize = HUFFMAN_TABLES + 5888;

/** The symbols of a block before they are coded, four bytes each, and the tables that code them: see block.ts. */
export const SYMBOLS: usize = 65536;
export const DEFLATE_TABLES: usize = 327808;

/*
 * Tables of symbols, four bytes each, have distances from place 288 on, behind literals and lengths: see DISTANCE_SYMBOLS. Code lengths
 * have tables of their own.
 */

/** How often each symbol of a block occurs. */
export const FREQUENCIES: usize = DEFLATE_TABLES;
export const LENGTH_FREQUENCIES: usize = DEFLATE_TABLES + 1280;
/** And their codes: see huffman-encode.ts. */
export const CODES: usize = DEFLATE_TABLES + 1408;
export const LENGTH_CODES: usize = DEFLATE_TABLES + 2688;
/** The fixed codes. */
export const FIXED_CODES: usize = DEFLATE_TABLES + 2816;
/** Codes for text, and what tells them: see text-codes.ts. */
export const TEXT_CODES: usize = DEFLATE_TABLES + 4096;
export const TEXT_HEADER: usize = DEFLATE_TABLES + 5376;
/** How long the codes are, a byte each. */
export const LITERAL_LENGTHS: usize = DEFLATE_TABLES + 5504;
export const DISTANCE_LENGTHS: usize = DEFLATE_TABLES + 5824;
export const LENGTH_LENGTHS: usize = DEFLATE_TABLES + 5888;
/** The same as a block tells it: see told-codes.ts. */
export const TOLD_LENGTHS: usize = DEFLATE_TABLES + 5952;
/** How many bits are behind each code, a byte each. */
export const EXTRA_BITS: usize = DEFLATE_TABLES + 7232;
export const LENGTH_EXTRA_BITS: usize = DEFLATE_TABLES + 7552;
/** The symbol of each match length less 3. */
export const MATCH_LENGTHS: usize = DEFLATE_TABLES + 7616;

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
