/** How a frame's header says the length of its payload. */
export interface LengthForm {
  /** The bytes that follow the seven bits. */
  readonly size: 0 | 2 | 8;
  /** What they, or the seven bits, say. */
  readonly high: number;
  readonly low: number;
}

/** The bytes of frames one after the other, right or wrong, in memory that is used again. */
export class Wire {
  #bytes = new Uint8Array(64 * 1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** A copy of what was written; the wire is empty again. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }

  /** @param key the masking key, its first byte lowest; `undefined` for a frame that is not masked. */
  frame(
    first: number,
    payload: Uint8Array,
    key: number | undefined,
    form: LengthForm = shortest(payload.length),
  ): void {
    this.#reserve(14 + payload.length);
    const maskBit = key === undefined ? 0 : 0x80;
    const bits = form.size === 0 ? form.low & 0x7f : form.size === 2 ? 126 : 127;
    this.#put(first);
    this.#put(maskBit | bits);
    if (form.size === 8) this.#putWord(form.high);
    if (form.size === 8) this.#putWord(form.low);
    if (form.size === 2) this.#put(form.low >>> 8);
    if (form.size === 2) this.#put(form.low);
    const at = this.#length;
    if (key === undefined) {
      this.#bytes.set(payload, at);
      this.#length += payload.length;
      return;
    }
    for (let shift = 0; shift < 32; shift += 8) this.#put(key >>> shift);
    for (let index = 0; index < payload.length; index++) {
      this.#put((payload[index] as number) ^ (key >>> ((index & 3) << 3)));
    }
  }

  #put(byte: number): void {
    this.#bytes[this.#length++] = byte;
  }

  #putWord(word: number): void {
    for (let shift = 24; shift >= 0; shift -= 8) this.#put(word >>> shift);
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * (this.#length + size));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

/** The only form that RFC 6455 section 5.2 allows. */
export function shortest(length: number): LengthForm {
  return {
    size: length < 126 ? 0 : length < 65_536 ? 2 : 8,
    high: Math.floor(length / 0x1_0000_0000),
    low: length >>> 0,
  };
}
