/** Something that has output waiting. */
export interface Writer {
  /** Writes what waits, and reports what the kernel took. */
  writeTurn(): void;
}

const DONE = Promise.resolve();

/** Writes every connection that has output once a turn of the event loop, after the input of the turn was handled. */
export class WriteTurn {
  #waiting: Writer[] = [];
  /** Whether a turn is to come. */
  #scheduled = false;

  /** The writer's `writeTurn` is called once, in this turn. */
  add(writer: Writer): void {
    this.#waiting.push(writer);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#run);
  }

  /** Input is about to be handled: what its handlers answer without waiting for anything else is written right behind them. */
  answers(): void {
    this.#scheduled = true;
    void DONE.then(this.#answered);
  }

  /** Node comes to a tick when no promise is left that has something to say. */
  readonly #answered = (): void => process.nextTick(this.#run);

  readonly #run = (): void => {
    this.#scheduled = false;
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    for (const writer of waiting) writer.writeTurn();
  };
}
