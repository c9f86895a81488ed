/** A timer that is running. */
export interface Timer {
  cancel(): void;
}

/** Who waits for a time to come. */
export interface Sleeper {
  wake(): void;
}

/** What a session needs of the runtime; handed in, so that tests decide what time it is. */
export interface Platform {
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  /** Calls back once, `delay` milliseconds from now at the earliest. Does not keep the process alive. */
  setTimer(delay: number, callback: () => void): Timer;
  /**
   * As `setTimer`, for an object in place of a function: what every idle session waits for then needs none. Where it is left
   * out, `setTimer` is called.
   */
  wakeIn?(delay: number, sleeper: Sleeper): Timer;
  /** Calls back in a later turn of the event loop, after waiting input had its chance. */
  nextTurn(callback: () => void): void;
  /** 32 random bits from a cryptographic source (RFC 6455 section 5.3), as an unsigned integer. */
  randomMaskKey(): number;
}
