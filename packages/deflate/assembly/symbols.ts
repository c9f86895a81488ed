/*
 * Lengths and distances as symbols with extra bits (RFC 1951 section 3.2.5), and the fixed codes (section 3.2.6).
 */
import { reversed } from "./huffman-encode";
import { FIXED_DISTANCE_CODES, FIXED_LITERAL_CODES, MATCH_LENGTHS } from "./layout";

export const END_OF_BLOCK: u32 = 256;
/** Symbols of literals, the end of the block and lengths; of distances; of code lengths. */
export const LITERALS: u32 = 286;
export const DISTANCES: u32 = 30;

export const SHORTEST: u32 = 3;
export const LONGEST: u32 = 258;

/** What is known of a match length: its symbol in the lowest nine bits, then four bits for its extra bits, then their value. */
@inline
export function matchLength(length: u32): u32 {
  return load<u32>(MATCH_LENGTHS + (<usize>(length - SHORTEST) << 2));
}

/** Of the length symbol `symbol`, which is 257 or more. */
@inline
export function lengthExtraBits(symbol: u32): u32 {
  return symbol < 265 || symbol == 285 ? 0 : (symbol - 261) >> 2;
}

@inline
export function distanceSymbol(distance: u32): u32 {
  const less = distance - 1;
  if (less < 4) return less;
  const top = 31 - clz<u32>(less);
  return (top << 1) | ((less >> (top - 1)) & 1);
}

@inline
export function distanceExtraBits(symbol: u32): u32 {
  return symbol < 4 ? 0 : (symbol >> 1) - 1;
}

function prepareLengths(): void {
  let length: u32 = SHORTEST;
  for (let symbol: u32 = 257; symbol < 285; symbol++) {
    const extra = lengthExtraBits(symbol);
    for (let value: u32 = 0; value < <u32>1 << extra; value++, length++) {
      store<u32>(MATCH_LENGTHS + (<usize>(length - SHORTEST) << 2), symbol | (extra << 9) | (value << 13));
    }
  }
  // The longest has a symbol of its own.
  store<u32>(MATCH_LENGTHS + (<usize>(LONGEST - SHORTEST) << 2), 285);
}

function prepareFixedCodes(): void {
  for (let symbol: u32 = 0; symbol < 288; symbol++) {
    let code: u32 = 0;
    let bits: u32 = 8;
    if (symbol < 144) code = 0x30 + symbol;
    else if (symbol < 256) {
      code = 0x190 + symbol - 144;
      bits = 9;
    } else if (symbol < 280) {
      code = symbol - 256;
      bits = 7;
    } else code = 0xc0 + symbol - 280;
    store<u32>(FIXED_LITERAL_CODES + (<usize>symbol << 2), reversed(code, bits) | (bits << 16));
  }
  for (let symbol: u32 = 0; symbol < DISTANCES; symbol++) {
    store<u32>(FIXED_DISTANCE_CODES + (<usize>symbol << 2), reversed(symbol, 5) | (5 << 16));
  }
}

prepareLengths();
prepareFixedCodes();
