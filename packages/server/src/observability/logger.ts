/** Where a server reports what nobody else hears of. `console` and a pino logger both fit. */
export interface Logger {
  error(cause: unknown, message: string): void;
  warn(cause: unknown, message: string): void;
}

/** Everything to the console. */
export const consoleLogger: Logger = console;
