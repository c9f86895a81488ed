import { readBuffer } from "./connection.js";
import { LoadFailure } from "./failure.js";
import { frameHeader } from "./frames.js";

/**
 * Counts replies that are all the same. Their length is known, so bytes are counted instead of parsed: of each chunk only
 * the first header is looked at, or everything is compared.
 */
export class Replies {
  readonly #reply: Buffer;
  readonly #headerLength: number;
  readonly #verify: boolean;
  /** Bytes of the next reply that are here already. */
  #offset = 0;

  constructor(firstByte: number, payload: Uint8Array, verify: boolean) {
    const header = frameHeader(firstByte, payload.length);
    this.#reply = Buffer.concat([header, payload]);
    this.#headerLength = header.length;
    this.#verify = verify;
  }

  /** How many replies end in the first `length` bytes of the read buffer. @throws LoadFailure for anything else. */
  take(length: number): number {
    if (this.#verify) this.#compareAll(length);
    else this.#compareHeader(length);
    const total = this.#offset + length;
    const count = Math.floor(total / this.#reply.length);
    this.#offset = total - count * this.#reply.length;
    return count;
  }

  /** @throws LoadFailure when the server has sent a part of a reply. */
  checkWhole(): void {
    if (this.#offset > 0) throw new LoadFailure(`the server sent ${this.#offset} bytes that nobody asked for`);
  }

  #compareHeader(length: number): void {
    const reply = this.#reply;
    const start = this.#offset === 0 ? 0 : reply.length - this.#offset;
    const end = Math.min(start + this.#headerLength, length);
    for (let at = start; at < end; at++) {
      if (readBuffer[at] !== reply[at - start]) unexpected(start, length);
    }
  }

  #compareAll(length: number): void {
    let at = 0;
    let offset = this.#offset;
    while (at < length) {
      const part = Math.min(length - at, this.#reply.length - offset);
      if (this.#reply.compare(readBuffer, at, at + part, offset, offset + part) !== 0) unexpected(at, length);
      at += part;
      offset = 0;
    }
  }
}

function unexpected(at: number, length: number): never {
  const shown = readBuffer.toString("hex", at, Math.min(length, at + 16));
  throw new LoadFailure(`the server sent what was not expected: ${shown}`);
}
