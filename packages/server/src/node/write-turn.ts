/** Something that has output waiting. */
export interface Writer {
  /** Writes what waits, and reports what the kernel took. */
  writeTurn(): void;
}

/**
 * Answers in a turn from which on they no longer all wait for its end, and how many are then written in one go. What belongs
 * to so many connections is still in the processor's cache. Fewer cost the kernel more than that saves, for it then tells of
 * few events at a time.
 */
const MANY = 1024;
const GROUP = 256;

/**
 * Writes every connection that has output once a turn of the event loop, after all input of the turn was handled. Where very
 * many have input in a turn, those that have read and answered do not wait for all others.
 */
export class WriteTurn {
  #waiting: Writer[] = [];
  #scheduled = false;
  /** Whose input is handled now. */
  #reader: Writer | undefined;
  /** Those that had something to write when they had read. */
  #answering: Writer[] = [];
  /** Answers that were written in this turn, and whether there were many in the last one. */
  #answered = 0;
  #hadMany = false;

  /** The writer has input, which is handled next. */
  reads(writer: Writer): void {
    if (this.#hadMany && this.#answering.length >= GROUP) this.#answer();
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
    this.#hadMany = this.#answered >= MANY;
    this.#answered = 0;
    for (const writer of waiting) writer.writeTurn();
  };

  #answer(): void {
    const answering = this.#answering;
    this.#answering = [];
    this.#answered += answering.length;
    this.#reader = undefined;
    for (const writer of answering) writer.writeTurn();
  }
}
