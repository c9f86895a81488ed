/** Up to this many bytes the engine keeps an array among its objects, which costs less than a place in shared memory. */
const ALONE_UP_TO = 64;
/** Multiples of this are places where arrays of any type can begin. */
const ALIGNMENT = 8;
/** From here on, in bytes, an array is made without filling its memory with zeroes first, as `slice` does. */
const LARGE = 4096;

/**
 * Copies out of a module's memory, for good. Memory of its own costs an array of some hundred bytes three times what copying
 * them does, so those that are made one after the other share some.
 */
export class Copies {
  readonly #shared: number;
  readonly #aloneFrom: number;
  #memory = new ArrayBuffer(0);
  /** Bytes of it that are taken; all, before there is any. */
  #used: number;

  /**
   * @param shared bytes that arrays share: what a small one that is kept for long may hold on to
   * @param aloneFrom bytes from which on an array has memory of its own
   */
  constructor(shared: number, aloneFrom: number) {
    this.#shared = shared;
    this.#used = shared;
    this.#aloneFrom = aloneFrom;
  }

  /** The bytes from `from` to `to`. */
  copy(bytes: Uint8Array, from: number, to: number): Uint8Array {
    const size = to - from;
    if (size <= ALONE_UP_TO) return bytes.slice(from, to);
    if (size >= this.#aloneFrom) return size < LARGE ? bytes.slice(from, to) : new Uint8Array(bytes.subarray(from, to));
    if (this.#shared - this.#used < size) {
      this.#memory = new ArrayBuffer(this.#shared);
      this.#used = 0;
    }
    const copy = new Uint8Array(this.#memory, this.#used, size);
    copy.set(bytes.subarray(from, to));
    this.#used = (this.#used + size + ALIGNMENT - 1) & -ALIGNMENT;
    return copy;
  }
}
