import type { Logger } from "../observability/logger.js";
import { report } from "../observability/logger.js";

/** An error that an application logged. */
export interface LoggedError {
  readonly error: unknown;
  /** What failed, with its route. */
  readonly message: string;
}

/** Keeps the errors that an application logs, and hands on everything to another logger if there is one. */
export class ErrorLog implements Logger {
  readonly #errors: LoggedError[] = [];
  readonly #next: Logger | undefined;

  constructor(next: Logger | undefined) {
    this.#next = next;
  }

  error(error: unknown, message: string): void {
    this.#errors.push({ error, message });
    if (this.#next !== undefined) report(this.#next, error, message);
  }

  warn(cause: unknown, message: string): void {
    this.#next?.warn(cause, message);
  }

  /** The errors since the last call. */
  take(): LoggedError[] {
    return this.#errors.splice(0);
  }
}
