import type { Frame } from "../frame.js";
import type { Platform, Timer } from "./platform.js";

export interface IdleTimeoutOptions {
  readonly platform: Platform;
  /** Milliseconds. */
  readonly idleTimeout: number;
  /** No data message came or went for so long. */
  readonly expired: () => void;
}

/**
 * Finds sessions that nobody uses. A message only leaves its time here; the one timer looks for it when it fires, and waits
 * for what is left.
 */
export class IdleTimeout {
  readonly #options: IdleTimeoutOptions;
  #timer: Timer | undefined;
  #lastMessage: number;
  #paused = false;
  #stopped = false;

  constructor(options: IdleTimeoutOptions) {
    this.#options = options;
    this.#lastMessage = options.platform.now();
    this.#wait(options.idleTimeout);
  }

  /** A frame has come. Control frames are for `pingPeriod` and `timeout` to judge. */
  came(frame: Frame): void {
    if (frame.type === "text" || frame.type === "binary") this.moved();
  }

  /** A data message came, or went. */
  moved(): void {
    this.#lastMessage = this.#options.platform.now();
  }

  /** The session stopped reading for reasons of its own, or goes on: a peer that is kept waiting is not idle. */
  readingPaused(paused: boolean): void {
    this.#paused = paused;
    this.moved();
  }

  /** The session has its ending. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  /** Input that waits is read before anything is judged: the event loop may have been held up. */
  #wait(delay: number): void {
    const { platform } = this.#options;
    this.#timer = platform.setTimer(delay, () => platform.nextTurn(() => this.#judge()));
  }

  #judge(): void {
    if (this.#stopped) return;
    const { platform, idleTimeout, expired } = this.#options;
    const left = this.#paused ? idleTimeout : this.#lastMessage + idleTimeout - platform.now();
    if (left > 0) this.#wait(left);
    else expired();
  }
}
