import type { Platform, Timer } from "./platform.js";
import { Place, Sleeper } from "./sleeper.js";

/** Milliseconds between two moments at which timers fire: less than what the pinger takes for a stall. */
const TICK = 16;

/** Where a ring begins and ends. */
class Slot extends Place {
  readonly tick: number;

  constructor(tick: number) {
    super();
    this.tick = tick;
  }

  get isEmpty(): boolean {
    return this.next === this;
  }
}

/** One that calls a function. */
class Call extends Sleeper {
  readonly #callback: () => void;

  constructor(callback: () => void) {
    super();
    this.#callback = callback;
  }

  wake(): void {
    this.#callback();
  }
}

/**
 * Many long timers on one of the platform's: what idle sessions wait for is pings, and a timer of its own for each would be
 * most of what they hold. Timers fire up to 16 ms late, never early.
 */
export class TimerWheel {
  readonly #platform: Pick<Platform, "now" | "setTimer">;
  /** Those that have, or had, timers, the next one first. */
  readonly #slots: Slot[] = [];
  #timer: Timer | undefined;
  /** What `#timer` waits for. */
  #armed = Number.POSITIVE_INFINITY;

  constructor(platform: Pick<Platform, "now" | "setTimer">) {
    this.#platform = platform;
  }

  /** As `Platform.setTimer`, but for the tick. */
  setTimer(delay: number, callback: () => void): Timer {
    return this.wakeIn(delay, new Call(callback));
  }

  /** As `Platform.wakeIn`, but for the tick. The sleeper waits for nothing else any more. */
  wakeIn(delay: number, sleeper: Sleeper): Timer {
    sleeper.leave();
    sleeper.follow(this.#slotOf(Math.ceil((this.#platform.now() + delay) / TICK)));
    this.#arm();
    return sleeper;
  }

  #slotOf(tick: number): Slot {
    const slots = this.#slots;
    let low = 0;
    let high = slots.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((slots[middle] as Slot).tick < tick) low = middle + 1;
      else high = middle;
    }
    const found = slots[low];
    if (found?.tick === tick) return found;
    const slot = new Slot(tick);
    slots.splice(low, 0, slot);
    return slot;
  }

  /** Waits for the first slot, whether it still has timers or not. */
  #arm(): void {
    const next = this.#slots[0]?.tick ?? Number.POSITIVE_INFINITY;
    if (next >= this.#armed) return;
    this.#timer?.cancel();
    this.#armed = next;
    this.#timer = this.#platform.setTimer(Math.max(0, next * TICK - this.#platform.now()), () => this.#fire());
  }

  #fire(): void {
    this.#armed = Number.POSITIVE_INFINITY;
    this.#timer = undefined;
    // A slot that was cancelled empty is no reason to wake up for another one like it.
    const now = this.#platform.now() / TICK;
    for (let slot = this.#slots[0]; slot !== undefined && (slot.tick <= now || slot.isEmpty); slot = this.#slots[0]) {
      this.#slots.shift();
      for (let sleeper = slot.next; sleeper instanceof Sleeper; sleeper = slot.next) {
        sleeper.leave();
        sleeper.wake();
      }
    }
    this.#arm();
  }
}
