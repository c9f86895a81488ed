/** Something that has output waiting. */
export interface Writer {
  /** Writes what waits, and reports what the kernel took. */
  writeTurn(): void;
}

/** Writes every connection that has output once a turn of the event loop, after all input of the turn was handled. */
export class WriteTurn {
  #waiting: Writer[] = [];

  /** The writer's `writeTurn` is called once, at the end of this turn. */
  add(writer: Writer): void {
    if (this.#waiting.push(writer) === 1) setImmediate(this.#run);
  }

  readonly #run = (): void => {
    const writers = this.#waiting;
    this.#waiting = [];
    for (const writer of writers) writer.writeTurn();
  };
}
