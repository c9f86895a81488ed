import { addSymbol, build, clearSet, EXCEPTION, LITERAL } from "./huffman-decode";
import {
  BITS,
  COUNT,
  DISTANCE_BITS,
  DISTANCE_ENTRIES,
  DISTANCE_MASK,
  DISTANCE_SET,
  DISTANCE_TABLE,
  DISTANCES,
  END,
  LENGTH_BITS,
  LENGTH_CODES,
  LENGTH_ENTRIES,
  LENGTHS,
  LITERAL_BITS,
  LITERAL_ENTRIES,
  LITERAL_MASK,
  LITERAL_SET,
  LITERAL_TABLE,
  LITERALS,
  NEXT,
} from "./inflate-layout";
import { orOverrun } from "./inflate-reader";
import {
  DONE,
  ENDS_WITHIN_A_BLOCK,
  INVALID_BIT_LENGTH_REPEAT,
  INVALID_CODE_LENGTHS_SET,
  INVALID_DISTANCES_SET,
  INVALID_LITERAL_LENGTHS_SET,
  INVALID_CODE_MISSING_END_OF_BLOCK,
  TOO_MANY_LENGTH_OR_DISTANCE_SYMBOLS,
} from "./inflate-result";

const END_OF_BLOCK_SYMBOL: u32 = 256;
/** No length came yet that could be repeated. */
const NONE: u32 = 16;

/** The order in which the lengths of codes for code lengths come. */
const LENGTH_ORDER: usize = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

/** Reads the codes that a block brings (RFC 1951 section 3.2.7), and builds their tables. DONE, or an error. */
export function readCodes(): i32 {
  const end = <usize>load<u32>(END);
  let next = <usize>load<u32>(NEXT);
  let bits = load<u64>(BITS);
  let count = load<u32>(COUNT);

  bits |= load<u64>(next) << count;
  next += (63 - count) >> 3;
  count |= 56;
  const literals = (<u32>bits & 31) + 257;
  const distances = (<u32>(bits >> 5) & 31) + 1;
  const lengths = (<u32>(bits >> 10) & 15) + 4;
  bits >>= 14;
  count -= 14;
  if (literals > 286 || distances > 30) return orOverrun(TOO_MANY_LENGTH_OR_DISTANCE_SYMBOLS, next, count);

  v128.store(LENGTH_CODES, i32x4.splat(0));
  v128.store(LENGTH_CODES, i32x4.splat(0), 16);
  for (let index: usize = 0; index < lengths; index++) {
    if (count < 3) {
      bits |= load<u64>(next) << count;
      next += (63 - count) >> 3;
      count |= 56;
    }
    store<u8>(LENGTH_CODES + load<u8>(LENGTH_ORDER + index), <u32>bits & 7);
    bits >>= 3;
    count -= 3;
  }
  // The set of literals is needed only later.
  clearSet(LITERAL_SET);
  for (let symbol: u32 = 0; symbol < 19; symbol++) addSymbol(LITERAL_SET, load<u8>(LENGTH_CODES + symbol), symbol);
  const lengthBits = build(LITERAL_SET, LENGTH_ENTRIES, LENGTHS, LENGTH_BITS, false);
  if (lengthBits == 0) return orOverrun(INVALID_CODE_LENGTHS_SET, next, count);
  const lengthMask = (1 << lengthBits) - 1;

  clearSet(LITERAL_SET);
  clearSet(DISTANCE_SET);
  // Distances are the symbols behind the literals here.
  const total = literals + distances;
  let symbol: u32 = 0;
  let previous = NONE;
  let endOfBlock: u32 = 0;
  while (symbol < total) {
    if (count < 14) {
      // Thus what was taken is not all of the message.
      if (next > end + 8) return ENDS_WITHIN_A_BLOCK;
      bits |= load<u64>(next) << count;
      next += (63 - count) >> 3;
      count |= 56;
    }
    const entry = load<u32>(LENGTHS + ((<u32>bits & lengthMask) << 2));
    const value = <u32>bits;
    bits >>= entry;
    count -= entry & 63;
    if (entry & LITERAL) {
      previous = (entry >> 16) & 15;
      if (symbol == END_OF_BLOCK_SYMBOL) endOfBlock = previous;
      addSymbol(symbol < literals ? LITERAL_SET : DISTANCE_SET, previous, symbol);
      symbol++;
      continue;
    }
    const stop = symbol + (entry >> 16) + ((value & ((<u32>1 << entry) - 1)) >> (entry >> 8));
    if (stop > total) return orOverrun(INVALID_BIT_LENGTH_REPEAT, next, count);
    if (entry & EXCEPTION) {
      if (previous == NONE) return orOverrun(INVALID_BIT_LENGTH_REPEAT, next, count);
      if (symbol <= END_OF_BLOCK_SYMBOL && stop > END_OF_BLOCK_SYMBOL) endOfBlock = previous;
      while (symbol < stop) {
        addSymbol(symbol < literals ? LITERAL_SET : DISTANCE_SET, previous, symbol);
        symbol++;
      }
    } else {
      previous = 0;
      symbol = stop;
    }
  }
  store<u64>(BITS, bits);
  store<u32>(COUNT, count);
  store<u32>(NEXT, next);

  if (endOfBlock == 0) return orOverrun(INVALID_CODE_MISSING_END_OF_BLOCK, next, count);
  const literalBits = build(LITERAL_SET, LITERAL_ENTRIES, LITERALS, LITERAL_BITS, true);
  if (literalBits == 0) return orOverrun(INVALID_LITERAL_LENGTHS_SET, next, count);
  const distanceBits = build(DISTANCE_SET, DISTANCE_ENTRIES - (literals << 2), DISTANCES, DISTANCE_BITS, true);
  if (distanceBits == 0) return orOverrun(INVALID_DISTANCES_SET, next, count);
  store<u32>(LITERAL_TABLE, LITERALS);
  store<u32>(LITERAL_MASK, (1 << literalBits) - 1);
  store<u32>(DISTANCE_TABLE, DISTANCES);
  store<u32>(DISTANCE_MASK, (1 << distanceBits) - 1);
  return DONE;
}
