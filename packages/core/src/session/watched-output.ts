import { CountedOutput } from "./counted-output.js";
import type { Transport, WriteBatch } from "./transport.js";

/** What tells a control frame's first byte from a data frame's (RFC 6455 section 5.2). */
const CONTROL = 0x08;

/** An output that tells of every data frame that is encoded: for sessions that have to know when the last one went. */
export class WatchedOutput extends CountedOutput {
  readonly #went: () => void;
  #batch: WriteBatch | undefined;

  constructor(transport: Transport, went: () => void) {
    super(transport);
    this.#went = went;
  }

  override reserve(size: number): WriteBatch {
    this.#batch = super.reserve(size);
    return this.#batch;
  }

  override commit(size: number): void {
    this.#look(this.#batch?.bytes[this.#batch.length]);
    super.commit(size);
  }

  override writeLarge(header: Uint8Array, payload: Uint8Array): void {
    this.#look(header[0]);
    super.writeLarge(header, payload);
  }

  #look(firstByte: number | undefined): void {
    if (firstByte !== undefined && (firstByte & CONTROL) === 0) this.#went();
  }
}
