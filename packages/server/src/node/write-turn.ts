/** Something that has output waiting. */
export interface Writer {
  /** Bytes that wait. */
  readonly waitingBytes: number;
  /** Writes what waits, and reports what the kernel took. */
  writeTurn(): void;
}

/**
 * So many connections, or bytes, are answered in one go: enough for the kernel to tell of many at a time, and few enough for
 * all that belongs to a connection to be in the processor's cache still.
 */
const GROUP = 32;
const GROUP_BYTES = 1024 * 1024;

/**
 * Writes every connection that has output once a turn of the event loop, after all input of the turn was handled. In a turn
 * with input of many connections, those that have read and answered do not wait for all others.
 */
export class WriteTurn {
  #waiting: Writer[] = [];
  #scheduled = false;
  /** Whose input is handled now. */
  #reader: Writer | undefined;
  /** Those that had something to write when they had read. */
  #answering: Writer[] = [];
  #answeringBytes = 0;

  /** The writer has input, which is handled next. */
  reads(writer: Writer): void {
    const last = this.#answering.at(-1);
    if (last !== undefined && last === this.#reader) this.#answeringBytes += last.waitingBytes;
    if (this.#answering.length >= GROUP || this.#answeringBytes >= GROUP_BYTES) this.#answer();
    this.#reader = writer;
  }

  /** The writer's `writeTurn` is called once, in this turn. */
  add(writer: Writer): void {
    if (writer === this.#reader) this.#answering.push(writer);
    else this.#waiting.push(writer);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#run);
  }

  /** The writer is gone. */
  forget(writer: Writer): void {
    if (this.#reader === writer) this.#reader = undefined;
  }

  readonly #run = (): void => {
    this.#scheduled = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#answer();
    for (const writer of waiting) writer.writeTurn();
  };

  #answer(): void {
    const answering = this.#answering;
    this.#answering = [];
    this.#answeringBytes = 0;
    this.#reader = undefined;
    for (const writer of answering) writer.writeTurn();
  }
}
