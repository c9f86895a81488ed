import type { Platform, Timer } from "./platform.js";

/** Milliseconds between two moments at which timers fire: less than what the pinger takes for a stall. */
const TICK = 16;

/** Timers that are to fire at one moment. */
interface Slot {
  readonly tick: number;
  first: WheelTimer | undefined;
}

/** A timer that runs: a place in the list of its slot, and nothing else. */
class WheelTimer implements Timer {
  previous: WheelTimer | undefined;
  next: WheelTimer | undefined;
  slot: Slot | undefined;

  constructor(
    slot: Slot,
    readonly callback: () => void,
  ) {
    this.slot = slot;
    this.next = slot.first;
    if (slot.first !== undefined) slot.first.previous = this;
    slot.first = this;
  }

  cancel(): void {
    const { slot, previous, next } = this;
    if (slot === undefined) return;
    this.slot = undefined;
    if (previous === undefined) slot.first = next;
    else previous.next = next;
    if (next !== undefined) next.previous = previous;
    this.previous = undefined;
    this.next = undefined;
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
    const timer = new WheelTimer(this.#slotOf(Math.ceil((this.#platform.now() + delay) / TICK)), callback);
    this.#arm();
    return timer;
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
    const slot: Slot = { tick, first: undefined };
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
    for (
      let slot = this.#slots[0];
      slot !== undefined && (slot.tick <= now || slot.first === undefined);
      slot = this.#slots[0]
    ) {
      this.#slots.shift();
      for (let timer = slot.first; timer !== undefined; timer = slot.first) {
        timer.cancel();
        timer.callback();
      }
    }
    this.#arm();
  }
}
