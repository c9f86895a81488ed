import type { Logger } from "../observability/logger.js";
import { caution } from "../observability/logger.js";

/** Refusals that are told. Whoever can make a request could fill a log otherwise. */
const MOST = 100;

/** Tells, once each, of pages that may not open a session: mostly it is the option that is to be set. */
export class RefusedOrigins {
  readonly #log: Logger;
  readonly #told = new Set<string>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** @param reason of the refusal, which names both. */
  tell(origin: string | undefined, host: string, reason: string): void {
    if (this.#told.size >= MOST || this.#told.has(reason)) return;
    this.#told.add(reason);
    caution(this.#log, { origin, host }, reason);
  }
}
