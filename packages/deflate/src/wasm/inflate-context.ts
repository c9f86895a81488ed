import { CancelledError } from "@sluice/core";
import type { InflatingContext } from "../contexts/context.js";
import { CorruptMessageError, InflatedFrameTooBigError } from "../errors.js";
import type { WindowBits } from "../parameters.js";
import { compressionFailed, join } from "../zlib/context.js";
import { INFLATE_HERE_UP_TO, InflateContext } from "../zlib/inflate-context.js";
import type { ThreadPlaces } from "../zlib/thread-places.js";
import type { Place } from "./arena.js";
import { givePlace, takePlace } from "./arena.js";
import { Copies } from "./copies.js";
import { INFLATE_ERRORS } from "./inflate-errors.js";
import {
  bufferSize,
  INFLATE_HEADER,
  INFLATE_SLACK,
  INPUT,
  INPUT_SIZE,
  Inflated,
  InflateWord,
  STATE,
  State,
} from "./layout.js";

/** Bytes of output that a call may make: the rest of the message's buffer decides before it does. */
const ANY = 2 ** 30;

const NOTHING = new Uint8Array();

/**
 * A session may keep its last message for as long as it is idle: so it holds on to no more than that of a message that is not compressed
 * may. To get memory costs as much as restoring 400 bytes, however much it is.
 */
const messages = new Copies(16 * 1024, 2048);

/** Restores messages in WebAssembly, each with what the ones before it left in the window. */
export class WasmInflateContext implements InflatingContext {
  readonly #windowBits: WindowBits;
  readonly #threads: ThreadPlaces;
  readonly #place: Place;
  /** Of the context's words. */
  readonly #word: number;
  /** What restores a large message on a thread, meanwhile. */
  #apart: InflateContext | undefined;
  #closed = false;

  /** @throws `CompressionFailedError` `COMPRESSION_FAILED` where there is no memory left */
  constructor(windowBits: WindowBits, threads: ThreadPlaces) {
    // A compressor on zlib that is asked for 8 uses 9: zlib cannot do 8 in a raw stream. A larger window restores both.
    const window = 2 ** Math.max(9, windowBits);
    const capacity = bufferSize(window);
    try {
      this.#place = takePlace(INFLATE_HEADER + capacity + INFLATE_SLACK);
    } catch (error) {
      throw compressionFailed(error);
    }
    this.#windowBits = windowBits;
    this.#threads = threads;
    this.#word = this.#place.address / 4;
    this.#set(InflateWord.position, 0);
    this.#set(InflateWord.history, 0);
    this.#set(InflateWord.capacity, capacity);
    this.#set(InflateWord.window, window);
  }

  get closed(): boolean {
    return this.#closed;
  }

  reset(): void {
    // At the beginning, for what lies there is in the processor's cache.
    this.#set(InflateWord.position, 0);
    this.#set(InflateWord.history, 0);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    givePlace(this.#place);
    this.#apart?.close();
  }

  inflate(payload: Uint8Array, maxSize: number): Uint8Array | Promise<Uint8Array> {
    if (payload.length > INPUT_SIZE) return this.#later(payload, this.#history(), maxSize);
    const { arena, address } = this.#place;
    const history = this.#get(InflateWord.history);
    arena.bytes.set(payload, INPUT);
    const status = arena.inflate(address, payload.length, room(maxSize, 0));
    const from = arena.words[STATE / 4 + State.from] as number;
    const to = arena.words[STATE / 4 + State.to] as number;
    if (status !== Inflated.done || to - from > maxSize) return this.#more(status, payload, from, to, history, maxSize);
    return messages.copy(arena.bytes, from, to);
  }

  /** The message is corrupt, or did not fit what was left of the buffer, or the bound. */
  #more(
    first: number,
    payload: Uint8Array,
    firstFrom: number,
    firstTo: number,
    historyBefore: number,
    maxSize: number,
  ): Uint8Array | Promise<Uint8Array> {
    const { arena, address } = this.#place;
    const parts: Uint8Array[] = [];
    let history: Uint8Array | undefined;
    let status = first;
    let from = firstFrom;
    let to = firstTo;
    let size = 0;
    for (;;) {
      if (status < 0)
        throw this.#failed(new CorruptMessageError(INFLATE_ERRORS.get(status) ?? "it is no DEFLATE data"));
      size += to - from;
      if (size > maxSize) throw this.#failed(new InflatedFrameTooBigError(maxSize));
      parts.push(messages.copy(arena.bytes, from, to));
      if (status === Inflated.done) return join(parts);
      // The window moves when the message goes on.
      history ??= arena.bytes.slice(from - historyBefore, from);
      if (size >= INFLATE_HERE_UP_TO) return this.#later(payload, history, maxSize);
      status = arena.inflateMore(address, room(maxSize, size));
      from = arena.words[STATE / 4 + State.from] as number;
      to = arena.words[STATE / 4 + State.to] as number;
    }
  }

  async #later(payload: Uint8Array, history: Uint8Array, maxSize: number): Promise<Uint8Array> {
    try {
      const apart = new InflateContext(this.#windowBits, "asynchronous", this.#threads, history);
      this.#apart = apart;
      const message = await apart.inflate(payload, maxSize);
      if (this.#closed) throw new CancelledError("The compression was closed");
      this.#remember(message.subarray(apart.forgotten), apart.forgotten > 0 ? NOTHING : history);
      return message;
    } catch (error) {
      throw this.#failed(error);
    } finally {
      this.#apart?.close();
      this.#apart = undefined;
    }
  }

  #failed(error: unknown): Error {
    this.close();
    return error instanceof CorruptMessageError || error instanceof InflatedFrameTooBigError
      ? error
      : compressionFailed(error);
  }

  /** What the next message may refer to: a copy. */
  #history(): Uint8Array {
    const { arena, address } = this.#place;
    const end = address + INFLATE_HEADER + this.#get(InflateWord.position);
    return arena.bytes.slice(end - this.#get(InflateWord.history), end);
  }

  /** The window after a message that was restored elsewhere, and the one before it. */
  #remember(message: Uint8Array, before: Uint8Array): void {
    const { arena, address } = this.#place;
    const window = this.#get(InflateWord.window);
    const newest = message.subarray(Math.max(0, message.length - window));
    const older = before.subarray(Math.max(0, before.length - (window - newest.length)));
    arena.bytes.set(older, address + INFLATE_HEADER);
    arena.bytes.set(newest, address + INFLATE_HEADER + older.length);
    this.#set(InflateWord.position, older.length + newest.length);
    this.#set(InflateWord.history, older.length + newest.length);
  }

  #get(word: number): number {
    return this.#place.arena.words[this.#word + word] as number;
  }

  #set(word: number, value: number): void {
    this.#place.arena.words[this.#word + word] = value;
  }
}

/** Bytes that may come next: one more than is left of the bound tells a message that fits it from one that does not. */
function room(maxSize: number, size: number): number {
  return Math.min(ANY, maxSize + 1 - size);
}
