/** Where a server reports what nobody else hears of. `console` and a pino logger both fit. */
export interface Logger {
  error(cause: unknown, message: string): void;
  warn(cause: unknown, message: string): void;
}

/** Everything to the console. */
export const consoleLogger: Logger = console;

/** Logs an error. A logger that throws must not do more harm than the error did. */
export function report(log: Logger, error: unknown, message: string): void {
  try {
    log.error(error, message);
  } catch {
    // There is nowhere left to say it.
  }
}
