import { END_OF_BLOCK, EXCEPTION, LITERAL, LONG_CODE, longCode } from "./huffman-decode";
import {
  BITS,
  COUNT,
  DISTANCE_BITS,
  DISTANCE_MASK,
  DISTANCE_SET,
  DISTANCE_TABLE,
  END,
  LITERAL_BITS,
  LITERAL_MASK,
  LITERAL_SET,
  LITERAL_TABLE,
  LOWEST,
  NEXT,
  OUT,
  WINDOW,
} from "./inflate-layout";
import { orOverrun } from "./inflate-reader";
import {
  DONE,
  INVALID_DISTANCE_CODE,
  INVALID_DISTANCE_TOO_FAR_BACK,
  INVALID_LITERAL_LENGTH_CODE,
  MORE,
} from "./inflate-result";

/*
 * For distances below sixteen: the lanes that make a whole vector of what repeats, and how many whole repeats take in it.
 */
const REPEATS: usize = memory.data<u8>(
  [
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1,
    0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3,
    0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 0,
    1, 2, 3, 4, 5, 6, 0, 1, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 6,
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 5, 6, 7,
    8, 9, 10, 11, 0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 1, 2, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
    13, 0, 1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0,
  ],
  16,
);
const REPEATS_SIZE: usize = memory.data<u8>([0, 16, 16, 15, 16, 15, 12, 14, 16, 9, 10, 11, 12, 13, 14, 15]);

/**
 * Restores what the symbols of a block stand for (RFC 1951 section 3.2.3), to OUT. At `limit` no further symbol begins, so
 * output ends 257 bytes behind it at most, and copying touches 31 more.
 *
 * Every lookup waits for the one before it, and hardly for anything else: so the next entry is looked up in what bits there
 * are before they are filled up, and up to three literals are taken at once. Most of the time goes into guessing wrong what
 * comes next, a literal or a length.
 *
 * @returns DONE at the end of the block, MORE, or an error
 */
export function readSymbols(limit: usize): i32 {
  const literalTable = <usize>load<u32>(LITERAL_TABLE);
  const literalMask = load<u32>(LITERAL_MASK);
  const end = <usize>load<u32>(END);
  let out = <usize>load<u32>(OUT);
  let next = <usize>load<u32>(NEXT);
  let bits = load<u64>(BITS);
  let count = load<u32>(COUNT);
  let result: i32 = DONE;

  bits |= load<u64>(next) << count;
  next += (63 - count) >> 3;
  count |= 56;
  let entry = load<u32>(literalTable + ((<u32>bits & literalMask) << 2));
  while (true) {
    // Here are 56 bits at least: enough for two literals of a table and a length, or for a distance and a look ahead.
    if (out >= limit || next > end + 8) {
      result = MORE;
      break;
    }
    if (entry & LITERAL) {
      bits >>= entry;
      count -= entry & 63;
      store<u8>(out++, entry >> 16);
      entry = load<u32>(literalTable + ((<u32>bits & literalMask) << 2));
      if (entry & LITERAL) {
        bits >>= entry;
        count -= entry & 63;
        store<u8>(out++, entry >> 16);
        entry = load<u32>(literalTable + ((<u32>bits & literalMask) << 2));
        if (entry & LITERAL) {
          bits >>= entry;
          count -= entry & 63;
          store<u8>(out++, entry >> 16);
          entry = load<u32>(literalTable + ((<u32>bits & literalMask) << 2));
          bits |= load<u64>(next) << count;
          next += (63 - count) >> 3;
          count |= 56;
          continue;
        }
      }
      if (out >= limit) {
        result = MORE;
        break;
      }
    }
    if (entry & EXCEPTION) {
      if (entry & LONG_CODE) entry = longCode(LITERAL_SET, LITERAL_BITS, <u32>bits);
      if (entry & (EXCEPTION | LITERAL)) {
        bits >>= entry;
        count -= entry & 63;
        if (entry & LITERAL) {
          store<u8>(out++, entry >> 16);
          entry = load<u32>(literalTable + ((<u32>bits & literalMask) << 2));
          bits |= load<u64>(next) << count;
          next += (63 - count) >> 3;
          count |= 56;
          continue;
        }
        if (!(entry & END_OF_BLOCK)) result = INVALID_LITERAL_LENGTH_CODE;
        break;
      }
    }
    const length = (entry >> 16) + ((<u32>bits & ((<u32>1 << entry) - 1)) >> (entry >> 8));
    bits >>= entry;
    count -= entry & 63;

    bits |= load<u64>(next) << count;
    next += (63 - count) >> 3;
    count |= 56;
    entry = load<u32>(<usize>load<u32>(DISTANCE_TABLE) + ((<u32>bits & load<u32>(DISTANCE_MASK)) << 2));
    if (entry & EXCEPTION) {
      if (entry & LONG_CODE) entry = longCode(DISTANCE_SET, DISTANCE_BITS, <u32>bits);
      if (entry & EXCEPTION) {
        bits >>= entry;
        count -= entry & 63;
        result = INVALID_DISTANCE_CODE;
        break;
      }
    }
    const distance = (entry >> 16) + ((<u32>bits & ((<u32>1 << entry) - 1)) >> (entry >> 8));
    bits >>= entry;
    count -= entry & 63;
    let source = out - distance;
    if (distance > load<u32>(WINDOW) || source < <usize>load<u32>(LOWEST)) {
      result = INVALID_DISTANCE_TOO_FAR_BACK;
      break;
    }
    entry = load<u32>(literalTable + ((<u32>bits & literalMask) << 2));
    bits |= load<u64>(next) << count;
    next += (63 - count) >> 3;
    count |= 56;

    const stop = out + length;
    if (distance >= 16) {
      // Two vectors, whatever the length: most are no longer, and guessing costs more.
      v128.store(out, v128.load(source));
      v128.store(out, v128.load(source, 16), 16);
      while (out + 32 < stop) {
        out += 32;
        source += 32;
        v128.store(out, v128.load(source));
        v128.store(out, v128.load(source, 16), 16);
      }
    } else {
      const repeated = i8x16.swizzle(v128.load(source), v128.load(REPEATS + (distance << 4)));
      const size = <usize>load<u8>(REPEATS_SIZE + distance);
      do {
        v128.store(out, repeated);
        out += size;
      } while (out < stop);
    }
    out = stop;
  }

  store<u32>(OUT, out);
  store<u32>(NEXT, next);
  store<u64>(BITS, bits);
  store<u32>(COUNT, count);
  return orOverrun(result, next, count);
}
