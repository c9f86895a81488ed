import { ALIGN_WORTH, firstLanes, mask } from "./mask";

/*
 * UTF-8 by table lookup on the nibbles of neighbouring bytes (Keiser and Lemire, "Validating UTF-8 in less than one
 * instruction per byte"). An unfinished sequence is kept as its bytes, little-endian, with their number in the top byte.
 */

/** Set in the result of `unmaskText` when every byte is below 0x80. */
export const ASCII: i32 = 0x40000000;

/*
 * The tables lie in memory and are loaded before the loop: as constants inside it they would be built anew at every use.
 * In order: errors by the high and the low nibble of the byte before, by the high nibble of the byte itself; then the
 * nibble mask and the bounds that find the third and the fourth byte of a sequence.
 */
const TABLES: usize = memory.data<u8>(
  [
    0x02, 0x02, 0x02, 0x02, 0x02, 0x02, 0x02, 0x02, 0x80, 0x80, 0x80, 0x80, 0x21, 0x01, 0x15, 0x49, 0xe7, 0xa3, 0x83,
    0x83, 0x8b, 0xcb, 0xcb, 0xcb, 0xcb, 0xcb, 0xcb, 0xcb, 0xcb, 0xdb, 0xcb, 0xcb, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01,
    0x01, 0x01, 0xe6, 0xae, 0xba, 0xba, 0x01, 0x01, 0x01, 0x01, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f,
    0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x60, 0x60, 0x60, 0x60, 0x60, 0x60, 0x60, 0x60, 0x60, 0x60, 0x60, 0x60,
    0x60, 0x60, 0x60, 0x60, 0x70, 0x70, 0x70, 0x70, 0x70, 0x70, 0x70, 0x70, 0x70, 0x70, 0x70, 0x70, 0x70, 0x70, 0x70,
    0x70, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
  ],
  16,
);

/**
 * Unmasks from `p` to `end` in place and checks the text there, after the unfinished sequence `pending`. A key of 0 leaves
 * the bytes as they are.
 *
 * @returns the sequence that is unfinished at `end`, with `ASCII` where that holds; or -1 - the address of the first byte
 * that cannot continue.
 */
export function unmaskText(p: usize, end: usize, key: u32, pending: u32): i32 {
  return pending == 0 ? unmaskFresh(p, end, key) : unmaskAfter(p, end, key, pending);
}

/**
 * The same where no sequence waits. Inlined into the parser's short way: a fifth less for a frame of 16 bytes.
 */
@inline
export function unmaskFresh(p: usize, end: usize, key: u32): i32 {
  if (end - p >= ALIGN_WORTH) {
    const lead = (0 - p) & 15;
    const inside = firstLanes(lead);
    const a = v128.xor(v128.load(p), v128.and(i32x4.splat(key), inside));
    if (i8x16.bitmask(v128.and(a, inside))) return unmaskGeneral(p, end, i32x4.splat(key));
    v128.store(p, a);
    p += lead;
    key = rotr<u32>(key, <u32>(lead & 3) << 3);
  }
  const keys = i32x4.splat(key);
  // Most text is ASCII: this loop is all that it meets.
  while (p + 64 <= end) {
    const a = v128.xor(v128.load(p), keys);
    const b = v128.xor(v128.load(p, 16), keys);
    const c = v128.xor(v128.load(p, 32), keys);
    const d = v128.xor(v128.load(p, 48), keys);
    if (i8x16.bitmask(v128.or(v128.or(a, b), v128.or(c, d)))) return unmaskGeneral(p, end, keys);
    v128.store(p, a);
    v128.store(p, b, 16);
    v128.store(p, c, 32);
    v128.store(p, d, 48);
    p += 64;
  }
  while (p + 16 <= end) {
    const a = v128.xor(v128.load(p), keys);
    if (i8x16.bitmask(a)) return unmaskGeneral(p, end, keys);
    v128.store(p, a);
    p += 16;
  }
  if (p < end) {
    const inside = firstLanes(end - p);
    const a = v128.xor(v128.load(p), v128.and(keys, inside));
    if (i8x16.bitmask(v128.and(a, inside))) return unmaskGeneral(p, end, keys);
    v128.store(p, a);
  }
  return ASCII;
}

