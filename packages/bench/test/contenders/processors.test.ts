import { availableParallelism } from "node:os";
import { describe, expect, it } from "vitest";
import { onProcessor, twoProcessors } from "../../src/contenders/processors.js";

describe("processors", () => {
  it("are two different ones, where there are two and the system can give them away", () => {
    const processors = twoProcessors();
    if (availableParallelism() < 2) expect(processors).toBeUndefined();
    if (processors !== undefined) expect(processors.server).not.toBe(processors.load);
  });

  it("are given to a command, or not", () => {
    expect(onProcessor(1, ["node", "a.js"])).toEqual(["taskset", "-c", "1", "node", "a.js"]);
    expect(onProcessor(undefined, ["node", "a.js"])).toEqual(["node", "a.js"]);
  });
});
