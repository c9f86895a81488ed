import { DONE } from "../done.js";
import type { Subscriber } from "./collection.js";

/**
 * Microtasks that a wake may be put off by, counted from the last emission: as many as lie between two emissions of a loop
 * that awaits each, and takes what it emits from a session.
 */
const PATIENCE = 4;

/**
 * Who collects a flow, and when they are woken: all of them in one microtask, however many values were emitted
 * before it runs. The microtask, and those that it was put off by, are the whole cost of an emission besides the collectors'
 * own work.
 */
export class Subscribers {
  readonly #all = new Set<Subscriber>();
  readonly #onCount: (count: number) => void;
  #scheduled = false;
  /** Microtasks to let pass. */
  #patience = 0;

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
    this.#schedule(0);
  }

  /**
   * As `wakeSoon`, and behind what is emitted shortly: a collector then takes a burst at once, while everything that belongs to
   * it is at hand.
   */
  wakeBehind(): void {
    this.#schedule(PATIENCE);
  }

  #schedule(patience: number): void {
    if (this.#all.size === 0) return;
    this.#patience = patience;
    if (this.#scheduled) return;
    this.#scheduled = true;
    void DONE.then(this.#wake);
  }

  readonly #wake = (): void => {
    if (this.#patience > 0) {
      this.#patience -= 1;
      void DONE.then(this.#wake);
      return;
    }
    this.#scheduled = false;
    for (const subscriber of this.#all) subscriber.wake();
  };
}
