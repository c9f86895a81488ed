import { randomFillSync } from "node:crypto";
import { performance } from "node:perf_hooks";
import type { Platform, Sleeper, Timer } from "@sluice/core";
import { TimerWheel } from "@sluice/core";

/** Random words fetched at once: a call into the random source costs far more than the words do. */
const keys = new Uint32Array(1024);
let nextKey = keys.length;

/** Milliseconds from which on a timer need not be exact. */
const LONG = 1000;

/** One timer of Node's for each. */
const exact: Pick<Platform, "now" | "setTimer"> = {
  now: () => performance.now(),
  setTimer(delay: number, callback: () => void): Timer {
    const timeout = setTimeout(callback, delay);
    timeout.unref();
    return { cancel: () => clearTimeout(timeout) };
  },
};

/** One timer of Node's for all that wait long, pings above all. */
const wheel = new TimerWheel(exact);

/** Node's clock, timers and randomness. */
export const nodePlatform: Platform = {
  now: exact.now,
  setTimer: (delay: number, callback: () => void): Timer => (delay < LONG ? exact : wheel).setTimer(delay, callback),
  wakeIn: (delay: number, sleeper: Sleeper): Timer =>
    delay < LONG ? exact.setTimer(delay, () => sleeper.wake()) : wheel.wakeIn(delay, sleeper),
  nextTurn(callback: () => void): void {
    setImmediate(callback);
  },
  randomMaskKey(): number {
    if (nextKey === keys.length) {
      randomFillSync(keys);
      nextKey = 0;
    }
    const key = keys[nextKey] as number;
    // A key that went out is not kept.
    keys[nextKey++] = 0;
    return key;
  },
};
