import { addSymbol, build, clearSet, END_OF_BLOCK, EXCEPTION, LITERAL } from "./huffman-decode";
import {
  DISTANCE_ENTRIES,
  DISTANCE_SET,
  FIXED_DISTANCE_BITS,
  FIXED_DISTANCES,
  FIXED_LITERAL_BITS,
  FIXED_LITERALS,
  LENGTH_ENTRIES,
  LITERAL_ENTRIES,
  LITERAL_SET,
  READY,
  REVERSED,
  REVERSED_BITS,
} from "./inflate-layout";

/** Makes what is the same for all messages, where it is not there yet. */
@inline
export function prepare(): void {
  if (load<u32>(READY) == 0) prepareOnce();
}

function prepareOnce(): void {
  for (let number: u32 = 0; number < 1 << REVERSED_BITS; number++) {
    let reversed: u32 = 0;
    for (let bit: u32 = 0; bit < REVERSED_BITS; bit++) reversed = (reversed << 1) | ((number >> bit) & 1);
    store<u16>(REVERSED + (number << 1), reversed);
  }
  prepareEntries();
  prepareFixedTables();
  store<u32>(READY, 1);
}

function prepareEntries(): void {
  // RFC 1951 section 3.2.5.
  for (let symbol: u32 = 0; symbol < 256; symbol++) setEntry(LITERAL_ENTRIES, symbol, LITERAL | (symbol << 16));
  setEntry(LITERAL_ENTRIES, 256, EXCEPTION | END_OF_BLOCK);
  let length: u32 = 3;
  for (let symbol: u32 = 257; symbol < 285; symbol++) {
    const extra: u32 = symbol < 265 ? 0 : (symbol - 261) >> 2;
    setEntry(LITERAL_ENTRIES, symbol, (length << 16) | extra);
    length += 1 << extra;
  }
  setEntry(LITERAL_ENTRIES, 285, 258 << 16);
  setEntry(LITERAL_ENTRIES, 286, EXCEPTION);
  setEntry(LITERAL_ENTRIES, 287, EXCEPTION);
  let distance: u32 = 1;
  for (let symbol: u32 = 0; symbol < 30; symbol++) {
    const extra: u32 = symbol < 4 ? 0 : (symbol - 2) >> 1;
    setEntry(DISTANCE_ENTRIES, symbol, (distance << 16) | extra);
    distance += 1 << extra;
  }
  setEntry(DISTANCE_ENTRIES, 30, EXCEPTION);
  setEntry(DISTANCE_ENTRIES, 31, EXCEPTION);
  // RFC 1951 section 3.2.7. What repeats the length before it is the exception.
  for (let symbol: u32 = 0; symbol < 16; symbol++) setEntry(LENGTH_ENTRIES, symbol, LITERAL | (symbol << 16));
  setEntry(LENGTH_ENTRIES, 16, EXCEPTION | (3 << 16) | 2);
  setEntry(LENGTH_ENTRIES, 17, (3 << 16) | 3);
  setEntry(LENGTH_ENTRIES, 18, (11 << 16) | 7);
}

function setEntry(entries: usize, symbol: u32, entry: u32): void {
  store<u32>(entries + (symbol << 2), entry);
}

function prepareFixedTables(): void {
  // RFC 1951 section 3.2.6.
  clearSet(LITERAL_SET);
  for (let symbol: u32 = 0; symbol < 288; symbol++) {
    addSymbol(LITERAL_SET, symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8, symbol);
  }
  build(LITERAL_SET, LITERAL_ENTRIES, FIXED_LITERALS, FIXED_LITERAL_BITS, false);
  clearSet(DISTANCE_SET);
  for (let symbol: u32 = 0; symbol < 32; symbol++) addSymbol(DISTANCE_SET, 5, symbol);
  build(DISTANCE_SET, DISTANCE_ENTRIES, FIXED_DISTANCES, FIXED_DISTANCE_BITS, false);
}
