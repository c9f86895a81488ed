import type { Frame } from "../frame.js";
import type { OutputBatch } from "./connection-options.js";

/** A frame, or text that was sent without one. Text with the same content is the same. */
type Sent = Frame.Data | string;

/** The most that is recorded, in bytes and frames: what is longer is not copied often enough to matter. */
const MOST_BYTES = 16 * 1024;
const MOST_FRAMES = 64;

/**
 * What one connection after the other sends alike, as in a broadcast: frames are encoded once, and shared. Whoever begins a
 * batch with what the last one began with gets all that was recorded behind it in one copy, and steps over the frames for as
 * long as it sends the same.
 */
export class Repetition {
  /** What the last batch began with. */
  #first: Sent | undefined;
  /** What was sent behind that, if it was sent twice; the first byte of each, and where it ends in the record. */
  #sent: Sent[] = [];
  #firstBytes: number[] = [];
  #ends: number[] = [];
  #record: Uint8Array | undefined;
  /** The batch that goes along, and how far it has come. */
  #batch: OutputBatch | undefined;
  #index = 0;

  /** The size of the frame, where it stands behind the batch's end already; 0 where it is still to be encoded. */
  find(batch: OutputBatch, firstByte: number, sent: Sent): number {
    if (batch.length === 0) this.#begin(batch, sent);
    const index = this.#index;
    if (batch !== this.#batch || index === this.#sent.length) return 0;
    const start = this.#startOf(index);
    if (batch.length !== start || this.#sent[index] !== sent || this.#firstBytes[index] !== firstByte) {
      this.#batch = undefined;
      return 0;
    }
    this.#index = index + 1;
    return (this.#ends[index] as number) - start;
  }

  /** A frame that was not found was encoded behind the batch's end. */
  encoded(batch: OutputBatch, firstByte: number, sent: Sent, size: number): void {
    if (batch !== this.#batch) return;
    const start = this.#startOf(this.#index);
    const end = start + size;
    if (batch.length !== start || end > MOST_BYTES || this.#index === MOST_FRAMES) {
      this.#batch = undefined;
      return;
    }
    this.#record ??= new Uint8Array(MOST_BYTES);
    this.#record.set(batch.bytes.subarray(start, end), start);
    this.#index = this.#sent.push(sent);
    this.#firstBytes.push(firstByte);
    this.#ends.push(end);
  }

  #begin(batch: OutputBatch, sent: Sent): void {
    this.#index = 0;
    if (this.#first !== sent) {
      this.#first = sent;
      this.#batch = undefined;
      this.#forget();
      return;
    }
    const size = this.#startOf(this.#sent.length);
    this.#batch = size <= batch.bytes.length ? batch : undefined;
    if (size > 0 && this.#batch !== undefined) batch.bytes.set((this.#record as Uint8Array).subarray(0, size));
  }

  #forget(): void {
    // Mostly there is nothing, and to find that out costs less than emptying what is empty.
    if (this.#sent.length === 0) return;
    this.#sent.length = 0;
    this.#firstBytes.length = 0;
    this.#ends.length = 0;
  }

  #startOf(index: number): number {
    return index === 0 ? 0 : (this.#ends[index - 1] as number);
  }
}
