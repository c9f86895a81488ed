/*
 * The newest place of each hash, and no other, for a message that nothing came before. Two bytes each at HEADS; what earlier messages
 * left there is before the context's base.
 */

/** Bits of a hash: its memory, 8 KiB, stays in the processor's cache, and twice as many save a thousandth. */
const HASH_BITS: u64 = 12;

/**
 * Where the newest place is that has the same five bytes as `p`, most likely. Matches of four are not looked for: what they save is less
 * than what looking for them takes.
 */
@inline
export function slotOf(heads: usize, p: usize): usize {
  return heads + (<usize>(mixed(p) >> (64 - HASH_BITS)) << 1);
}

/** Five bytes, so that any number of the highest bits is a hash of them. */
@inline
export function mixed(p: usize): u64 {
  return (load<u64>(p) << 24) * 0x9e3779b185ebca87;
}

/** Takes in a place that nothing is looked for at. */
@inline
export function keep(heads: usize, bytes: usize, p: usize): void {
  store<u16>(slotOf(heads, p), <u16>(p - bytes));
}
