/** Makes a short area 0, up to the next multiple of 16 bytes from where it begins. `memory.fill` is for long ones: it is a call. */
@inline
export function clear(from: usize, size: usize): void {
  const zero = i64x2.splat(0);
  for (const to = from + size; from < to; from += 16) v128.store(from, zero);
}
