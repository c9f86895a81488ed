/*
 * Sixteen bytes of 0xFF, sixteen of 0: a vector loaded `count` bytes before the middle has its first `count` lanes set.
 */
const LANES: usize = memory.data<u8>(
  [
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0,
  ],
  16,
);

/** From this many bytes on, aligned stores win back what aligning costs: 1 KiB takes a tenth less, 64 KiB a sixth. */
export const ALIGN_WORTH: usize = 512;

/** All bits of the first `count` lanes, 0 to 16. */
export function firstLanes(count: usize): v128 {
  return v128.load(LANES + 16 - count);
}

/**
 * Masks from `p` to `end` in place (RFC 6455 section 5.3); the low byte of `key` meets the first byte. The key repeats
 * every four bytes, so no vector but the first ever needs another phase.
 */
export function mask(p: usize, end: usize, key: u32): void {
  if (end - p >= ALIGN_WORTH) {
    const lead = (0 - p) & 15;
    v128.store(p, v128.xor(v128.load(p), v128.and(i32x4.splat(key), firstLanes(lead))));
    p += lead;
    key = rotr<u32>(key, <u32>(lead & 3) << 3);
  }
  const keys = i32x4.splat(key);
  while (p + 64 <= end) {
    const a = v128.xor(v128.load(p), keys);
    const b = v128.xor(v128.load(p, 16), keys);
    const c = v128.xor(v128.load(p, 32), keys);
    const d = v128.xor(v128.load(p, 48), keys);
    v128.store(p, a);
    v128.store(p, b, 16);
    v128.store(p, c, 32);
    v128.store(p, d, 48);
    p += 64;
  }
  while (p + 16 <= end) {
    v128.store(p, v128.xor(v128.load(p), keys));
    p += 16;
  }
  // Lanes past the end meet a key of 0, so the bytes there are stored as they were.
  if (p < end) v128.store(p, v128.xor(v128.load(p), v128.and(keys, firstLanes(end - p))));
}
