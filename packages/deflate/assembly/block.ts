/*
 * Writes blocks (RFC 1951 section 3.2.3): what was found in a part of a message, in the shortest of the three forms.
 */
import { clear } from "./clear";
import { buildCode } from "./huffman-encode";
import {
  DISTANCE_CODES,
  DISTANCE_FREQUENCIES,
  DISTANCE_LENGTHS,
  FIXED_DISTANCE_CODES,
  FIXED_LITERAL_CODES,
  LENGTH_CODES,
  LENGTH_FREQUENCIES,
  LENGTH_LENGTHS,
  LITERAL_CODES,
  LITERAL_FREQUENCIES,
  LITERAL_LENGTHS,
  MATCHES,
  OUTPUT,
  TOLD_LENGTHS,
} from "./layout";
import {
  DISTANCES,
  distanceExtraBits,
  distanceSymbol,
  END_OF_BLOCK,
  lengthExtraBits,
  LITERALS,
  matchLength,
} from "./symbols";

/** Of a match: where it is, and what it is. */
export const MATCH_SIZE: usize = 8;

/** The order in which code lengths of code lengths are told (RFC 1951 section 3.2.7). */
const ORDER: usize = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

/** What was not written yet because it makes no byte, from one part of a message to the next. */
let bits: u64 = 0;
let count: u32 = 0;
/** Where the next byte goes. */
let out: usize = OUTPUT;

@inline
function put(value: u32, size: u32): void {
  bits |= (<u64>value) << count;
  count += size;
}

/** Writes whole bytes: afterwards at most seven bits wait, and there is room for 57 more. */
@inline
function write(): void {
  store<u64>(out, bits);
  out += count >> 3;
  bits >>= <u64>(count & 56);
  count &= 7;
}

export function beginOutput(fresh: boolean): void {
  out = OUTPUT;
  if (!fresh) return;
  bits = 0;
  count = 0;
}

/** Bytes that were written since {@link beginOutput}. */
export function written(): u32 {
  return <u32>(out - OUTPUT);
}

