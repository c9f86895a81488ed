import { constants, deflateRawSync, inflateRawSync } from "node:zlib";

const TAIL = Uint8Array.of(0, 0, 0xff, 0xff);

/**
 * The client's compression, by `node:zlib` and without anything of ours. What a context remembers is the end of its
 * messages so far, which goes in as a dictionary; so nothing points back further than the window, or is read that does.
 */
export class Context {
  readonly #windowBits: number;
  readonly #takeover: boolean;
  #history: Uint8Array = new Uint8Array();

  constructor({ windowBits = 15, takeover = true }: { windowBits?: number; takeover?: boolean } = {}) {
    this.#windowBits = windowBits;
    this.#takeover = takeover;
  }

  deflate(message: Uint8Array): Uint8Array {
    const made = deflateRawSync(message, { ...this.#options(), finishFlush: constants.Z_SYNC_FLUSH });
    this.#remember(message);
    return message.length === 0 ? Uint8Array.of(0) : Uint8Array.from(made.subarray(0, -4));
  }

  /** With a block with BFINAL at the end (RFC 7692 section 7.2.3.4). */
  deflateFinal(message: Uint8Array): Uint8Array {
    const made = deflateRawSync(message, this.#options());
    // The peer begins anew behind it.
    this.#history = new Uint8Array();
    return Uint8Array.from(Buffer.concat([made, Uint8Array.of(0)]));
  }

  inflate(payload: Uint8Array): Uint8Array {
    const input = Buffer.concat([payload, TAIL]);
    // All output comes through the window, so that zlib refuses what points back further.
    const options = { ...this.#options(), chunkSize: 64, finishFlush: constants.Z_SYNC_FLUSH };
    const message = Uint8Array.from(inflateRawSync(input, options));
    this.#remember(message);
    return message;
  }

  #options(): { windowBits: number; dictionary?: Uint8Array } {
    const windowBits = this.#windowBits;
    return this.#history.length === 0 ? { windowBits } : { windowBits, dictionary: this.#history };
  }

  #remember(message: Uint8Array): void {
    if (!this.#takeover) return;
    this.#history = Uint8Array.from(Buffer.concat([this.#history, message]).subarray(-(1 << this.#windowBits)));
  }
}
