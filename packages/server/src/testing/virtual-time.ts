import type { Duration, Platform, Timer } from "@sluice/core";
import { milliseconds } from "@sluice/core";

/**
 * A platform whose time stands still until the test moves it. Turns of the event loop are real ones, so sessions talk as
 * ever; pings, timeouts and every other timer wait for `advance`.
 *
 * ```ts
 * const time = new VirtualTime();
 * await testApplication(module, async ({ client }) => {
 *   const session = await client.webSocketRawSession("/quiet");
 *   await time.advance("30s"); // the server's ping has come by now
 * }, { platform: time });
 * ```
 */
export class VirtualTime implements Platform {
  #now = 0;
  readonly #timers = new Set<{ readonly at: number; readonly callback: () => void }>();
  /** Callbacks that wait for their turn. */
  #turns = 0;

  /** Milliseconds that have passed. */
  now(): number {
    return this.#now;
  }

  /** Timers that are running. */
  get timers(): number {
    return this.#timers.size;
  }

  setTimer(delay: number, callback: () => void): Timer {
    const timer = { at: this.#now + delay, callback };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  nextTurn(callback: () => void): void {
    this.#turns++;
    setImmediate(() => {
      this.#turns--;
      callback();
    });
  }

  randomMaskKey(): number {
    return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  }

  /**
   * Lets time pass: each timer fires at its own moment, and what sessions do because of it is done before the next one
   * does. Resolves when they have nothing left to do.
   *
   * @throws InvalidOptionError (`INVALID_OPTION`) for what is no duration.
   */
  async advance(duration: Duration): Promise<void> {
    const end = this.#now + milliseconds(duration, "duration");
    await this.#idle();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
      await this.#idle();
    }
    this.#now = end;
  }

  /** Turns until no session asks for another one; promises settle in between. */
  async #idle(): Promise<void> {
    do await new Promise((resolve) => setImmediate(resolve));
    while (this.#turns > 0);
  }

  #next(end: number): { readonly at: number; readonly callback: () => void } | undefined {
    let next: { readonly at: number; readonly callback: () => void } | undefined;
    for (const timer of this.#timers) {
      if (timer.at <= end && (next === undefined || timer.at < next.at)) next = timer;
    }
    return next;
  }
}
