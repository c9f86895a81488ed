import type { RetainedBytes } from "./limits.js";

const NOTHING = new Uint8Array(0);

/** Input that came while parsing was paused: raw, still masked, and counted in the budget of the process. */
export class Backlog {
  readonly #retained: RetainedBytes;
  #bytes: Uint8Array = NOTHING;
  #start = 0;

  constructor(retained: RetainedBytes) {
    this.#retained = retained;
  }

  /** Bytes that wait. */
  get size(): number {
    return this.#bytes.length - this.#start;
  }

  /** Copies `source` from `start` to `end` behind what waits. Returns whether the budget had room for it. */
  keep(source: Uint8Array, start: number, end: number): boolean {
    const added = end - start;
    if (added === 0) return true;
    if (!this.#retained.take(added)) return false;
    const { size } = this;
    if (size === 0) {
      this.#bytes = source.slice(start, end);
    } else {
      const joined = new Uint8Array(size + added);
      joined.set(this.#bytes.subarray(this.#start));
      joined.set(source.subarray(start, end), size);
      this.#bytes = joined;
    }
    this.#start = 0;
    return true;
  }

  /** Copies the first bytes, at most `limit`, to the beginning of `target`. Returns how many. */
  copyTo(target: Uint8Array, limit: number): number {
    const size = Math.min(this.size, limit, target.length);
    target.set(this.#bytes.subarray(this.#start, this.#start + size));
    return size;
  }

  /** The first `count` bytes were parsed. */
  consume(count: number): void {
    this.#retained.release(count);
    this.#start += count;
    if (this.size === 0) this.#clear();
  }

  /** Lets go of all of it. */
  drop(): void {
    this.#retained.release(this.size);
    this.#clear();
  }

  #clear(): void {
    this.#bytes = NOTHING;
    this.#start = 0;
  }
}
