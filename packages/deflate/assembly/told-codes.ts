/*
 * The codes of a block as it tells them (RFC 1951 section 3.2.7).
 */
import { put, waiting, write } from "./bit-writer";
import { clear } from "./clear";
import { buildCode } from "./huffman-encode";
import {
  DISTANCE_LENGTHS,
  LENGTH_CODES,
  LENGTH_FREQUENCIES,
  LENGTH_LENGTHS,
  LITERAL_LENGTHS,
  TOLD_LENGTHS,
} from "./layout";
import { DISTANCES, LITERALS } from "./symbols";

/** The order in which code lengths of code lengths are told (RFC 1951 section 3.2.7). */
const ORDER: usize = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

/** How many code lengths of `size` have to be told: those up to the last that is not 0, and no fewer than `least`. */
@inline
function toldOf(lengths: usize, size: u32, least: u32): u32 {
  while (size > least && load<u8>(lengths + size - 1) == 0) size--;
  return size;
}

/** What {@link tellCodes} found: how many lengths there are of each, where the list ends, and how many of its own code there are. */
let toldLiterals: u32 = 0;
let toldDistances: u32 = 0;
let toldEnd: usize = 0;
let tellable: u32 = 0;

/** Makes TOLD_LENGTHS of the code lengths, with runs, and the code for them. Returns the bits that all of it takes. */
export function tellCodes(): u32 {
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
  toldEnd = at;
  const codes = buildCode(LENGTH_FREQUENCIES, 19, 7, LENGTH_LENGTHS, LENGTH_CODES);
  tellable = 19;
  while (tellable > 4 && load<u8>(LENGTH_LENGTHS + load<u8>(ORDER + tellable - 1)) == 0) tellable--;
  return 14 + tellable * 3 + codes + told(16) * 2 + told(17) * 3 + told(18) * 7;
}

/** How often the symbol of a run is told. */
@inline
function told(symbol: usize): u32 {
  return load<u32>(LENGTH_FREQUENCIES + (symbol << 2));
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

@inline
function tell(at: usize, symbol: u32, extra: u32): usize {
  store<u16>(at, <u16>(symbol | (extra << 8)));
  const slot = LENGTH_FREQUENCIES + (<usize>symbol << 2);
  store<u32>(slot, load<u32>(slot) + 1);
  return at + 2;
}

/** Writes what {@link tellCodes} made. */
@inline
export function writeToldCodes(): void {
  put(toldLiterals - 257, 5);
  put(toldDistances - 1, 5);
  put(tellable - 4, 4);
  write();
  for (let index: u32 = 0; index < tellable; index++) {
    put(load<u8>(LENGTH_LENGTHS + load<u8>(ORDER + index)), 3);
    if (waiting() > 50) write();
  }
  for (let at = TOLD_LENGTHS; at < toldEnd; at += 2) {
    const symbol = <u32>load<u8>(at);
    const code = load<u32>(LENGTH_CODES + (<usize>symbol << 2));
    if (waiting() > 48) write();
    put(code & 0xffff, code >> 16);
    if (symbol >= 16) put(load<u8>(at, 1), symbol == 16 ? 2 : symbol == 17 ? 3 : 7);
  }
  write();
}
