/** The first segment is at least this long, in bytes, so that a drip of tiny pieces costs few objects. */
const SMALLEST_SEGMENT = 256;

/** No segment is longer than this unless a single piece is. */
const LARGEST_SEGMENT = 64 * 1024;

/**
 * The payload of one unfinished message, in segments that grow with what has arrived: a declared length allocates
 * nothing.
 */
export class Reassembly {
  #segments: Uint8Array[] = [];
  #last: Uint8Array = new Uint8Array(0);
  /** Bytes in use of the last segment. */
  #filled = 0;
  #size = 0;

  /** Pieces of memory in use. */
  get segments(): number {
    return this.#segments.length + (this.#last.length > 0 ? 1 : 0);
  }

  /** Payload bytes so far. */
  get size(): number {
    return this.#size;
  }

  /**
   * Copies `source` from `start` to `end` behind what is there.
   *
   * @param expected payload bytes that may come after these, `Infinity` where more fragments may: a segment is never longer
   * than that.
   */
  append(source: Uint8Array, start: number, end: number, expected: number): void {
    let from = start;
    const room = Math.min(this.#last.length - this.#filled, end - from);
    if (room > 0) {
      this.#last.set(source.subarray(from, from + room), this.#filled);
      this.#filled += room;
      from += room;
    }
    if (from < end) {
      const length = end - from;
      const generous = Math.min(Math.max(this.#size, SMALLEST_SEGMENT), LARGEST_SEGMENT);
      const segment = new Uint8Array(Math.max(length, Math.min(length + expected, generous)));
      segment.set(source.subarray(from, end));
      if (this.#last.length > 0) this.#segments.push(this.#last);
      this.#last = segment;
      this.#filled = length;
    }
    this.#size += end - start;
  }

  /** The whole payload, in one piece; the reassembly is empty again. */
  take(): Uint8Array {
    const size = this.#size;
    let payload: Uint8Array;
    if (this.#segments.length === 0) {
      payload = this.#last.length === size ? this.#last : this.#last.slice(0, size);
    } else {
      payload = new Uint8Array(size);
      let at = 0;
      for (const segment of this.#segments) {
        payload.set(segment, at);
        at += segment.length;
      }
      payload.set(this.#last.subarray(0, this.#filled), at);
    }
    this.#segments = [];
    this.#last = new Uint8Array(0);
    this.#filled = 0;
    this.#size = 0;
    return payload;
  }
}
