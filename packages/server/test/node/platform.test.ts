import { describe, expect, it } from "vitest";
import { nodePlatform } from "../../src/node/platform.js";

describe("Node's platform", () => {
  it("has a clock that does not go back", () => {
    const before = nodePlatform.now();
    expect(nodePlatform.now()).toBeGreaterThanOrEqual(before);
  });

  it("has timers that ring once, and not when they were cancelled", async () => {
    const rung: string[] = [];
    const cancelled = nodePlatform.setTimer(1, () => rung.push("cancelled"));
    await new Promise<void>((resolve) => {
      nodePlatform.setTimer(2, () => {
        rung.push("kept");
        resolve();
      });
      cancelled.cancel();
    });
    expect(rung).toEqual(["kept"]);
  });

  it("calls back in another turn, after promises have settled", async () => {
    const steps: string[] = [];
    await new Promise<void>((resolve) => {
      nodePlatform.nextTurn(() => {
        steps.push("turn");
        resolve();
      });
      void Promise.resolve().then(() => steps.push("promise"));
      steps.push("now");
    });
    expect(steps).toEqual(["now", "promise", "turn"]);
  });

  it("has masking keys of 32 bits that do not repeat", () => {
    const keys = new Set(Array.from({ length: 5000 }, () => nodePlatform.randomMaskKey()));
    expect(keys.size).toBeGreaterThan(4990);
    for (const key of keys) expect(Number.isInteger(key) && key >= 0 && key < 2 ** 32).toBe(true);
  });

  it("has timers that do not keep a process alive", () => {
    const alive = (): number => process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length;
    const before = alive();
    const timers = [10, 3_600_000].map((delay) => nodePlatform.setTimer(delay, () => undefined));
    const during = alive();
    for (const timer of timers) timer.cancel();
    expect(during).toBe(before);
  });
});
