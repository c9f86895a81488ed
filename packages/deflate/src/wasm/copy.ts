/** Up to this many bytes the engine keeps an array among its objects, which costs less than a place in shared memory. */
const ALONE_UP_TO = 64;
/** From here on, in bytes, an array has memory of its own: one that is kept for long holds on to nothing else. */
const ALONE_FROM = 4096;
/** Bytes that arrays share: what a small one that is kept for long may hold on to. */
const SHARED = 16 * 1024;
/** Multiples of this are places where arrays of any type can begin. */
const ALIGNMENT = 8;

let shared = new ArrayBuffer(0);
/** Bytes of it that are taken. */
let used = 0;

/**
 * The bytes from `from` to `to` of a module's memory, for good. Memory of its own costs an array of some hundred bytes three
 * times what copying them does, so those that are made one after the other share some.
 */
export function copyOf(bytes: Uint8Array, from: number, to: number): Uint8Array {
  const size = to - from;
  if (size <= ALONE_UP_TO) return bytes.slice(from, to);
  // As `slice`, which fills its memory with zeroes first.
  if (size >= ALONE_FROM) return new Uint8Array(bytes.subarray(from, to));
  if (shared.byteLength - used < size) {
    shared = new ArrayBuffer(SHARED);
    used = 0;
  }
  const copy = new Uint8Array(shared, used, size);
  copy.set(bytes.subarray(from, to));
  used = (used + size + ALIGNMENT - 1) & -ALIGNMENT;
  return copy;
}
