import { describe, expect, it } from "vitest";
import { Sleeper } from "../../src/session/sleeper.js";
import { TimerWheel } from "../../src/session/timer-wheel.js";

import { FakePlatform } from "../support/fake-platform.js";

function setup() {
  const platform = new FakePlatform();
  const fired: string[] = [];
  const wheel = new TimerWheel(platform);
  const set = (delay: number, name = String(delay)) =>
    wheel.setTimer(delay, () => fired.push(`${name} @${platform.now() - 1000}`));
  return { platform, fired, wheel, set };
}

describe("a timer wheel", () => {
  it("fires each timer at its tick, in order of their times, and never early", async () => {
    const { platform, fired, set } = setup();
    for (const delay of [5000, 1000, 3000, 1001, 30_000]) set(delay);
    await platform.advance(60_000);
    expect(fired.map((entry) => entry.split(" @")[0])).toEqual(["1000", "1001", "3000", "5000", "30000"]);
    for (const entry of fired) {
      const [delay, at] = entry.split(" @").map(Number) as [number, number];
      expect(at - delay).toBeGreaterThanOrEqual(0);
      expect(at - delay).toBeLessThanOrEqual(16);
    }
  });

  it("needs one timer of the platform for any number, and none when all have fired", async () => {
    const { platform, fired, set } = setup();
    for (let count = 0; count < 1000; count++) set(1000 + (count % 100) * 100);
    expect(platform.liveTimers).toBe(1);
    await platform.advance(60_000);
    expect(fired).toHaveLength(1000);
    expect(platform.liveTimers).toBe(0);
  });

  it("wakes objects as it calls functions: those who wait twice, at the later call's time; those who were cancelled, never", async () => {
    const { platform, fired, wheel, set } = setup();
    class Named extends Sleeper {
      constructor(readonly name: string) {
        super();
      }
      wake(): void {
        fired.push(this.name);
      }
    }
    wheel.wakeIn(2500, new Named("cancelled")).cancel();
    const twice = new Named("object");
    wheel.wakeIn(1000, twice);
    wheel.wakeIn(2000, twice);
    set(3000, "function");
    expect(platform.liveTimers).toBe(1);
    await platform.advance(10_000);
    expect(fired.map((entry) => entry.split(" ")[0])).toEqual(["object", "function"]);
  });

  it("does not fire what was cancelled, whenever that was", async () => {
    const { platform, fired, wheel, set } = setup();
    const timers = Array.from({ length: 6 }, (_, index) => set(2000, `t${index}`));
    for (const index of [0, 5, 2]) timers[index]?.cancel();
    timers[2]?.cancel();
    wheel.setTimer(2000, () => timers[3]?.cancel());
    await platform.advance(10_000);
    expect(fired.map((entry) => entry.split(" ")[0]).sort()).toEqual(["t1", "t4"]);
    for (const timer of timers) timer.cancel();
  });

  it("goes to sleep when everything was cancelled", async () => {
    const { platform, fired, set } = setup();
    for (const timer of Array.from({ length: 100 }, (_, index) => set(1000 + index * 50))) timer.cancel();
    await platform.advance(2000);
    expect(platform.liveTimers).toBe(0);
    expect(fired).toEqual([]);
    set(1000, "again");
    await platform.advance(2000);
    expect(fired).toHaveLength(1);
  });

  it("takes a timer that is due before all others, also from inside one that fires", async () => {
    const { platform, fired, wheel, set } = setup();
    set(30_000);
    set(5000);
    wheel.setTimer(2000, () => set(1000, "inside"));
    await platform.advance(60_000);
    expect(fired.map((entry) => entry.split(" @")[0])).toEqual(["inside", "5000", "30000"]);
  });

  it("fires everything that is due when the event loop stood still", async () => {
    const { platform, fired, set } = setup();
    for (const delay of [1000, 5000, 20_000]) set(delay);
    await platform.stall(10_000);
    expect(fired.map((entry) => entry.split(" @")[0])).toEqual(["1000", "5000"]);
    await platform.advance(10_016);
    expect(fired).toHaveLength(3);
  });
});
