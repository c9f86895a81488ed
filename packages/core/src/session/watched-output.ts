import type { ConnectionOutput, OutputBatch } from "../protocol/connection-options.js";
import type { SharedFrames } from "../protocol/shared-frames.js";

/** What tells a control frame's first byte from a data frame's (RFC 6455 section 5.2). */
const CONTROL = 0x08;

/** An output that tells of every data frame that is encoded: for sessions that have to know when the last one went. */
export class WatchedOutput implements ConnectionOutput {
  readonly #output: ConnectionOutput;
  readonly #went: () => void;
  #batch: OutputBatch | undefined;

  constructor(output: ConnectionOutput, went: () => void) {
    this.#output = output;
    this.#went = went;
  }

  get waiting(): OutputBatch | SharedFrames | undefined {
    return this.#output.waiting;
  }

  share(frames: SharedFrames, size: number): void {
    this.#look(frames.firstByte);
    this.#output.share(frames, size);
  }

  reserve(size: number): OutputBatch {
    this.#batch = this.#output.reserve(size);
    return this.#batch;
  }

  commit(size: number): void {
    this.#look(this.#batch?.bytes[this.#batch.length]);
    this.#output.commit(size);
  }

  writeLarge(header: Uint8Array, payload: Uint8Array): void {
    this.#look(header[0]);
    this.#output.writeLarge(header, payload);
  }

  #look(firstByte: number | undefined): void {
    if (firstByte !== undefined && (firstByte & CONTROL) === 0) this.#went();
  }
}
