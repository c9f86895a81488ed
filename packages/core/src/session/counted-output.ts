import type { ConnectionOutput } from "../protocol/connection-options.js";
import type { SharedFrames } from "../protocol/shared-frames.js";
import type { Transport, WriteBatch } from "./transport.js";

/** What seems to wait in a transport that cannot share bytes. */
const UNSHARED: WriteBatch = { bytes: new Uint8Array(0), length: 0 };

/** A connection's way into its transport, which counts what is encoded and what of it the kernel has taken. */
export abstract class CountedOutput implements ConnectionOutput {
  #encoded = 0;
  #drained = 0;
  #bytes = 0;

  protected abstract get transport(): Transport;

  /** Frames encoded since the beginning: the number of the last one. */
  get encodedFrames(): number {
    return this.#encoded;
  }

  /** Frames that the kernel took since the beginning. */
  get drainedFrames(): number {
    return this.#drained;
  }

  /** Frames encoded that the kernel has not taken. */
  get pendingFrames(): number {
    return this.#encoded - this.#drained;
  }

  /** Bytes encoded that the kernel has not taken. */
  get pendingBytes(): number {
    return this.#bytes;
  }

  get waiting(): WriteBatch | SharedFrames | undefined {
    return this.transport.share === undefined ? UNSHARED : this.transport.waiting;
  }

  share(frames: SharedFrames, size: number): void {
    this.count(size);
    this.transport.share?.(frames);
  }

  reserve(size: number): WriteBatch {
    return this.transport.reserve(size);
  }

  commit(size: number): void {
    this.count(size);
    this.transport.commit(size);
  }

  writeLarge(header: Uint8Array, payload: Uint8Array): void {
    this.count(header.length + payload.length);
    this.transport.writeLarge(header, payload);
  }

  /** The kernel took more. */
  drained(frames: number, bytes: number): void {
    this.#drained += frames;
    this.#bytes -= bytes;
  }

  private count(size: number): void {
    this.#encoded++;
    this.#bytes += size;
  }
}
