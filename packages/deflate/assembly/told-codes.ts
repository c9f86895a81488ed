/*
 * The codes of a block as it tells them (RFC 1951 section 3.2.7).
 */
import { put, putWide, write, writeSymbols } from "./bit-writer";
import { clear } from "./clear";
import { buildCode } from "./huffman-encode";
import {
  DISTANCE_LENGTHS,
  LENGTH_CODES,
  LENGTH_EXTRA_BITS,
  LENGTH_FREQUENCIES,
  LENGTH_LENGTHS,
  LITERAL_LENGTHS,
  TOLD_LENGTHS,
} from "./layout";
import { LITERALS } from "./symbols";

/** The order in which code lengths of code lengths are told (RFC 1951 section 3.2.7). */
const ORDER: usize = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

/** How many of the 32 lengths up to `end` have to be told: those up to the last that is not 0. */
@inline
function toldOf32(end: usize): u32 {
  const none = i8x16.splat(0);
  const low = <u32>i8x16.bitmask(i8x16.ne(v128.load(end - 32), none));
  return 32 - clz<u32>(low | (<u32>i8x16.bitmask(i8x16.ne(v128.load(end - 16), none)) << 16));
}

/** What {@link tellCodes} found: how many lengths there are of each, and where the list ends. */
let toldLiterals: u32 = 0;
let toldDistances: u32 = 0;
let toldEnd: usize = 0;
/** How long the codes for those are, three bits each, and how many are told. */
let ownLengths: u64 = 0;
let ownTold: u32 = 0;

/** Makes TOLD_LENGTHS of the code lengths, with runs, and the code for them. Returns the bits that all of it takes. */
export function tellCodes(): u32 {
  const literals = max<u32>(LITERALS - 32 + toldOf32(LITERAL_LENGTHS + LITERALS), 257);
  const distances = max<u32>(toldOf32(DISTANCE_LENGTHS + 32), 1);
  toldLiterals = literals;
  toldDistances = distances;
  // Runs go on from the one to the other.
  v128.store(LITERAL_LENGTHS + literals, v128.load(DISTANCE_LENGTHS));
  v128.store(LITERAL_LENGTHS + literals, v128.load(DISTANCE_LENGTHS, 16), 16);
  clear(LENGTH_FREQUENCIES, 20 << 2);
  let at = TOLD_LENGTHS;
  const end = LITERAL_LENGTHS + literals + distances;
  // Runs end where another length begins. The last length is not 0, and what is behind it is.
  let from: usize = LITERAL_LENGTHS;
  for (let block: usize = LITERAL_LENGTHS; block <= end; block += 32) {
    for (let ends = changes(block) | (changes(block + 16) << 16); ends; ends &= ends - 1) {
      const next = block + <usize>ctz<u32>(ends);
      if (next > end) break;
      if (next == from) continue;
      at = tellRun(at, load<u8>(from), <u32>(next - from));
      from = next;
    }
  }
  clear(LITERAL_LENGTHS + literals, distances);
  toldEnd = at;
  const codes = buildCode(LENGTH_FREQUENCIES, 19, 7, LENGTH_LENGTHS, LENGTH_CODES, LENGTH_EXTRA_BITS);
  let own: u64 = 0;
  for (let index: u32 = 0; index < 19; index++) own |= <u64>load<u8>(LENGTH_LENGTHS + load<u8>(ORDER + index)) << (index * 3);
  ownLengths = own;
  ownTold = max<u32>(4, <u32>(66 - clz<u64>(own)) / 3);
  return 14 + ownTold * 3 + codes;
}

/** At which of sixteen places another length begins: a bit each. */
@inline
function changes(from: usize): u32 {
  return <u32>i8x16.bitmask(i8x16.ne(v128.load(from), v128.load(from - 1)));
}

/** Tells so many symbols in a row that they have this length. */
@inline
function tellRun(at: usize, length: u32, run: u32): usize {
  if (run <= 2) {
    // Most are as short as that.
    store<u32>(at, length);
    store<u32>(at, length, 4);
    occur(length, run);
    return at + (run << 2);
  }
  if (length == 0) {
    for (; run >= 11; run -= min<u32>(run, 138)) at = tell(at, 18, min<u32>(run, 138) - 11);
    if (run >= 3) return tell(at, 17, run - 3);
  } else {
    at = tell(at, length, 0);
    for (run--; run >= 3; run -= min<u32>(run, 6)) at = tell(at, 16, min<u32>(run, 6) - 3);
  }
  for (; run > 0; run--) at = tell(at, length, 0);
  return at;
}

@inline
function tell(at: usize, symbol: u32, extra: u32): usize {
  store<u32>(at, symbol | (extra << 9));
  occur(symbol, 1);
  return at + 4;
}

@inline
function occur(symbol: u32, times: u32): void {
  const slot = LENGTH_FREQUENCIES + (<usize>symbol << 2);
  store<u32>(slot, load<u32>(slot) + times);
}

/** Writes what {@link tellCodes} made. */
@inline
export function writeToldCodes(): void {
  put(toldLiterals - 257, 5);
  put(toldDistances - 1, 5);
  put(ownTold - 4, 4);
  write();
  putWide(ownLengths, ownTold * 3);
  write();
  writeSymbols(TOLD_LENGTHS, toldEnd, LENGTH_CODES);
}
