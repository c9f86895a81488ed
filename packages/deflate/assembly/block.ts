/*
 * Writes blocks (RFC 1951 section 3.2.3): what was found in a part of a message, in the shortest of the three forms.
 */
import { put, writeStored, writeSymbols } from "./bit-writer";
import { clear } from "./clear";
import { buildCode } from "./huffman-encode";
import {
  DISTANCE_CODES,
  DISTANCE_FREQUENCIES,
  DISTANCE_LENGTHS,
  FIXED_DISTANCE_CODES,
  FIXED_LITERAL_CODES,
  LENGTH_FREQUENCIES,
  LITERAL_CODES,
  LITERAL_FREQUENCIES,
  LITERAL_LENGTHS,
} from "./layout";
import { DISTANCES, distanceExtraBits, END_OF_BLOCK, LITERALS, lengthExtraBits } from "./symbols";
import { tellCodes, writeToldCodes } from "./told-codes";

/** Nothing has been found in the block yet. */
export function beginBlock(): void {
  clear(LITERAL_FREQUENCIES, LENGTH_FREQUENCIES - LITERAL_FREQUENCIES);
}

/** The block of the bytes from `from` to `to`, with the matches up to `end`. */
export function writeBlock(end: usize, from: usize, to: usize): void {
  store<u32>(LITERAL_FREQUENCIES + (END_OF_BLOCK << 2), 1);
  const extra = extraBits();
  const fixed = fixedBits() + extra;
  let dynamic: u32 = u32.MAX_VALUE;
  let isTold = false;
  if (symbols >= WORTH_A_CODE) {
    dynamic = buildCode(LITERAL_FREQUENCIES, LITERALS, 15, LITERAL_LENGTHS, LITERAL_CODES) + extra;
    dynamic += buildCode(DISTANCE_FREQUENCIES, DISTANCES, 15, DISTANCE_LENGTHS, DISTANCE_CODES);
    if (dynamic + SMALLEST_HEADER < fixed) {
      dynamic += tellCodes();
      isTold = true;
    }
  }
  const size = <u32>(to - from);
  const stored = (size << 3) + STORED_BITS;
  if (stored <= min<u32>(fixed, dynamic)) writeStored(from, to);
  else if (isTold && dynamic < fixed) {
    put(2 << 1, 3);
    writeToldCodes();
    writeSymbols(end, from, to, LITERAL_CODES, DISTANCE_CODES);
  } else {
    put(1 << 1, 3);
    writeSymbols(end, from, to, FIXED_LITERAL_CODES, FIXED_DISTANCE_CODES);
  }
}

/** Fewer symbols than this hardly ever save the bits that telling codes for them takes. */
const WORTH_A_CODE: u32 = 48;

/** Bits that telling codes takes at the least. */
const SMALLEST_HEADER: u32 = 60;

/** Of a block that is stored: its header, padding, and its size twice. */
const STORED_BITS: u32 = 42;

@inline
function frequency(table: usize, symbol: u32): u32 {
  return load<u32>(table + (<usize>symbol << 2));
}

/** Bits behind the codes. */
@inline
function extraBits(): u32 {
  let sum: u32 = 0;
  for (let symbol: u32 = 265; symbol < 285; symbol++) {
    sum += frequency(LITERAL_FREQUENCIES, symbol) * lengthExtraBits(symbol);
  }
  for (let symbol: u32 = 4; symbol < DISTANCES; symbol++) {
    sum += frequency(DISTANCE_FREQUENCIES, symbol) * distanceExtraBits(symbol);
  }
  return sum;
}

let symbols: u32 = 0;

/** Bits of all codes, were they the fixed ones. Leaves in `symbols` how many there are. */
@inline
function fixedBits(): u32 {
  const low = total(0, 144);
  const high = total(144, 256);
  const short = total(256, 280);
  const long = total(280, 288);
  symbols = low + high + short + long;
  // All lengths have a distance, but the end of the block is none.
  return (low + long) * 8 + high * 9 + short * 7 + (short + long - 1) * 5;
}

/** How many literals and lengths from `from` to `to` there are: multiples of four. */
@inline
function total(from: u32, to: u32): u32 {
  let sums = i32x4.splat(0);
  for (let symbol = from; symbol < to; symbol += 4) {
    sums = i32x4.add(sums, v128.load(LITERAL_FREQUENCIES + (<usize>symbol << 2)));
  }
  return (
    i32x4.extract_lane(sums, 0) +
    i32x4.extract_lane(sums, 1) +
    i32x4.extract_lane(sums, 2) +
    i32x4.extract_lane(sums, 3)
  );
}
