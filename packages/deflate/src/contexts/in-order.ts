/**
 * Runs jobs one after the other: at once while none is under way, so that synchronous work stays synchronous, and behind
 * those before it otherwise. A job that fails does not hold up the next.
 */
export class InOrder {
  #last: Promise<void> | undefined;

  /** Whether a job is under way. */
  get busy(): boolean {
    return this.#last !== undefined;
  }

  run<T>(job: () => T | Promise<T>): T | Promise<T> {
    const before = this.#last;
    const result = before === undefined ? job() : before.then(job);
    if (!(result instanceof Promise)) return result;
    const settled = result.then(ignore, ignore).then(() => {
      if (this.#last === settled) this.#last = undefined;
    });
    this.#last = settled;
    return result;
  }
}

function ignore(): void {
  // The caller holds the promise itself.
}
