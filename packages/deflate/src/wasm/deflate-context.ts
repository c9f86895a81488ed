import { CancelledError } from "@sluice/core";
import type { DeflateSettings, DeflatingContext } from "../contexts/context.js";
import { compressionFailed, join } from "../zlib/context.js";
import { DEFLATE_HERE_UP_TO, DeflateContext } from "../zlib/deflate-context.js";
import type { ThreadPlaces } from "../zlib/thread-places.js";
import type { Place } from "./arena.js";
import { givePlace, takePlace } from "./arena.js";
import { Copies } from "./copies.js";
import { bufferSize, DEFLATE_HEADER, DEFLATE_SLACK, DeflateWord, OUTPUT } from "./layout.js";

/**
 * Bytes. Shorter messages without context takeover are looked through as at level 1, up to level 6: with JSON of 1 KiB that takes
 * less than half of the time, for 3 % of the ratio.
 */
const ALONE_BELOW = 1536;

/**
 * Bytes. At level 1 shorter text without context takeover is written with codes that are there before: with JSON of 1
 * KiB in three fifths of the time, for 6 % of the ratio.
 */
const AT_ONCE_BELOW = 2048;

/** Bits. The fastest search looks no further back: what is there is seldom in the processor's cache, and saves half a percent. */
const WINDOW_BITS_WITHOUT_CHAINS = 13;

/** Of contexts that sessions share: assembly/newest-place.ts has as many. There are few of them, whatever `memLevel` says. */
const HASH_BITS_ALONE = 12;

/** Bytes; more than any message that is compressed here. */
const ANY_SIZE: number = 2 ** 16;

/** How a level looks for what was there before. */
interface Search {
  /** How many places are looked at for a match; none at level 0, which stores. */
  readonly chain: number;
  /** A match of this many bytes is taken at once. */
  readonly nice: number;
  /** Up to this many bytes a match waits for a longer one at the next byte; 0 for the two newest places, no chains, and no more of this. */
  readonly lazy: number;
  /** From this many bytes on, the next byte's is looked for at a quarter of the places. */
  readonly good: number;
}

/**
 * By level, so that each compresses about as zlib's level does. Measured with JSON of 256 B and of 1 KiB and windows of 2^15
 * bytes, ratio here / of zlib: level 1 3.14 / 3.12 and 3.95 / 3.70, level 6 3.87 / 3.97 and 4.62 / 4.75.
 */
const SEARCHES: readonly Search[] = [
  { chain: 0, nice: 0, lazy: 0, good: 0 },
  { chain: 2, nice: 0, lazy: 0, good: 0 },
  { chain: 4, nice: 16, lazy: 4, good: 4 },
  { chain: 8, nice: 16, lazy: 8, good: 4 },
  { chain: 16, nice: 32, lazy: 16, good: 8 },
  { chain: 24, nice: 32, lazy: 16, good: 8 },
  { chain: 40, nice: 24, lazy: 16, good: 8 },
  { chain: 96, nice: 64, lazy: 32, good: 8 },
  { chain: 256, nice: 258, lazy: 128, good: 32 },
  { chain: 1024, nice: 258, lazy: 258, good: 32 },
];

/** They are on their way out. */
const payloads = new Copies(16 * 1024, 4096);

/** Compresses messages in WebAssembly, each with what the ones before it left in the window. */
export class WasmDeflateContext implements DeflatingContext {
  readonly #settings: DeflateSettings;
  readonly #threads: ThreadPlaces;
  readonly #place: Place;
  /** Of the context's words. */
  readonly #word: number;
  /** Of its buffer. */
  readonly #buffer: number;
  /** What compresses a large message on a thread, meanwhile. */
  #apart: DeflateContext | undefined;
  #closed = false;

