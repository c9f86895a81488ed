import { expect, it } from "vitest";
import { consoleLogger, report } from "../../src/observability/logger.js";

it("an error is reported with what failed", () => {
  const logged: unknown[] = [];
  const error = new Error("a bug");
  report({ error: (...what) => void logged.push(what), warn: () => undefined }, error, "The handler failed");
  expect(logged).toEqual([[error, "The handler failed"]]);
});

it("a logger that throws does no more harm", () => {
  const fails = (): never => {
    throw new Error("no disk");
  };
  report({ error: fails, warn: fails }, new Error("a bug"), "The handler failed");
});

it("the default is the console", () => {
  expect(consoleLogger).toBe(console);
});
