/*
 * Lengths and distances as symbols with extra bits (RFC 1951 section 3.2.5), and the fixed codes (section 3.2.6).
 */
import { writtenCode } from "./huffman-encode";
import { EXTRA_BITS, FIXED_CODES, LENGTH_EXTRA_BITS, MATCH_LENGTHS } from "./layout";

export const END_OF_BLOCK: u32 = 256;
/** Symbols of literals, the end of the block and lengths; of distances; of code lengths. */
export const LITERALS: u32 = 286;
export const DISTANCES: u32 = 30;
/** Where distances begin in tables of all symbols. */
export const DISTANCE_SYMBOLS: u32 = 288;

const SHORTEST: u32 = 3;
export const LONGEST: u32 = 258;

/** The symbol of a match length, and above bit 9 what its extra bits say. */
@inline
export function matchLength(length: u32): u32 {
  return load<u32>(MATCH_LENGTHS + (<usize>(length - SHORTEST) << 2));
}

/** Of the length symbol `symbol`, which is 257 or more. */
@inline
function lengthExtraBits(symbol: u32): u32 {
  return symbol < 265 || symbol == 285 ? 0 : (symbol - 261) >> 2;
}

@inline
function distanceSymbol(distance: u32): u32 {
  const less = distance - 1;
  if (less < 4) return less;
  const top = 31 - clz<u32>(less);
  return (top << 1) | ((less >> (top - 1)) & 1);
}

@inline
function distanceExtraBits(symbol: u32): u32 {
  return symbol < 4 ? 0 : (symbol >> 1) - 1;
}

/** The same of a distance. */
@inline
export function matchDistance(distance: u32): u32 {
  const symbol = distanceSymbol(distance);
  const extra = distanceExtraBits(symbol);
  return (DISTANCE_SYMBOLS + symbol) | (((distance - 1) & ((1 << extra) - 1)) << 9);
}

function prepareExtraBits(): void {
  for (let symbol: u32 = 257; symbol < LITERALS; symbol++) store<u8>(EXTRA_BITS + symbol, lengthExtraBits(symbol));
  for (let symbol: u32 = 0; symbol < DISTANCES; symbol++) store<u8>(EXTRA_BITS + DISTANCE_SYMBOLS + symbol, distanceExtraBits(symbol));
  // RFC 1951 section 3.2.7.
  store<u8>(LENGTH_EXTRA_BITS, 2, 16);
  store<u8>(LENGTH_EXTRA_BITS, 3, 17);
  store<u8>(LENGTH_EXTRA_BITS, 7, 18);
}

function prepareLengths(): void {
  let length: u32 = SHORTEST;
  for (let symbol: u32 = 257; symbol < 285; symbol++) {
    for (let value: u32 = 0; value < <u32>1 << lengthExtraBits(symbol); value++, length++) {
      store<u32>(MATCH_LENGTHS + (<usize>(length - SHORTEST) << 2), symbol | (value << 9));
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
    setFixedCode(symbol, code, bits);
  }
  for (let symbol: u32 = 0; symbol < DISTANCES; symbol++) setFixedCode(DISTANCE_SYMBOLS + symbol, symbol, 5);
}

function setFixedCode(symbol: u32, code: u32, bits: u32): void {
  store<u32>(FIXED_CODES + (<usize>symbol << 2), writtenCode(code << (16 - bits), bits, load<u8>(EXTRA_BITS + symbol)));
}

prepareExtraBits();
prepareLengths();
prepareFixedCodes();
