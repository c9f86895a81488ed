import { describe, expect, it } from "vitest";
import { FollowedMessage, Latency } from "../../src/load/latency.js";

describe("latency", () => {
  it("is in microseconds", () => {
    const latency = new Latency();
    for (let index = 0; index < 99; index++) latency.record(2);
    latency.record(500);
    expect(latency.percentile(50)).toBeCloseTo(2_000, -1);
    expect(latency.percentile(100)).toBeGreaterThan(490_000);
  });

  it("of nothing is null", () => {
    const latency = new Latency();
    latency.record(1);
    latency.reset();
    expect(latency.percentile(50)).toBeNull();
  });
});

describe("a followed message", () => {
  it("is the first one sent after the last that was followed came back", () => {
    const latency = new Latency();
    const message = new FollowedMessage(latency);
    message.send(16, 0);
    message.receive(3, 10);
    // The first of these is followed, the thirteen before it are not.
    message.send(3, 10);
    message.receive(13, 20);
    message.receive(1, 50);
    expect(message.outstanding).toBe(2);
    expect(latency.percentile(50)).toBeCloseTo(10_000, -2);
    expect(latency.percentile(100)).toBeCloseTo(40_000, -2);
  });
});