  /** @throws `CompressionFailedError` `COMPRESSION_FAILED` where there is no memory left */
  constructor(settings: DeflateSettings, threads: ThreadPlaces) {
    const { level, memLevel, windowBits, contextTakeover } = settings;
    const search = SEARCHES[level < 0 ? 6 : level] as Search;
    const window = 2 ** (search.lazy > 0 ? windowBits : Math.min(windowBits, WINDOW_BITS_WITHOUT_CHAINS));
    const capacity = bufferSize(window);
    const hashBits = contextTakeover ? Math.min(memLevel + 5, search.lazy > 0 ? windowBits + 1 : 12) : HASH_BITS_ALONE;
    const heads = (search.lazy > 0 ? 2 : 4) * 2 ** hashBits;
    const chains = search.lazy > 0 ? 2 * window : 0;
    const tables = DEFLATE_HEADER + heads + chains;
    try {
      this.#place = takePlace(tables + capacity + DEFLATE_SLACK);
    } catch (error) {
      throw compressionFailed(error);
    }
    const { arena, address } = this.#place;
    this.#settings = settings;
    this.#threads = threads;
    this.#word = address / 4;
    this.#buffer = address + tables;
    arena.bytes.fill(0, address, address + DEFLATE_HEADER + heads);
    this.#set(DeflateWord.position, 1);
    this.#set(DeflateWord.base, 1);
    this.#set(DeflateWord.window, window);
    this.#set(DeflateWord.capacity, capacity);
    this.#set(DeflateWord.hashShift, 32 - hashBits);
    this.#set(DeflateWord.chain, search.chain);
    this.#set(DeflateWord.nice, search.nice);
    this.#set(DeflateWord.lazy, search.lazy);
    this.#set(DeflateWord.good, search.good);
    this.#set(DeflateWord.atOnceBelow, contextTakeover || level !== 1 ? 0 : Math.min(window, AT_ONCE_BELOW));
    // Without what came before, little more is found by looking longer.
    this.#set(DeflateWord.aloneBelow, contextTakeover || level > 6 ? 0 : search.lazy > 0 ? ALONE_BELOW : ANY_SIZE);
  }

  get closed(): boolean {
    return this.#closed;
  }

  reset(): void {
    this.#set(DeflateWord.base, this.#get(DeflateWord.position));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    givePlace(this.#place);
    this.#apart?.close();
  }

  deflate(payload: Uint8Array): Uint8Array | Promise<Uint8Array> {
    const size = payload.length;
    if (size > DEFLATE_HERE_UP_TO) return this.#later(payload);
    const { arena, address } = this.#place;
    let from = 0;
    let parts: Uint8Array[] | undefined;
    for (;;) {
      const taken = this.#put(payload, from);
      const last = from + taken === size;
      const made = arena.deflate(address, taken, from === 0 ? 1 : 0, last ? 1 : 0);
      const part = payloads.copy(arena.bytes, OUTPUT, OUTPUT + made);
      from += taken;
      if (last && parts === undefined) return part;
      parts ??= [];
      parts.push(part);
      if (last) return join(parts);
    }
  }

  /** Puts as much of a message where the module reads it as there is room for. Returns how many bytes that is. */
  #put(payload: Uint8Array, from: number): number {
    const { arena, address } = this.#place;
    const rest = payload.length - from;
    const taken = arena.prepare(address, rest);
    const part = taken === payload.length ? payload : payload.subarray(from, from + taken);
    arena.bytes.set(part, this.#buffer + this.#get(DeflateWord.position));
    return taken;
  }

  async #later(payload: Uint8Array): Promise<Uint8Array> {
    try {
      const apart = new DeflateContext(this.#settings, "asynchronous", this.#threads, this.#history());
      this.#apart = apart;
      const made = await apart.deflate(payload);
      if (this.#closed) throw new CancelledError("The compression was closed");
      this.#remember(payload);
      return made;
    } catch (error) {
      this.close();
      throw compressionFailed(error);
    } finally {
      this.#apart?.close();
      this.#apart = undefined;
    }
  }

  /** What a message may refer to: a copy. */
  #history(): Uint8Array {
    const position = this.#get(DeflateWord.position);
    const from = Math.max(this.#get(DeflateWord.base), position - this.#get(DeflateWord.window));
    return this.#place.arena.bytes.slice(this.#buffer + from, this.#buffer + position);
  }

  /** The window after a message that was compressed elsewhere, which is longer than any window. */
  #remember(message: Uint8Array): void {
    const { arena, address } = this.#place;
    const window = this.#get(DeflateWord.window);
    for (let from = message.length - window; from < message.length; ) {
      const taken = this.#put(message, from);
      arena.remember(address, taken);
      from += taken;
    }
    this.#set(DeflateWord.base, this.#get(DeflateWord.position) - window);
  }

  #get(word: number): number {
    return this.#place.arena.words[this.#word + word] as number;
  }

  #set(word: number, value: number): void {
    this.#place.arena.words[this.#word + word] = value;
  }
}
