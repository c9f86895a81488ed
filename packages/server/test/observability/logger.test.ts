import { expect, it, onTestFinished } from "vitest";
import { caution, consoleLogger, report } from "../../src/observability/logger.js";

it("an error is reported with what failed", () => {
  const logged: unknown[] = [];
  const error = new Error("a bug");
  report({ error: (...what) => void logged.push(what), warn: () => undefined }, error, "The handler failed");
  expect(logged).toEqual([[error, "The handler failed"]]);
});

it("a caution is a warning about something", () => {
  const logged: unknown[] = [];
  caution({ error: () => undefined, warn: (...what) => void logged.push(what) }, { host: "a" }, "Not from there");
  expect(logged).toEqual([[{ host: "a" }, "Not from there"]]);
});

it.each<[string, () => unknown]>([
  [
    "throws",
    () => {
      throw new Error("no disk");
    },
  ],
  ["rejects", () => Promise.reject(new Error("no disk"))],
])("a logger that %s does no more harm", async (_, fails) => {
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.on("unhandledRejection", note);
  onTestFinished(() => void process.removeListener("unhandledRejection", note));
  report({ error: fails, warn: fails }, new Error("a bug"), "The handler failed");
  caution({ error: fails, warn: fails }, {}, "Not from there");
  // Node tells of rejections when a turn's promises have settled.
  await new Promise(setImmediate);
  expect(unhandled).toEqual([]);
});

it("the default is the console", () => {
  expect(consoleLogger).toBe(console);
});
