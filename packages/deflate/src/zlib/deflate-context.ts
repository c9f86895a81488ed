import type { DeflateRaw } from "node:zlib";
import { constants, createDeflateRaw } from "node:zlib";
import type { DeflateSettings, DeflatingContext } from "../contexts/context.js";
import { CompressionFailedError } from "../errors.js";
import type { DrivenStream, ZlibPath } from "./context.js";
import { compressionFailed, dictionaryOf, join, openStream } from "./context.js";
import type { SynchronousDrive } from "./synchronous.js";
import type { ThreadPlaces } from "./thread-places.js";

/**
 * A message of more bytes is compressed on the thread pool, and leaves the event loop to others.
 *
 * Measured with Node 20 on 2 cores, twelve JSON messages in turn, with context takeover, median µs from call to answer:
 *
 * | bytes | level 1 here / pool | level 6 here / pool |
 * | --- | --- | --- |
 * | 1 Ki | 9 / 98 | 5 / 65 |
 * | 4 Ki | 42 / 206 | 94 / 187 |
 * | 16 Ki | 139 / 308 | 346 / 573 |
 * | 32 Ki | 303 / 466 | 1013 / 1316 |
 * | 64 Ki | 968 / 1096 | 2186 / 2206 |
 * | 256 Ki | 2984 / 2641 | 9071 / 8314 |
 *
 * So a message of this size holds the event loop up for a millisecond at most, and a longer one does not pay for it.
 */
export const DEFLATE_HERE_UP_TO: number = 32 * 1024;

/** Compresses messages with zlib, each with what the ones before it left in the window. */
export class DeflateContext implements DeflatingContext {
  readonly #opened: DrivenStream<DeflateRaw>;
  readonly #threads: ThreadPlaces;

  /** @param history what the first message may refer to, no longer than the window */
  constructor(settings: DeflateSettings, path: ZlibPath, threads: ThreadPlaces, history?: Uint8Array) {
    const { level, memLevel, windowBits } = settings;
    const options = { level, memLevel, windowBits, ...dictionaryOf(history), flush: constants.Z_SYNC_FLUSH };
    this.#opened = openStream(() => createDeflateRaw(options), path);
    this.#threads = threads;
  }

  get closed(): boolean {
    return this.#opened.stream.destroyed;
  }

  reset(): void {
    this.#opened.stream.reset();
  }

  close(): void {
    this.#opened.stream.close();
  }

  deflate(payload: Uint8Array): Uint8Array | Promise<Uint8Array> {
    const { drive } = this.#opened;
    return drive !== undefined && payload.length <= DEFLATE_HERE_UP_TO
      ? this.#now(drive, payload)
      : this.#later(payload);
  }

  #now(drive: SynchronousDrive, payload: Uint8Array): Uint8Array {
    const chunks: Uint8Array[] = [];
    let size = 0;
    let from = 0;
    for (;;) {
      const failure = drive.step(payload, from, payload.length, scratch, scratch.length);
      if (failure !== undefined) {
        this.close();
        throw new CompressionFailedError(failure.message);
      }
      from += drive.consumed;
      size += drive.produced;
      // A flush is complete when it leaves room (zlib's manual, `deflate`).
      if (drive.produced < scratch.length) {
        if (chunks.length === 0) return withoutTail(scratch, size);
        chunks.push(scratch.subarray(0, drive.produced));
        return withoutTail(join(chunks), size);
      }
      chunks.push(scratch.slice());
    }
  }

  async #later(payload: Uint8Array): Promise<Uint8Array> {
    try {
      const { chunks, size } = await this.#threads.run(this.#opened.stream, payload, Number.POSITIVE_INFINITY);
      return withoutTail(join(chunks), size);
    } catch (error) {
      this.close();
      throw compressionFailed(error);
    }
  }
}

/** What every synchronous call writes to, and copies its answer from. Nothing else runs in between. */
const scratch: Uint8Array = new Uint8Array(DEFLATE_HERE_UP_TO + 4 * 1024);

/** A copy of the first `size` bytes without the empty block that a sync flush ends with (RFC 7692 section 7.2.1). */
function withoutTail(bytes: Uint8Array, size: number): Uint8Array {
  const end = size - 4;
  if (end < 1 || bytes[end] !== 0 || bytes[end + 1] !== 0 || bytes[end + 2] !== 0xff || bytes[end + 3] !== 0xff) {
    throw new CompressionFailedError("the output does not end with an empty block");
  }
  return bytes.slice(0, end);
}
