/*
 * Writes blocks (RFC 1951 section 3.2.3): what was found in a part of a message, in the shortest of the three forms.
 */
import { put, writeStored, writeSymbols } from "./bit-writer";
import { buildCodes } from "./block-codes";
import { clear } from "./clear";
import { CODES, EXTRA_BITS, FIXED_CODES, FREQUENCIES, LENGTH_FREQUENCIES, SYMBOLS } from "./layout";
import { DISTANCE_SYMBOLS, DISTANCES, END_OF_BLOCK } from "./symbols";
import { tellCodes, writeToldCodes } from "./told-codes";

/** Nothing has been found in the block yet. */
export function beginBlock(): void {
  clear(FREQUENCIES, LENGTH_FREQUENCIES - FREQUENCIES);
}

/** The block of the bytes from `from` to `to`, which the symbols up to `end` stand for. */
export function writeBlock(end: usize, from: usize, to: usize): void {
  store<u32>(end, END_OF_BLOCK);
  store<u32>(FREQUENCIES + (END_OF_BLOCK << 2), 1);
  const fixed = fixedBits() + extraBits();
  let dynamic: u32 = u32.MAX_VALUE;
  let isTold = false;
  if (symbols >= WORTH_A_CODE) {
    dynamic = buildCodes(15, CODES);
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
    writeSymbols(SYMBOLS, end + 4, CODES);
  } else {
    put(1 << 1, 3);
    writeSymbols(SYMBOLS, end + 4, FIXED_CODES);
  }
}

/** Fewer symbols than this hardly ever save the bits that telling codes for them takes. */
const WORTH_A_CODE: u32 = 48;

/** Bits that telling codes takes at the least. */
const SMALLEST_HEADER: u32 = 60;

/** Of a block that is stored: its header, padding, and its size twice. */
const STORED_BITS: u32 = 42;

/** Bits behind the codes. */
@inline
function extraBits(): u32 {
  let sum: u32 = 0;
  for (let symbol: u32 = 265; symbol < DISTANCE_SYMBOLS + DISTANCES; symbol++) {
    sum += load<u32>(FREQUENCIES + (<usize>symbol << 2)) * load<u8>(EXTRA_BITS + symbol);
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
    sums = i32x4.add(sums, v128.load(FREQUENCIES + (<usize>symbol << 2)));
  }
  return (
    i32x4.extract_lane(sums, 0) +
    i32x4.extract_lane(sums, 1) +
    i32x4.extract_lane(sums, 2) +
    i32x4.extract_lane(sums, 3)
  );
}
