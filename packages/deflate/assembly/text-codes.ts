/*
 * Codes that are made for text in ASCII, JSON above all, once for all messages. To make codes for a message of one KiB
 * takes a third of the time that it takes to compress it, and to look for what they are to stand for, and count it, most
 * of the rest.
 */
import { beginOutput, put, resume, waiting, waitingBits, written } from "./bit-writer";
import { buildCodes } from "./block-codes";
import { clear } from "./clear";
import { FREQUENCIES, LENGTH_FREQUENCIES, OUTPUT, TEXT_CODES, TEXT_HEADER } from "./layout";
import { DISTANCE_SYMBOLS } from "./symbols";
import { tellCodes, writeToldCodes } from "./told-codes";

/**
 * How long the codes are, as runs: how many symbols, and the length, 0 for those that have no code. They were chosen
 * for messages of 600 bytes, JSON of many kinds and English, and for few runs: of what they take then, 36 bytes are for
 * telling them.
 */
const LITERAL_RUNS: usize = memory.data<u8>([
  9, 0,  2, 9,  2, 0,  1, 9,  18, 0,  1, 4,  1, 9,  1, 5,  9, 9,  4, 6,  6, 5,  5, 6,  38, 9,  4, 6,  1, 4,  4, 6,
  2, 9,  5, 6,  1, 9,  6, 6,  7, 9,  129, 0,  1, 9,  1, 0,  1, 9,  1, 6,  5, 8,  1, 6,  19, 9,  1, 7,
]);
const LITERAL_RUNS_SIZE: usize = 60;
const DISTANCE_RUNS: usize = memory.data<u8>([8, 7, 6, 4, 4, 3, 4, 6]);
const DISTANCE_RUNS_SIZE: usize = 8;

/** No code is longer. */
const LONGEST_CODE: u32 = 9;

/** What tells the codes: so many bytes in TEXT_HEADER, and bits that make no byte. */
let headerSize: u32 = 0;
let headerBits: u64 = 0;
let headerCount: u32 = 0;

/** Begins a message, and in it a block with these codes. */
@inline
export function beginText(): void {
  memory.copy(OUTPUT, TEXT_HEADER, headerSize);
  resume(headerBits, headerCount, OUTPUT + headerSize);
}

/** Whether all of at least 16 bytes have a code: whether they can be seen, or are a space, a tab, or the end of a line. */
export function isText(from: usize, to: usize): boolean {
  let other = i8x16.splat(0);
  let p = from;
  for (; p + 16 <= to; p += 16) other = v128.or(other, others(v128.load(p)));
  // The last sixteen, whatever of them was looked at.
  return !v128.any_true(v128.or(other, others(v128.load(to - 16))));
}

@inline
function others(bytes: v128): v128 {
  const seen = v128.and(i8x16.ge_s(bytes, i8x16.splat(0x20)), i8x16.ne(bytes, i8x16.splat(0x7f)));
  const ends = v128.or(i8x16.eq(bytes, i8x16.splat(0x0a)), i8x16.eq(bytes, i8x16.splat(0x0d)));
  return v128.not(v128.or(v128.or(seen, ends), i8x16.eq(bytes, i8x16.splat(0x09))));
}

/** Symbols occur as often as makes these the best lengths. */
function occur(runs: usize, size: usize, frequencies: usize): void {
  let symbol: usize = 0;
  for (let at: usize = 0; at < size; at += 2) {
    const length = <u32>load<u8>(runs + at, 1);
    for (let left = <u32>load<u8>(runs + at); left > 0; left--) {
      if (length > 0) store<u32>(frequencies + (symbol << 2), 1 << (LONGEST_CODE - length));
      symbol++;
    }
  }
}

function prepareTextCodes(): void {
  clear(FREQUENCIES, LENGTH_FREQUENCIES - FREQUENCIES);
  occur(LITERAL_RUNS, LITERAL_RUNS_SIZE, FREQUENCIES);
  occur(DISTANCE_RUNS, DISTANCE_RUNS_SIZE, FREQUENCIES + (DISTANCE_SYMBOLS << 2));
  buildCodes(LONGEST_CODE, TEXT_CODES);
  tellCodes();
  beginOutput(true);
  put(2 << 1, 3);
  writeToldCodes();
  headerSize = written();
  memory.copy(TEXT_HEADER, OUTPUT, headerSize);
  headerBits = waitingBits();
  headerCount = waiting();
}

prepareTextCodes();
