import { readCodes } from "./inflate-codes";
import {
  BITS,
  BLOCK,
  BLOCK_IS_FINAL,
  COUNT,
  DISTANCE_MASK,
  DISTANCE_TABLE,
  END,
  FINAL_BLOCKS,
  FIXED_DISTANCE_BITS,
  FIXED_DISTANCES,
  FIXED_LITERAL_BITS,
  FIXED_LITERALS,
  LITERAL_MASK,
  LITERAL_TABLE,
  LOWEST,
  NEXT,
  OUT,
  STORED_LEFT,
  WINDOW,
} from "./inflate-layout";
import { prepare } from "./inflate-prepare";
import { orOverrun } from "./inflate-reader";
import {
  DONE,
  ENDS_WITHIN_A_BLOCK,
  INVALID_BLOCK_TYPE,
  INVALID_STORED_BLOCK_LENGTHS,
  MORE,
  TOO_MANY_FINAL_BLOCKS,
} from "./inflate-result";
import { readSymbols } from "./inflate-symbols";
import { INPUT, STATE, STATE_FROM, STATE_TO } from "./layout";

/*
 * DEFLATE (RFC 1951) as a message carries it (RFC 7692 section 7.2.2).
 *
 * A context, as JavaScript lays it out: four words, and a buffer of `capacity` bytes, at least twice the window, with 320
 * bytes of slack. Output goes straight into the buffer, behind what references may reach; when the buffer is full, that
 * moves to its beginning.
 */
const CONTEXT_POSITION: usize = 0;
const CONTEXT_HISTORY: usize = 4;
const CONTEXT_CAPACITY: usize = 8;
const CONTEXT_WINDOW: usize = 12;
const CONTEXT_BUFFER: usize = 16;

/** The empty block that a message is sent without, less the bits that it begins with. */
const TAIL: u32 = 0xffff0000;
const TAIL_SIZE: usize = 4;

/** Each takes longer than its two bytes suggest; who sends any sends one for each flush. */
const MAX_FINAL_BLOCKS: u32 = 1024;

/** Hardly any message of some length becomes longer by more. */
const OFTEN_GROWS_BY: u32 = 8;

const BETWEEN_BLOCKS: i32 = 0;
const STORED: i32 = 1;
const FIXED: i32 = 2;
const DYNAMIC: i32 = 3;

/**
 * Begins the message of `size` bytes that lies at INPUT. Output ends as soon as there is no room for a byte, which the last
 * copy may pass by up to 258 bytes. After an error a context has no meaning: whoever lays it out anew may use it again.
 *
 * @returns DONE, MORE, or an error; STATE has where the output is
 */
export function inflate(context: usize, size: u32, room: u32): i32 {
  prepare();
  // Most messages fit what is left then, and are restored in one go.
  const left = load<u32>(context, CONTEXT_CAPACITY) - load<u32>(context, CONTEXT_POSITION);
  if (<i32>left < <i32>min<u32>(load<u32>(context, CONTEXT_WINDOW), size * OFTEN_GROWS_BY)) slide(context);
  store<u32>(INPUT + size, TAIL);
  store<u64>(BITS, 0);
  store<u32>(COUNT, 0);
  store<u32>(NEXT, INPUT);
  store<u32>(END, INPUT + size + TAIL_SIZE);
  store<u32>(BLOCK, BETWEEN_BLOCKS);
  store<u32>(FINAL_BLOCKS, 0);
  return run(context, room);
}

/** Goes on with the same message. */
export function inflateMore(context: usize, room: u32): i32 {
  return run(context, room);
}

function run(context: usize, room: u32): i32 {
  const buffer = context + CONTEXT_BUFFER;
  const capacity = load<u32>(context, CONTEXT_CAPACITY);
  const window = load<u32>(context, CONTEXT_WINDOW);
  if (load<u32>(context, CONTEXT_POSITION) >= capacity) slide(context);
  const from = buffer + load<u32>(context, CONTEXT_POSITION);
  const limit = from + min<usize>(room, buffer + capacity - from);
  store<u32>(OUT, from);
  store<u32>(WINDOW, window);
  store<u32>(LOWEST, from - load<u32>(context, CONTEXT_HISTORY));

  let block = load<i32>(BLOCK);
  let result: i32 = DONE;
  while (true) {
    if (block == BETWEEN_BLOCKS) {
      block = beginBlock();
      if (block < 0) {
        result = block;
        break;
      }
    }
    result = block == STORED ? copyStored(limit) : readSymbols(limit);
    if (result != DONE) break;
    const isLast = endBlock(block);
    block = BETWEEN_BLOCKS;
    if (load<u32>(FINAL_BLOCKS) > MAX_FINAL_BLOCKS) result = TOO_MANY_FINAL_BLOCKS;
    if (isLast || result != DONE) break;
  }

  const out = <usize>load<u32>(OUT);
  store<u32>(STATE, from, STATE_FROM);
  store<u32>(STATE, out, STATE_TO);
  store<u32>(context, out - buffer, CONTEXT_POSITION);
  store<u32>(context, min<u32>(window, out - load<u32>(LOWEST)), CONTEXT_HISTORY);
  store<i32>(BLOCK, block);
  return result;
}

