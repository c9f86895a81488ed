import type { Subscriber } from "./collection.js";

const SOON: Promise<void> = Promise.resolve();

/**
 * Who collects a flow, and when they are woken: all of them in one microtask, however many values were emitted
 * before it runs. That one microtask is the whole cost of an emission besides the collectors' own work.
 */
export class Subscribers {
  readonly #all = new Set<Subscriber>();
  readonly #onCount: (count: number) => void;
  #scheduled = false;

  /** `onCount` hears of every change of the number of subscribers. */
  constructor(onCount: (count: number) => void) {
    this.#onCount = onCount;
  }

  get count(): number {
    return this.#all.size;
  }

  add(subscriber: Subscriber): void {
    this.#all.add(subscriber);
    this.#onCount(this.#all.size);
  }

  /** Says whether `subscriber` was still there. */
  remove(subscriber: Subscriber): boolean {
    if (!this.#all.delete(subscriber)) return false;
    this.#onCount(this.#all.size);
    return true;
  }

  /** Wakes every subscriber soon, none from inside this call. */
  wakeSoon(): void {
    if (this.#scheduled || this.#all.size === 0) return;
    this.#scheduled = true;
    void SOON.then(this.#wake);
  }

  readonly #wake = (): void => {
    this.#scheduled = false;
    for (const subscriber of this.#all) subscriber.wake();
  };
}
