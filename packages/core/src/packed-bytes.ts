import type { BytePacking } from "@sluice/codec-wasm";

/** Payloads that are made of bytes at once when one that was packed was asked for its bytes. */
const REST = 1024;

/**
 * Keeps payloads in strings, for as long as they are only passed on: what a handler sends as it came costs half as much then.
 * Where the bytes are asked for, that was work for nothing, and is tried again only once in a while.
 */
export class Packing {
  readonly #access: BytePacking;
  #rest = 0;

  constructor(access: BytePacking) {
    this.#access = access;
  }

  /** The bytes from `start` to `end`; `undefined` where they are better kept as they are. */
  pack(bytes: Uint8Array, start: number, end: number): PackedBytes | undefined {
    if (this.#rest > 0) {
      this.#rest--;
      return undefined;
    }
    return new PackedBytes(this, this.#access.pack(bytes, start, end));
  }

  /** The bytes, in an array of their own: somebody wants to look at them. */
  unpack(packed: string): Uint8Array {
    this.#rest = REST;
    const bytes = new Uint8Array(packed.length);
    this.#access.unpack(packed, bytes, 0);
    return bytes;
  }

  /** Puts the bytes at `target[at]`: they are passed on. */
  write(packed: string, target: Uint8Array, at: number): void {
    this.#access.unpack(packed, target, at);
  }
}

/** A payload that nobody has looked at. */
export class PackedBytes {
  readonly #packing: Packing;
  readonly #packed: string;

  constructor(packing: Packing, packed: string) {
    this.#packing = packing;
    this.#packed = packed;
  }

  /** How many bytes. */
  get length(): number {
    return this.#packed.length;
  }

  /** The bytes, in a new array. */
  unpack(): Uint8Array {
    return this.#packing.unpack(this.#packed);
  }

  /** Puts the bytes at `target[at]`. */
  writeTo(target: Uint8Array, at: number): void {
    this.#packing.write(this.#packed, target, at);
  }
}
