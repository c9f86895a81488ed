import type { Platform, Timer } from "../../src/session/platform.js";

/** How often promises settle in a turn: deep enough for every chain of awaits that a test has. */
const MICROTASKS = 40;

/** A clock, timers and turns that the test advances. */
export class FakePlatform implements Platform {
  /** Where a test wants one. */
  wakeIn?: NonNullable<Platform["wakeIn"]>;
  #now = 1_000;
  #timers: { readonly at: number; readonly callback: () => void }[] = [];
  #turns: (() => void)[] = [];
  #key = 0x1234_5678;

  now(): number {
    return this.#now;
  }

  setTimer(delay: number, callback: () => void): Timer {
    if (!(delay >= 0 && delay <= 0x7fff_ffff)) throw new Error(`A timer cannot wait ${delay} ms`);
    const timer = { at: this.#now + delay, callback };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }

  nextTurn(callback: () => void): void {
    this.#turns.push(callback);
  }

  randomMaskKey(): number {
    this.#key = (Math.imul(this.#key, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#key;
  }

  /** Timers that are running. */
  get liveTimers(): number {
    return this.#timers.length;
  }

  /** Callbacks that wait for a turn. */
  get waitingTurns(): number {
    return this.#turns.length;
  }

  /** One turn of the event loop, and the promises that it settles. */
  async turn(): Promise<void> {
    await settle();
    for (const callback of this.#turns.splice(0)) {
      callback();
      await settle();
    }
  }

  /** Turns until nothing waits for one. */
  async idle(): Promise<void> {
    await settle();
    for (let turns = 0; this.#turns.length > 0; turns++) {
      if (turns > 100_000) throw new Error("The turns never end");
      await this.turn();
    }
  }

  /** Lets time pass: each timer fires at its own time, and the turns in between run. */
  async advance(milliseconds: number): Promise<void> {
    await this.idle();
    const end = this.#now + milliseconds;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#now = Math.max(this.#now, next.at);
      this.#fire(next);
      await this.idle();
    }
    this.#now = end;
  }

  /** The event loop stands still: time passes, then the timers that are due fire late, all at once. */
  async stall(milliseconds: number): Promise<void> {
    await this.idle();
    this.#now += milliseconds;
    for (let next = this.#next(this.#now); next !== undefined; next = this.#next(this.#now)) this.#fire(next);
    await this.idle();
  }

  /** Time passes and the timers fire, but the turn that follows is the test's to run. */
  elapse(milliseconds: number): void {
    this.#now += milliseconds;
    for (let next = this.#next(this.#now); next !== undefined; next = this.#next(this.#now)) this.#fire(next);
  }

  #fire(timer: { readonly callback: () => void }): void {
    this.#timers = this.#timers.filter((other) => other !== timer);
    timer.callback();
  }

  #next(end: number): { readonly at: number; readonly callback: () => void } | undefined {
    const due = this.#timers.filter(({ at }) => at <= end);
    return due.sort((one, other) => one.at - other.at)[0];
  }
}

/** Lets promises that can settle do so. */
export async function settle(): Promise<void> {
  for (let index = 0; index < MICROTASKS; index++) await null;
}