/** Where a sync flush ends without its last four bytes (RFC 7692 section 7.2.1): behind the header of an empty block. */
export function endOutput(): void {
  put(0, 3);
  write();
  if (count == 0) return;
  store<u8>(out++, <u8>bits);
  bits = 0;
  count = 0;
}

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
  let told: usize = 0;
  let tellable: u32 = 0;
  if (symbols >= WORTH_A_CODE) {
    dynamic = buildCode(LITERAL_FREQUENCIES, LITERALS, 15, LITERAL_LENGTHS, LITERAL_CODES) + extra;
    dynamic += buildCode(DISTANCE_FREQUENCIES, DISTANCES, 15, DISTANCE_LENGTHS, DISTANCE_CODES);
    if (dynamic + SMALLEST_HEADER < fixed) {
      told = tellLengths();
      tellable = tellableLengths();
      dynamic += headerBits(tellable);
    }
  }
  const size = <u32>(to - from);
  const stored = (size << 3) + STORED_BITS;
  if (stored <= min<u32>(fixed, dynamic)) writeStored(from, to);
  else if (told != 0 && dynamic < fixed) {
    put(2 << 1, 3);
    writeHeader(told, tellable);
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

/** A block of bytes as they are; no more than 65,535. */
export function writeStored(from: usize, to: usize): void {
  const size = <u32>(to - from);
  put(0, 3);
  count = (count + 7) & ~7;
  write();
  store<u32>(out, size | (~size << 16));
  memory.copy(out + 4, from, size);
  out += 4 + size;
}

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
  let sum: u32 = 0;
  const low = total(0, 144);
  const high = total(144, 256);
  const short = total(256, 280);
  const long = total(280, 288);
  sum = (low + long) * 8 + high * 9 + short * 7;
  // All lengths have a distance, but the end of the block is none.
  symbols = low + high + short + long;
  return sum + (short + long - 1) * 5;
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

/** How many code lengths of `size` have to be told: those up to the last that is not 0, and no fewer than `least`. */
@inline
function toldOf(lengths: usize, size: u32, least: u32): u32 {
  while (size > least && load<u8>(lengths + size - 1) == 0) size--;
  return size;
}

/** Makes TOLD_LENGTHS of the code lengths, with runs (RFC 1951 section 3.2.7), and the code for them. Returns its end. */
function tellLengths(): usize {
  const literals = toldOf(LITERAL_LENGTHS, LITERALS, 257);
  const distances = toldOf(DISTANCE_LENGTHS, DISTANCES, 1);
  toldLiterals = literals;
  toldDistances = distances;
  // Runs go on from the one to the other.
  v128.store(LITERAL_LENGTHS + literals, v128.load(DISTANCE_LENGTHS));
  v128.store(LITERAL_LENGTHS + literals, v128.load(DISTANCE_LENGTHS, 16), 16);
  clear(LENGTH_FREQUENCIES, 20 << 2);
  let at = TOLD_LENGTHS;
  let from: usize = LITERAL_LENGTHS;
  const end = from + literals + distances;
  while (from < end) {
    const length = <u32>load<u8>(from);
    let next = from + 1;
    if (length == 0) {
      next = min<usize>(nextCode(next), end);
      let run = <u32>(next - from);
      for (; run >= 11; run -= min<u32>(run, 138)) at = tell(at, 18, min<u32>(run, 138) - 11);
      if (run >= 3) at = tell(at, 17, run - 3);
      else for (; run > 0; run--) at = tell(at, 0, 0);
    } else {
      while (next < end && <u32>load<u8>(next) == length) next++;
      let run = <u32>(next - from) - 1;
      at = tell(at, length, 0);
      for (; run >= 3; run -= min<u32>(run, 6)) at = tell(at, 16, min<u32>(run, 6) - 3);
      for (; run > 0; run--) at = tell(at, length, 0);
    }
    from = next;
  }
  clear(LITERAL_LENGTHS + literals, distances);
  toldBits = buildCode(LENGTH_FREQUENCIES, 19, 7, LENGTH_LENGTHS, LENGTH_CODES);
  return at;
}

/** Where the next code length is that is not 0, or anything behind all of them. */
@inline
function nextCode(from: usize): usize {
  for (; from < LENGTH_LENGTHS; from += 8) {
    const eight = load<u64>(from);
    if (eight) return from + <usize>(ctz<u64>(eight) >> 3);
  }
  return from;
}

let toldLiterals: u32 = 0;
let toldDistances: u32 = 0;
let toldBits: u32 = 0;

@inline
function tell(at: usize, symbol: u32, extra: u32): usize {
  store<u16>(at, <u16>(symbol | (extra << 8)));
  const slot = LENGTH_FREQUENCIES + (<usize>symbol << 2);
  store<u32>(slot, load<u32>(slot) + 1);
  return at + 2;
}

/** How many lengths of the code lengths' own code there are. */
@inline
function tellableLengths(): u32 {
  let size: u32 = 19;
  while (size > 4 && load<u8>(LENGTH_LENGTHS + load<u8>(ORDER + size - 1)) == 0) size--;
  return size;
}

@inline
function headerBits(tellable: u32): u32 {
  const short = frequency(LENGTH_FREQUENCIES, 16) * 2 + frequency(LENGTH_FREQUENCIES, 17) * 3;
  return 14 + tellable * 3 + toldBits + short + frequency(LENGTH_FREQUENCIES, 18) * 7;
}

@inline
function writeHeader(told: usize, tellable: u32): void {
  put(toldLiterals - 257, 5);
  put(toldDistances - 1, 5);
  put(tellable - 4, 4);
  write();
  for (let index: u32 = 0; index < tellable; index++) {
    put(load<u8>(LENGTH_LENGTHS + load<u8>(ORDER + index)), 3);
    if (count > 50) write();
  }
  for (let at = TOLD_LENGTHS; at < told; at += 2) {
    const symbol = <u32>load<u8>(at);
    const code = load<u32>(LENGTH_CODES + (<usize>symbol << 2));
    if (count > 48) write();
    put(code & 0xffff, code >> 16);
    if (symbol >= 16) put(load<u8>(at, 1), symbol == 16 ? 2 : symbol == 17 ? 3 : 7);
  }
  write();
}

/**
 * The bytes from `from` on as their codes, but where a match stands for them. Bits are written three literals at a time: those of
 * each depend on how many were there before.
 */
@inline
function writeSymbols(end: usize, from: usize, to: usize, literals: usize, distances: usize): void {
  let bb = bits;
  let bc = count;
  let next = out;
  let p = from;
  // Behind the last match there are bytes, too, or none.
  store<u32>(end, <u32>to);
  store<u32>(end, 0, 4);
  for (let at: usize = MATCHES; ; at += MATCH_SIZE) {
    const start = <usize>load<u32>(at);
    for (; p + 3 <= start; p += 3) {
      const three = codeOf(literals, load<u8>(p)), second = codeOf(literals, load<u8>(p, 1)), third = codeOf(literals, load<u8>(p, 2));
      const size = three >> 16;
      const sizes = size + (second >> 16);
      bb |= (<u64>(three & 0xffff) | (<u64>(second & 0xffff) << size) | (<u64>(third & 0xffff) << sizes)) << bc;
      bc += sizes + (third >> 16);
      store<u64>(next, bb);
      next += bc >> 3;
      bb >>= <u64>(bc & 56);
      bc &= 7;
    }
    // Two more, or one, or none: whatever stands there is looked up, and counts or does not.
    const first = p < start ? codeOf(literals, load<u8>(p)) : 0;
    const second = p + 1 < start ? codeOf(literals, load<u8>(p, 1)) : 0;
    bb |= (<u64>(first & 0xffff) | (<u64>(second & 0xffff) << (first >> 16))) << bc;
    bc += (first >> 16) + (second >> 16);
    store<u64>(next, bb);
    next += bc >> 3;
    bb >>= <u64>(bc & 56);
    bc &= 7;
    const match = load<u32>(at, 4);
    if (match == 0) break;
    const known = matchLength(match >> 16);
    const code = codeOf(literals, known & 0x1ff);
    bb |= (<u64>(code & 0xffff)) << bc;
    bc += code >> 16;
    bb |= (<u64>(known >> 13)) << bc;
    bc += (known >> 9) & 15;
    const distance = match & 0xffff;
    const slot = distanceSymbol(distance);
    const far = codeOf(distances, slot);
    bb |= (<u64>(far & 0xffff)) << bc;
    bc += far >> 16;
    const extra = distanceExtraBits(slot);
    bb |= (<u64>((distance - 1) & ((1 << extra) - 1))) << bc;
    bc += extra;
    store<u64>(next, bb);
    next += bc >> 3;
    bb >>= <u64>(bc & 56);
    bc &= 7;
    p = start + (match >> 16);
  }
  const code = codeOf(literals, END_OF_BLOCK);
  bb |= (<u64>(code & 0xffff)) << bc;
  bc += code >> 16;
  bits = bb;
  count = bc;
  out = next;
  write();
}

@inline
function codeOf(codes: usize, symbol: u32): u32 {
  return load<u32>(codes + (<usize>symbol << 2));
}
