import type { Codec } from "@sluice/codec-wasm";
import { READ_BUFFER_SIZE } from "@sluice/codec-wasm";
import type { WriteTurn } from "./write-turn.js";

/** Something that has input. */
export interface Reader {
  /** Handles what lies in the codec's read buffer from `start` to `end`. Never throws. */
  readTurn(start: number, end: number): void;
}

/** Bytes up to which a chunk waits for others: to copy a larger one costs what that saves. */
const SMALL = 512;

/** As soon as so many bytes wait they are handled: frames of many messages, all in memory at once, would cost more than is saved. */
const ENOUGH = 4096;

/**
 * As many chunks are handled before their answers are written: what belongs to these connections has to stay in the processor's
 * cache. With fewer the kernel tells of few events at a time, which costs more.
 */
const GROUP = 128;

/** Chunks begin at multiples of this, in bytes. */
const ALIGNMENT = 16;

/** Room for what waits, in bytes. */
const ROOM = ENOUGH + SMALL;

/** Where in the codec's read buffer it lies when it is handled. */
const HANDLED_AT = READ_BUFFER_SIZE - ROOM;

/**
 * Small input waits until all sockets that have some were read. Then it is handled in one go, and the answers are written
 * behind that, in the same turn of the event loop. Where each connection is read, handled and written to by itself, the processor
 * finds in its cache what the kernel needed last: never the parser, the handlers, the compressor.
 */
export class ReadTurn {
  /** What sockets read into. */
  readonly memory: Uint8Array;

  readonly #buffer: Uint8Array;
  readonly #writes: WriteTurn;
  /** The beginning of `memory`, by words. */
  readonly #read: Int32Array;
  readonly #words = new Int32Array(ROOM / 4);
  /** The chunks that wait, in the order in which they came. */
  readonly #waiting: Uint8Array = new Uint8Array(this.#words.buffer);
  /** Bytes of it. */
  #used = 0;
  /** How many they are, whose, and how long. */
  #count = 0;
  readonly #readers: (Reader | undefined)[] = [];
  readonly #sizes: number[] = [];
  /** Chunks that were handled since answers were written. */
  #handled = 0;
  #scheduled = false;

  constructor(codec: Codec, writes: WriteTurn) {
    const { buffer, byteOffset } = codec.readBuffer;
    this.memory = codec.readBuffer.subarray(0, HANDLED_AT);
    this.#buffer = codec.readBuffer;
    this.#writes = writes;
    this.#read = new Int32Array(buffer, byteOffset, SMALL / 4);
  }

  /** The first bytes of `memory` are this reader's. */
  received(reader: Reader, size: number): void {
    if (size > SMALL) {
      this.handle();
      reader.readTurn(0, size);
      return;
    }
    this.#keep(reader, size);
    if (this.#used >= ENOUGH) {
      this.handle();
    } else if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(this.#run);
    }
  }

  /** Handles what waits. To be called before anything is told that came behind it. */
  handle(): void {
    const count = this.#count;
    if (count === 0) return;
    this.#handled += count;
    if (this.#handled >= GROUP) this.#answer();
    this.#buffer.set(this.#waiting.subarray(0, this.#used), HANDLED_AT);
    this.#count = 0;
    this.#used = 0;
    let start = HANDLED_AT;
    for (let index = 0; index < count; index++) {
      const reader = this.#readers[index] as Reader;
      const end = start + (this.#sizes[index] as number);
      this.#readers[index] = undefined;
      reader.readTurn(start, end);
      start = aligned(end);
    }
  }

  #keep(reader: Reader, size: number): void {
    const words = this.#words;
    const read = this.#read;
    const at = this.#used >> 2;
    // Of most chunks these are so few that any call takes longer.
    for (let word = 0; word << 2 < size; word++) words[at + word] = read[word] as number;
    this.#used = aligned(this.#used + size);
    this.#readers[this.#count] = reader;
    this.#sizes[this.#count] = size;
    this.#count++;
  }

  readonly #run = (): void => {
    this.#scheduled = false;
    this.#answer();
    this.handle();
  };

  #answer(): void {
    this.#handled = 0;
    this.#writes.answers();
  }
}

function aligned(bytes: number): number {
  return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
}
