import {
  addSymbol,
  build,
  buildLengths,
  clearSets,
  DISTANCE_BITS,
  DISTANCE_ENTRIES,
  DISTANCES,
  END_OF_BLOCK,
  EXCEPTION,
  FIXED_DISTANCE_BITS,
  FIXED_DISTANCES,
  FIXED_LITERAL_BITS,
  FIXED_LITERALS,
  LENGTH_CODES,
  LENGTHS,
  LITERAL,
  LITERAL_BITS,
  LITERAL_ENTRIES,
  LITERALS,
  LONG_CODE,
  longCode,
  prepare,
  SET_DISTANCES,
  SET_LITERALS,
} from "./huffman-decode";
import {
  DONE,
  ENDS_WITHIN_A_BLOCK,
  INVALID_BIT_LENGTH_REPEAT,
  INVALID_BLOCK_TYPE,
  INVALID_CODE_LENGTHS_SET,
  INVALID_DISTANCE_CODE,
  INVALID_DISTANCE_TOO_FAR_BACK,
  INVALID_DISTANCES_SET,
  INVALID_LITERAL_LENGTH_CODE,
  INVALID_LITERAL_LENGTHS_SET,
  INVALID_STORED_BLOCK_LENGTHS,
  MISSING_END_OF_BLOCK,
  MORE,
  TOO_MANY_FINAL_BLOCKS,
  TOO_MANY_LENGTH_OR_DISTANCE_SYMBOLS,
} from "./inflate-result";
import { INFLATE_TABLES, INPUT, STATE, STATE_FROM, STATE_TO } from "./layout";

/*
 * DEFLATE (RFC 1951) as a message carries it (RFC 7692 section 7.2.2).
 *
 * A context, as JavaScript lays it out: four words, and a buffer of `capacity` bytes, at least twice the window, with 320
 * bytes of slack. Output goes straight into the buffer, behind what references may reach; when it is full, the window
 * moves to its beginning.
 *
 * Bits are taken from a word of 64: `bits` holds at least the next `count`, the next byte to come is at `p`. Filling it up
 * is unconditional: what of the eight bytes at `p` does not fit is the same when it comes again. Reading runs on behind the
 * message, in the slack behind INPUT; whoever stops, for whatever reason, first looks whether it did.
 */

const CONTEXT_POSITION: usize = 0;
const CONTEXT_HISTORY: usize = 4;
const CONTEXT_CAPACITY: usize = 8;
const CONTEXT_WINDOW: usize = 12;
const CONTEXT_BUFFER: usize = 16;

/** The empty block that a message is sent without, less its first bits. */
const TAIL: u32 = 0xffff0000;
const TAIL_SIZE: usize = 4;

/** Each takes longer than the two bytes it is sent in suggest; who sends them at all sends one for each flush. */
const MAX_FINAL_BLOCKS: u32 = 1024;

/** What a message is in the midst of. */
const BETWEEN_BLOCKS: u32 = 0;
const STORED: u32 = 1;
const FIXED: u32 = 2;
const DYNAMIC: u32 = 3;

/** What `inflateMore` goes on with. */
const SAVED: usize = INFLATE_TABLES + 16;
const SAVED_BITS: usize = 0;
const SAVED_COUNT: usize = 8;
const SAVED_P: usize = 12;
const SAVED_END: usize = 16;
const SAVED_BLOCK: usize = 20;
const SAVED_IS_FINAL: usize = 24;
const SAVED_STORED: usize = 28;
const SAVED_LITERAL_BITS: usize = 32;
const SAVED_DISTANCE_BITS: usize = 36;
const SAVED_FINALS: usize = 40;

/** The order in which the lengths of the code length codes come (RFC 1951 section 3.2.7). */
const LENGTH_ORDER: usize = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

/*
 * For distances below sixteen: the lanes that make a whole vector of what repeats, and how far whole repeats reach in it.
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
const REPEAT_SIZES: usize = memory.data<u8>([0, 16, 16, 15, 16, 15, 12, 14, 16, 9, 10, 11, 12, 13, 14, 15]);

/**
 * Begins a message of `size` bytes that lies at INPUT. `room` bounds its output, to 258 bytes. A context that had an error
 * is for nothing but to be cleared.
 */
