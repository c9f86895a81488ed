import { INFLATE_TABLES } from "./layout";

/*
 * What lies in INFLATE_TABLES. The first half is made once, with the first message.
 */

/** Not 0 once it is made. */
export const READY: usize = INFLATE_TABLES;

/** The numbers of REVERSED_BITS bits with these the other way round, sixteen bits each. */
export const REVERSED: usize = INFLATE_TABLES + 256;
export const REVERSED_BITS: u32 = 10;

/** What each symbol means: entries as huffman-decode.ts has them, without the bits of a code. */
export const LITERAL_ENTRIES: usize = INFLATE_TABLES + 2304;
export const DISTANCE_ENTRIES: usize = INFLATE_TABLES + 3456;
export const LENGTH_ENTRIES: usize = INFLATE_TABLES + 3584;

/** Tables for fixed codes (RFC 1951 section 3.2.6), and the bits that index them. */
export const FIXED_LITERALS: usize = INFLATE_TABLES + 3712;
export const FIXED_LITERAL_BITS: u32 = 9;
export const FIXED_DISTANCES: usize = INFLATE_TABLES + 5824;
export const FIXED_DISTANCE_BITS: u32 = 5;

/*
 * Tables for the codes of a block, and the most bits that index them. More bits make larger tables and spare a search for
 * long codes: with JSON of 64 bytes to 32 KiB, 9 to 11 and 7 to 8 are alike, to 3 in a hundred.
 */
export const LITERALS: usize = INFLATE_TABLES + 6016;
export const LITERAL_BITS: u32 = 10;
export const DISTANCES: usize = INFLATE_TABLES + 10176;
export const DISTANCE_BITS: u32 = 8;
/** The table for code lengths (RFC 1951 section 3.2.7). Their codes have no more bits. */
export const LENGTHS: usize = INFLATE_TABLES + 11264;
export const LENGTH_BITS: u32 = 7;
/** How long the codes for code lengths are, a byte for each of the nineteen. */
export const LENGTH_CODES: usize = INFLATE_TABLES + 11840;

/** Sets of codes, while tables are built of them and where a code is longer than a table: see huffman-decode.ts. */
export const LITERAL_SET: usize = INFLATE_TABLES + 12288;
export const DISTANCE_SET: usize = INFLATE_TABLES + 22656;

/*
 * Where a message is.
 *
 * Bits come from a word of 64: BITS holds at least the next COUNT of the message, and the byte behind them is at NEXT. To
 * fill it up, eight bytes are added whatever they are: those that do not fit are the same when they come again.
 */
export const BITS: usize = INFLATE_TABLES + 33024;
export const COUNT: usize = INFLATE_TABLES + 33032;
export const NEXT: usize = INFLATE_TABLES + 33036;
/** Where the message ends, its tail included. Reading may run on behind it: see `orOverrun`. */
export const END: usize = INFLATE_TABLES + 33040;
/** What it is in the midst of: see inflate.ts. */
export const BLOCK: usize = INFLATE_TABLES + 33044;
export const BLOCK_IS_FINAL: usize = INFLATE_TABLES + 33048;
export const FINAL_BLOCKS: usize = INFLATE_TABLES + 33052;
/** Bytes of a stored block that are still to come. */
export const STORED_LEFT: usize = INFLATE_TABLES + 33056;
/** The tables of a block, and masks of the bits that index them. */
export const LITERAL_TABLE: usize = INFLATE_TABLES + 33060;
export const LITERAL_MASK: usize = INFLATE_TABLES + 33064;
export const DISTANCE_TABLE: usize = INFLATE_TABLES + 33068;
export const DISTANCE_MASK: usize = INFLATE_TABLES + 33072;
/** Where the next byte of output goes; how far back a reference may reach, and where nothing is left that it may reach. */
export const OUT: usize = INFLATE_TABLES + 33076;
export const WINDOW: usize = INFLATE_TABLES + 33080;
export const LOWEST: usize = INFLATE_TABLES + 33084;
