import { afterEach, expect } from "vitest";

/** What reached the process, where no handler of a session's error would ever see it. */
const uncaught: unknown[] = [];

process.on("uncaughtExceptionMonitor", (error) => void uncaught.push(error));
process.on("unhandledRejection", (reason) => void uncaught.push(reason));

// A set-up of every test file: the test in which it happened fails, and not only the run.
afterEach(async () => {
  await new Promise(setImmediate);
  expect(uncaught.splice(0)).toEqual([]);
});