export function inflate(context: usize, size: u32, room: u32): i32 {
  prepare();
  const end = INPUT + size + TAIL_SIZE;
  store<u32>(end - TAIL_SIZE, TAIL);
  return run(context, room, end, INPUT, 0, 0, BETWEEN_BLOCKS, 0, 0, 0, 0, 0);
}

/** Goes on with the same message. */
export function inflateMore(context: usize, room: u32): i32 {
  return run(
    context,
    room,
    load<u32>(SAVED, SAVED_END),
    load<u32>(SAVED, SAVED_P),
    load<u64>(SAVED, SAVED_BITS),
    load<u32>(SAVED, SAVED_COUNT),
    load<u32>(SAVED, SAVED_BLOCK),
    load<u32>(SAVED, SAVED_IS_FINAL),
    load<u32>(SAVED, SAVED_STORED),
    load<u32>(SAVED, SAVED_LITERAL_BITS),
    load<u32>(SAVED, SAVED_DISTANCE_BITS),
    load<u32>(SAVED, SAVED_FINALS),
  );
}

function run(
  context: usize,
  room: u32,
  end: usize,
  p: usize,
  bits: u64,
  count: u32,
  block: u32,
  isFinal: u32,
  stored: u32,
  literalBits: u32,
  distanceBits: u32,
  finals: u32,
): i32 {
  const buffer = context + CONTEXT_BUFFER;
  const bufferEnd = buffer + load<u32>(context, CONTEXT_CAPACITY);
  const window = load<u32>(context, CONTEXT_WINDOW);
  if (buffer + load<u32>(context, CONTEXT_POSITION) >= bufferEnd) slide(context);
  const from = buffer + load<u32>(context, CONTEXT_POSITION);
  const limit = from + min<usize>(room, bufferEnd - from);
  // Nothing before it may be referred to.
  let lowest = from - load<u32>(context, CONTEXT_HISTORY);
  let out = from;
  let result: i32 = DONE;

  while (true) {
    if (block == BETWEEN_BLOCKS) {
      bits |= load<u64>(p) << count;
      p += (63 - count) >> 3;
      count |= 56;
      isFinal = <u32>bits & 1;
      block = ((<u32>bits >> 1) & 3) + STORED;
      bits >>= 3;
      count -= 3;
      if (block == STORED) {
        p -= count >> 3;
        bits = 0;
        count = 0;
        if (p + 4 > end) {
          result = ENDS_WITHIN_A_BLOCK;
          break;
        }
        stored = load<u16>(p);
        if ((stored ^ 0xffff) != <u32>load<u16>(p, 2)) {
          result = INVALID_STORED_BLOCK_LENGTHS;
          break;
        }
        p += 4;
        if (p + stored > end) {
          result = ENDS_WITHIN_A_BLOCK;
          break;
        }
      } else if (block == FIXED) {
        literalBits = FIXED_LITERAL_BITS;
        distanceBits = FIXED_DISTANCE_BITS;
      } else if (block == DYNAMIC) {
        const literals = (<u32>bits & 31) + 257;
        const distances = (<u32>(bits >> 5) & 31) + 1;
        const lengths = (<u32>(bits >> 10) & 15) + 4;
        bits >>= 14;
        count -= 14;
        if (literals > 286 || distances > 30) {
          result = TOO_MANY_LENGTH_OR_DISTANCE_SYMBOLS;
          break;
        }
        v128.store(LENGTH_CODES, i32x4.splat(0));
        v128.store(LENGTH_CODES, i32x4.splat(0), 16);
        for (let index: usize = 0; index < lengths; index++) {
          // Nineteen times three bits are one more than there are for sure.
          if (count < 3) {
            bits |= load<u64>(p) << count;
            p += (63 - count) >> 3;
            count |= 56;
          }
          store<u8>(LENGTH_CODES + load<u8>(LENGTH_ORDER + index), <u8>bits & 7);
          bits >>= 3;
          count -= 3;
        }
        if (!buildLengths()) {
          result = INVALID_CODE_LENGTHS_SET;
          break;
        }
        clearSets();
        const total = literals + distances;
        let index: u32 = 0;
        let previous: u32 = 16;
        let endOfBlock: u32 = 0;
        while (index < total) {
          if (count < 14) {
            if (p > end + 8) break;
            bits |= load<u64>(p) << count;
            p += (63 - count) >> 3;
            count |= 56;
          }
          const entry = <u32>load<u8>(LENGTHS + (<usize>bits & 127));
          bits >>= entry >> 5;
          count -= entry >> 5;
          const symbol = entry & 31;
          if (symbol < 16) {
            addSymbol(index < literals ? SET_LITERALS : SET_DISTANCES, symbol, index);
            if (index == 256) endOfBlock = symbol;
            previous = symbol;
            index++;
          } else if (symbol == 16) {
            const stop = index + 3 + (<u32>bits & 3);
            bits >>= 2;
            count -= 2;
            if (previous == 16 || stop > total) {
              result = INVALID_BIT_LENGTH_REPEAT;
              break;
            }
            if (index <= 256 && stop > 256) endOfBlock = previous;
            for (; index < stop; index++) {
              addSymbol(index < literals ? SET_LITERALS : SET_DISTANCES, previous, index);
            }
          } else {
            const extra = symbol == 17 ? 3 : 7;
            index += (symbol == 17 ? 3 : 11) + (<u32>bits & ((1 << extra) - 1));
            bits >>= extra;
            count -= extra;
            previous = 0;
          }
        }
        if (result < 0 || p - (count >> 3) > end) break;
        if (index > total) {
          result = INVALID_BIT_LENGTH_REPEAT;
          break;
        }
        if (endOfBlock == 0) {
          result = MISSING_END_OF_BLOCK;
          break;
        }
        literalBits = build(SET_LITERALS, LITERAL_ENTRIES, LITERALS, LITERAL_BITS);
        if (literalBits == 0) {
          result = INVALID_LITERAL_LENGTHS_SET;
          break;
        }
        distanceBits = build(SET_DISTANCES, DISTANCE_ENTRIES - (literals << 2), DISTANCES, DISTANCE_BITS);
        if (distanceBits == 0) {
          result = INVALID_DISTANCES_SET;
          break;
        }
      } else {
        result = INVALID_BLOCK_TYPE;
        break;
      }
    }

    if (block == STORED) {
      if (stored != 0) {
        const size = <u32>min<usize>(stored, limit - out);
        memory.copy(out, p, size);
        out += size;
        p += size;
        stored -= size;
        if (stored != 0) {
          result = MORE;
          break;
        }
      }
    } else {
      const isFixed = block == FIXED;
      const literalTable = isFixed ? FIXED_LITERALS : LITERALS;
      const distanceTable = isFixed ? FIXED_DISTANCES : DISTANCES;
      const literalMask = (<usize>1 << literalBits) - 1;
      const distanceMask = (<usize>1 << distanceBits) - 1;
      bits |= load<u64>(p) << count;
      p += (63 - count) >> 3;
      count |= 56;
      let entry = load<u32>(literalTable + ((<usize>bits & literalMask) << 2));
      while (true) {
        if (out >= limit || p > end + 8) {
          result = MORE;
          break;
        }
        // Here are 56 bits at least.
        if (entry & LITERAL) {
          bits >>= entry;
          count -= entry & 63;
          store<u8>(out++, entry >> 16);
          entry = load<u32>(literalTable + ((<usize>bits & literalMask) << 2));
          if (entry & LITERAL) {
            bits >>= entry;
            count -= entry & 63;
            store<u8>(out++, entry >> 16);
            entry = load<u32>(literalTable + ((<usize>bits & literalMask) << 2));
            if (entry & LITERAL) {
              bits >>= entry;
              count -= entry & 63;
              store<u8>(out++, entry >> 16);
              entry = load<u32>(literalTable + ((<usize>bits & literalMask) << 2));
              bits |= load<u64>(p) << count;
              p += (63 - count) >> 3;
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
          if (entry & LONG_CODE) entry = longCode(SET_LITERALS, LITERAL_BITS, <u32>bits);
          if (entry & (EXCEPTION | LITERAL)) {
            bits >>= entry;
            count -= entry & 63;
            if (entry & LITERAL) {
              store<u8>(out++, entry >> 16);
              entry = load<u32>(literalTable + ((<usize>bits & literalMask) << 2));
              bits |= load<u64>(p) << count;
              p += (63 - count) >> 3;
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

        bits |= load<u64>(p) << count;
        p += (63 - count) >> 3;
        count |= 56;
        entry = load<u32>(distanceTable + ((<usize>bits & distanceMask) << 2));
        if (entry & EXCEPTION) {
          if (entry & LONG_CODE) entry = longCode(SET_DISTANCES, DISTANCE_BITS, <u32>bits);
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
        if (distance > window || source < lowest) {
          result = INVALID_DISTANCE_TOO_FAR_BACK;
          break;
        }
        // The next entry comes from bits that are there already.
        entry = load<u32>(literalTable + ((<usize>bits & literalMask) << 2));
        bits |= load<u64>(p) << count;
        p += (63 - count) >> 3;
        count |= 56;
        const stop = out + length;
        if (distance >= 16) {
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
          const size = <usize>load<u8>(REPEAT_SIZES + distance);
          do {
            v128.store(out, repeated);
            out += size;
          } while (out < stop);
        }
        out = stop;
      }
      if (result != DONE) break;
      if (p - (count >> 3) > end) break;
    }

    // Here a block ends.
    const wasStored = block == STORED;
    block = BETWEEN_BLOCKS;
    if (isFinal) {
      // What follows is a stream of its own (RFC 7692 section 7.2.3.4).
      if (++finals > MAX_FINAL_BLOCKS) {
        result = TOO_MANY_FINAL_BLOCKS;
        break;
      }
      lowest = out;
      bits >>= count & 7;
      count &= ~7;
    }
    const next = p - (count >> 3);
    if ((count & 7) == 0 && (next == end || (next == end - TAIL_SIZE && (isFinal || wasStored)))) break;
    if (next > end) break;
  }

  // What came after the message was never decided by what is in it.
  const next = p - (count >> 3);
  if (next > end || (result == DONE && (block != BETWEEN_BLOCKS || (count & 7) != 0))) result = ENDS_WITHIN_A_BLOCK;
  store<u32>(STATE, from, STATE_FROM);
  store<u32>(STATE, out, STATE_TO);
  store<u32>(context, out - buffer, CONTEXT_POSITION);
  store<u32>(context, min<usize>(window, out - lowest), CONTEXT_HISTORY);
  if (result == MORE) {
    store<u64>(SAVED, bits, SAVED_BITS);
    store<u32>(SAVED, count, SAVED_COUNT);
    store<u32>(SAVED, p, SAVED_P);
    store<u32>(SAVED, end, SAVED_END);
    store<u32>(SAVED, block, SAVED_BLOCK);
    store<u32>(SAVED, isFinal, SAVED_IS_FINAL);
    store<u32>(SAVED, stored, SAVED_STORED);
    store<u32>(SAVED, literalBits, SAVED_LITERAL_BITS);
    store<u32>(SAVED, distanceBits, SAVED_DISTANCE_BITS);
    store<u32>(SAVED, finals, SAVED_FINALS);
  }
  return result;
}

/** Moves what may be referred to to the buffer's beginning. */
function slide(context: usize): void {
  const buffer = context + CONTEXT_BUFFER;
  const kept = min<u32>(load<u32>(context, CONTEXT_HISTORY), load<u32>(context, CONTEXT_WINDOW));
  memory.copy(buffer, buffer + load<u32>(context, CONTEXT_POSITION) - kept, kept);
  store<u32>(context, kept, CONTEXT_POSITION);
  store<u32>(context, kept, CONTEXT_HISTORY);
}
