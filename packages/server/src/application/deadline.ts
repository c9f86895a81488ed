import { Settled } from "./settled.js";

/** A moment that waiting ends at. It keeps the process alive: there is still something to do then. */
export class Deadline {
  readonly #passed = new Settled<void>();
  readonly #timer: NodeJS.Timeout;

  /** @param delay milliseconds from now. */
  constructor(delay: number) {
    this.#timer = setTimeout(this.#passed.resolve, delay);
  }

  /** Waits for `work`, but no longer than this. */
  async orUntil(work: Promise<unknown> | undefined): Promise<void> {
    await Promise.race([work, this.#passed.promise]);
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }
}