/** Moves what references may reach to the beginning of the buffer. */
function slide(context: usize): void {
  const buffer = context + CONTEXT_BUFFER;
  const kept = min<u32>(load<u32>(context, CONTEXT_HISTORY), load<u32>(context, CONTEXT_WINDOW));
  memory.copy(buffer, buffer + load<u32>(context, CONTEXT_POSITION) - kept, kept);
  store<u32>(context, kept, CONTEXT_POSITION);
  store<u32>(context, kept, CONTEXT_HISTORY);
}

/** Reads what a block begins with (RFC 1951 section 3.2.3). Returns its type, or an error. */
function beginBlock(): i32 {
  let next = <usize>load<u32>(NEXT);
  let bits = load<u64>(BITS);
  let count = load<u32>(COUNT);
  bits |= load<u64>(next) << count;
  next += (63 - count) >> 3;
  count |= 56;
  store<u32>(BLOCK_IS_FINAL, <u32>bits & 1);
  const block: i32 = STORED + ((<i32>bits >> 1) & 3);
  bits >>= 3;
  count -= 3;
  if (block == STORED) {
    // RFC 1951 section 3.2.4: it goes on with a whole byte.
    next -= count >> 3;
    if (next + 4 > <usize>load<u32>(END)) return ENDS_WITHIN_A_BLOCK;
    const size = <u32>load<u16>(next);
    if ((size ^ 0xffff) != load<u16>(next, 2)) return INVALID_STORED_BLOCK_LENGTHS;
    next += 4;
    if (next + size > <usize>load<u32>(END)) return ENDS_WITHIN_A_BLOCK;
    bits = 0;
    count = 0;
    store<u32>(STORED_LEFT, size);
  }
  store<u64>(BITS, bits);
  store<u32>(COUNT, count);
  store<u32>(NEXT, next);
  if (block == FIXED) {
    store<u32>(LITERAL_TABLE, FIXED_LITERALS);
    store<u32>(LITERAL_MASK, (1 << FIXED_LITERAL_BITS) - 1);
    store<u32>(DISTANCE_TABLE, FIXED_DISTANCES);
    store<u32>(DISTANCE_MASK, (1 << FIXED_DISTANCE_BITS) - 1);
  } else if (block == DYNAMIC) {
    const result = readCodes();
    if (result < 0) return result;
  } else if (block != STORED) {
    return orOverrun(INVALID_BLOCK_TYPE, next, count);
  }
  return block;
}

/** Returns DONE or MORE. */
function copyStored(limit: usize): i32 {
  const left = load<u32>(STORED_LEFT);
  if (left == 0) return DONE;
  const out = <usize>load<u32>(OUT);
  const next = <usize>load<u32>(NEXT);
  const size = <u32>min<usize>(left, limit - out);
  memory.copy(out, next, size);
  store<u32>(OUT, out + size);
  store<u32>(NEXT, next + size);
  store<u32>(STORED_LEFT, left - size);
  return size == left ? DONE : MORE;
}

/** Returns whether the message ends with this block. */
function endBlock(block: i32): bool {
  const end = <usize>load<u32>(END);
  let count = load<u32>(COUNT);
  const isFinal = load<u32>(BLOCK_IS_FINAL) != 0;
  if (isFinal) {
    // What follows is a stream of its own, and begins with a whole byte (RFC 7692 section 7.2.3.4).
    store<u64>(BITS, load<u64>(BITS) >> (count & 7));
    count &= ~7;
    store<u32>(COUNT, count);
    store<u32>(LOWEST, load<u32>(OUT));
    store<u32>(FINAL_BLOCKS, load<u32>(FINAL_BLOCKS) + 1);
  }
  if (count & 7) return false;
  // Who ends a message with BFINAL, or flushes otherwise, may have left out what the tail belongs to.
  const next = <usize>load<u32>(NEXT) - (count >> 3);
  return next == end || (next == end - TAIL_SIZE && (isFinal || block == STORED));
}
