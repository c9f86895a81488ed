import type { Sleeper } from "./sleeper.js";

/** A timer that is running. */
export interface Timer {
  cancel(): void;
}

/** What a session needs of the runtime; handed in, so that tests decide what time it is. */
export interface Platform {
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  /** Calls back once, `delay` milliseconds from now at the earliest. Does not keep the process alive. */
  setTimer(delay: number, callback: () => void): Timer;
  /**
   * As `setTimer`, for what waits in every idle session, which may be the timer itself: see `TimerWheel`. Where it is left out,
   * `setTimer` is called.
   */
  wakeIn?(delay: number, sleeper: Sleeper): Timer;
  /** Calls back in a later turn of the event loop, after waiting input had its chance. */
  nextTurn(callback: () => void): void;
  /** 32 random bits from a cryptographic source (RFC 6455 section 5.3), as an unsigned integer. */
  randomMaskKey(): number;
}
