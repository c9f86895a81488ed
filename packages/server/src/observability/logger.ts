/** Where a server reports what nobody else hears of. `console` and a pino logger both fit. */
export interface Logger {
  error(cause: unknown, message: string): void;
  warn(cause: unknown, message: string): void;
}

/** Everything to the console. */
export const consoleLogger: Logger = console;

/** Logs an error. */
export function report(log: Logger, error: unknown, message: string): void {
  harmlessly(() => log.error(error, message));
}

/** Logs what is no error of ours, and somebody may want to know. `about` is what it is about, for a logger that keeps it apart. */
export function caution(log: Logger, about: object, message: string): void {
  harmlessly(() => log.warn(about, message));
}

/** A logger that throws, or gives a promise that rejects, must not do more harm than the error did. */
function harmlessly(say: () => unknown): void {
  try {
    const said = say();
    // There is nowhere left to say it.
    if (said instanceof Promise) said.catch(() => undefined);
  } catch {
    // Nor here.
  }
}
