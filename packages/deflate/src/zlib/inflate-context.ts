import type { InflateRaw } from "node:zlib";
import { constants, createInflateRaw } from "node:zlib";
import { CancelledError } from "@sluice/core";
import type { InflatingContext } from "../contexts/context.js";
import { CorruptMessageError, InflatedFrameTooBigError } from "../errors.js";
import type { WindowBits } from "../parameters.js";
import type { DrivenStream, ZlibPath } from "./context.js";
import { compressionFailed, dictionaryOf, join, openStream } from "./context.js";
import type { SynchronousDrive, ZlibFailure } from "./synchronous.js";
import type { ThreadPlaces } from "./thread-places.js";

/**
 * A longer payload is inflated on the thread pool, and so is the rest of a message that has grown longer than
 * {@link INFLATE_HERE_UP_TO}.
 */
export const INFLATE_PAYLOAD_UP_TO: number = 64 * 1024;

/**
 * Bytes of output after which the rest of a message is inflated on the thread pool: a payload does not tell what it grows
 * to.
 *
 * Measured as in `deflate-context.ts`, median µs here / pool: 1 KiB 2 / 32, 16 KiB 32 / 254, 64 KiB 141 / 360, 256 KiB
 * 1556 / 1240. So this many bytes hold the event loop up for a millisecond or two at most.
 */
export const INFLATE_HERE_UP_TO: number = 256 * 1024;

/**
 * How many blocks with BFINAL one message may have. Each begins a new stream, which costs more than the two bytes that it
 * takes; who sends them at all sends one for each flush.
 */
export const MAX_FINAL_BLOCKS: number = 1024;

/** Restores messages with zlib, each with what the ones before it left in the window. */
export class InflateContext implements InflatingContext {
  readonly #windowBits: number;
  readonly #path: ZlibPath;
  readonly #threads: ThreadPlaces;
  #opened: DrivenStream<InflateRaw>;
  #forgotten = 0;

  /** @param history what the first message may refer to, no longer than the window */
  constructor(windowBits: WindowBits, path: ZlibPath, threads: ThreadPlaces, history?: Uint8Array) {
    // A compressor on zlib that is asked for 8 uses 9: zlib cannot do 8 in a raw stream. A larger window restores both.
    this.#windowBits = Math.max(9, windowBits);
    this.#path = path;
    this.#threads = threads;
    this.#opened = this.#open(history);
  }

  /** Bytes of the last message that the next may not refer to, nor to anything before them: a block with BFINAL followed. */
  get forgotten(): number {
    return this.#forgotten;
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

  inflate(payload: Uint8Array, maxSize: number): Uint8Array | Promise<Uint8Array> {
    const { drive } = this.#opened;
    this.#forgotten = 0;
    if (drive === undefined || payload.length > INFLATE_PAYLOAD_UP_TO) {
      const input = new Uint8Array(payload.length + TAIL.length);
      input.set(payload);
      input.set(TAIL, payload.length);
      return this.#later(input, [], 0, 0, maxSize);
    }
    try {
      return this.#now(drive, payload, maxSize);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #now(drive: SynchronousDrive, payload: Uint8Array, maxSize: number): Uint8Array | Promise<Uint8Array> {
    source.set(payload);
    source.set(TAIL, payload.length);
    const end = payload.length + TAIL.length;
    const chunks: Uint8Array[] = [];
    let size = 0;
    let from = 0;
    let finals = 0;
    for (;;) {
      // One byte more than may come tells a message of exactly `maxSize` bytes from a longer one.
      const room = Math.min(scratch.length, maxSize + 1 - size);
      const failure = drive.step(source, from, end, scratch, room);
      if (failure !== undefined) throw inflatingFailed(failure);
      const { produced } = drive;
      from += drive.consumed;
      size += produced;
      if (size > maxSize) throw new InflatedFrameTooBigError(maxSize);
      const full = produced === room;
      if (!full && from === end) {
        if (chunks.length === 0) return scratch.slice(0, produced);
        chunks.push(scratch.subarray(0, produced));
        return join(chunks);
      }
      if (produced > 0) chunks.push(scratch.slice(0, produced));
      if (!full) {
        // Room is left and so is input: a block with BFINAL was the stream's last.
        finals = oneMoreFinal(finals);
        this.#forgotten = size;
        this.reset();
      }
      if (size >= INFLATE_HERE_UP_TO) return this.#later(source.slice(from, end), chunks, size, finals, maxSize);
    }
  }

  async #later(
    input: Uint8Array,
    chunks: Uint8Array[],
    sizeBefore: number,
    finalsBefore: number,
    maxSize: number,
  ): Promise<Uint8Array> {
    let rest = input;
    let size = sizeBefore;
    let finals = finalsBefore;
    try {
      for (;;) {
        const outcome = await this.#threads.run(this.#opened.stream, rest, maxSize - size);
        if (outcome.tooBig) throw new InflatedFrameTooBigError(maxSize);
        for (const chunk of outcome.chunks) chunks.push(chunk);
        size += outcome.size;
        if (!outcome.ended) return join(chunks);
        finals = oneMoreFinal(finals);
        this.#forgotten = size;
        rest = rest.subarray(outcome.consumed);
        if (this.closed) throw new CancelledError("The compression was closed");
        // The stream has ended for good, and so has its window.
        this.#opened.stream.close();
        this.#opened = this.#open();
      }
    } catch (error) {
      this.close();
      throw inflatingFailed(error);
    }
  }

  #open(history?: Uint8Array): DrivenStream<InflateRaw> {
    const options = { windowBits: this.#windowBits, ...dictionaryOf(history), flush: constants.Z_SYNC_FLUSH };
    return openStream(() => createInflateRaw(options), this.#path);
  }
}

/** The empty block that {@link Deflater} leaves out (RFC 7692 section 7.2.2). */
const TAIL: Uint8Array = Uint8Array.of(0, 0, 0xff, 0xff);

/** What every synchronous call reads from and writes to. Nothing else runs in between. */
const source: Uint8Array = new Uint8Array(INFLATE_PAYLOAD_UP_TO + TAIL.length);
const scratch: Uint8Array = new Uint8Array(64 * 1024);

function oneMoreFinal(finals: number): number {
  if (finals === MAX_FINAL_BLOCKS) throw new CorruptMessageError(`more than ${MAX_FINAL_BLOCKS} final blocks`);
  return finals + 1;
}

function inflatingFailed(error: unknown): Error {
  if (error instanceof CorruptMessageError || error instanceof InflatedFrameTooBigError) return error;
  const { code, message } = error as Partial<ZlibFailure>;
  return code === "Z_DATA_ERROR"
    ? new CorruptMessageError(message ?? code, { cause: error })
    : compressionFailed(error);
}