/** The same from the first block on that is not ASCII, at `p`, still masked, where a sequence begins. */
function unmaskGeneral(p: usize, end: usize, keys: v128): i32 {
  const byHigh1 = v128.load(TABLES);
  const byLow1 = v128.load(TABLES, 16);
  const byHigh2 = v128.load(TABLES, 32);
  const nibble = v128.load(TABLES, 48);
  const third = v128.load(TABLES, 64);
  const fourth = v128.load(TABLES, 80);
  const top = v128.load(TABLES, 96);
  const start = p;
  let previous = i8x16.splat(0);
  let errors = i8x16.splat(0);
  while (p < end) {
    const inside = firstLanes(min<usize>(end - p, 16));
    const current = v128.xor(v128.load(p), v128.and(keys, inside));
    v128.store(p, current);
    const before1 = i8x16.shuffle(previous, current, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30);
    const before2 = i8x16.shuffle(previous, current, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29);
    const before3 = i8x16.shuffle(previous, current, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28);
    const pairs = v128.and(
      v128.and(
        i8x16.swizzle(byHigh1, v128.and(i16x8.shr_u(before1, 4), nibble)),
        i8x16.swizzle(byLow1, v128.and(before1, nibble)),
      ),
      i8x16.swizzle(byHigh2, v128.and(i16x8.shr_u(current, 4), nibble)),
    );
    const mustContinue = v128.and(v128.or(i8x16.sub_sat_u(before2, third), i8x16.sub_sat_u(before3, fourth)), top);
    errors = v128.or(errors, v128.and(v128.xor(mustContinue, pairs), inside));
    previous = current;
    p += 16;
  }
  // The vectors tell that something is wrong; which byte, only the scalar pass says.
  if (v128.any_true(errors)) return scan(start, end, 0);
  return scan(lastSequence(start, end), end, 0);
}

/** The same where a sequence waits to be finished: its bytes one by one, then the rest as ever. */
function unmaskAfter(p: usize, end: usize, key: u32, pending: u32): i32 {
  if (p == end) return <i32>pending | ASCII;
  mask(p, end, key);
  const missing = sequenceLength(pending & 0xff) - (pending >> 24);
  const next = min<usize>(p + missing, end);
  const state = scan(p, next, pending);
  if (state < 0 || next == end) return state;
  const rest = unmaskFresh(next, end, 0);
  return rest < 0 ? rest : rest & ~ASCII;
}

/** Where the sequence begins that holds the last byte, or `end` where the last byte is ASCII. The text is otherwise valid. */
function lastSequence(start: usize, end: usize): usize {
  if (end == start || load<u8>(end - 1) < 0x80) return end;
  let p = end - 1;
  const stop = end - start > 4 ? end - 4 : start;
  while (p > stop && (load<u8>(p) & 0xc0) == 0x80) p--;
  return p;
}

/** How many bytes a sequence has that begins with `byte`, or 0 where none does (Unicode table 3-7). */
function sequenceLength(byte: u32): u32 {
  if (byte < 0x80) return 1;
  if (byte < 0xc2) return 0;
  if (byte < 0xe0) return 2;
  if (byte < 0xf0) return 3;
  return byte < 0xf5 ? 4 : 0;
}

/** Whether `byte` can be the second of a sequence: overlong forms, surrogates and what is past U+10FFFF end here. */
function isSecond(lead: u32, byte: u32): bool {
  if (lead == 0xe0) return byte >= 0xa0 && byte < 0xc0;
  if (lead == 0xed) return byte >= 0x80 && byte < 0xa0;
  if (lead == 0xf0) return byte >= 0x90 && byte < 0xc0;
  if (lead == 0xf4) return byte >= 0x80 && byte < 0x90;
  return (byte & 0xc0) == 0x80;
}

/** Byte by byte: returns what `unmaskText` does, without `ASCII`. */
function scan(p: usize, end: usize, pending: u32): i32 {
  let sequence = pending & 0xffffff;
  let have = pending >> 24;
  let need = have == 0 ? 0 : sequenceLength(sequence & 0xff);
  for (; p < end; p++) {
    const byte = <u32>load<u8>(p);
    if (have == 0) {
      if (byte < 0x80) continue;
      need = sequenceLength(byte);
      if (need == 0) return -1 - <i32>p;
      sequence = byte;
      have = 1;
      continue;
    }
    const fits = have == 1 ? isSecond(sequence, byte) : (byte & 0xc0) == 0x80;
    if (!fits) return -1 - <i32>p;
    sequence |= byte << (have << 3);
    have++;
    if (have == need) have = 0;
  }
  return have == 0 ? 0 : <i32>((have << 24) | (sequence & 0xffffff));
}
