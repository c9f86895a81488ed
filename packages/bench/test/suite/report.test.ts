import { describe, expect, it } from "vitest";
import type { Report } from "../../src/suite/report.js";
import { createReport } from "../../src/suite/report.js";
import type { Course, Results } from "../../src/suite/rounds.js";
import { renderTable } from "../../src/suite/table.js";
import type { Suite } from "../../src/suite/workload.js";
import { course, memory, options, rate, results, SUITE, small } from "./results.js";

const report = (found: Results, suite: Suite = SUITE): Report =>
  createReport(suite, { ...options(), workloads: suite.workloads }, found, { server: 0, load: 1 });

const all = (ours: readonly [number, number, number]): Results =>
  results({
    small: small(ours),
    idle: [course("sluice", [memory(4_096)], [memory(5_120)]), course("ws-bufferutil", [memory(6_144)])],
    growth: [
      course("sluice", [rate(2), rate(4)], [rate(2), rate(3)]),
      course("ws-bufferutil", [rate(10), rate(14)], [rate(10), rate(12)]),
    ],
  });

describe("a figure", () => {
  it("is the least of all rounds, which are all told", () => {
    const [row] = report(all([1, 0.5, 2])).rows;
    expect(row?.figures[0]).toMatchObject({ contender: "sluice", least: 0.5, rounds: [1, 0.5, 2] });
    expect(row?.figures[0]).toMatchObject({ messagesPerSecond: 1_000, p50: 20, p99: 30, generatorBusy: 0.5 });
  });

  it("of memory is bytes, and of growth a ratio", () => {
    const [, idle, growth] = report(all([1, 1, 1])).rows;
    expect(idle?.figures[0]).toMatchObject({ least: 4_096, rounds: [4_096, 5_120] });
    expect(idle?.figures[0]).not.toHaveProperty("p50");
    expect(growth?.figures.map(({ least }) => least)).toEqual([1.5, 1.2]);
  });
});

describe("a comparison", () => {
  it("is of the least figures, with the spread of single rounds", () => {
    const [comparison] = report(all([1, 0.5, 3])).rows[0]?.comparisons ?? [];
    expect(comparison).toMatchObject({ against: "ws-bufferutil", ratio: 16, spread: [3, 16], floor: 8, goal: 10 });
  });

  it.each<[ours: number, verdicts: string[]]>([
    [0.8, ["goal", "goal"]],
    [0.9, ["floor", "goal"]],
    [1.01, ["broken", "missed"]],
  ])("of %f µs against 8 and 1 has its verdicts", (ours, verdicts) => {
    const { comparisons } = report(all([ours, ours, ours])).rows[0] ?? { comparisons: [] };
    expect(comparisons.map(({ verdict }) => verdict)).toEqual(verdicts);
  });

  it("of memory and growth has to be small", () => {
    const [, idle, growth] = report(all([1, 1, 1])).rows;
    expect(idle?.comparisons[0]).toMatchObject({ ratio: 4_096 / 6_144, verdict: "goal" });
    expect(growth?.comparisons[0]).toMatchObject({ ratio: 1.5 / 1.2, verdict: "broken" });
  });

  it("tells when ours compresses less", () => {
    const [first, ...rest] = SUITE.workloads;
    if (first === undefined) throw new Error("the suite is empty");
    const compressed = { ...first, targets: [{ against: "ws-bufferutil", floor: 2, sameCompression: true }] } as const;
    const at = (compression: number) =>
      report(
        results({
          small: [
            course("sluice", [rate(1, { compression })]),
            course("ws-bufferutil", [rate(10, { compression: 4 })]),
          ],
        }),
        { ...SUITE, workloads: [compressed, ...rest] },
      ).rows[0]?.comparisons[0]?.compressesLess;
    expect([at(3.9), at(3.5)]).toEqual([false, true]);
  });

  it("is there only where both have a figure", () => {
    const failed: Course = { contender: "ws-bufferutil", rounds: [], problem: "the server ended a connection" };
    const [row] = report(results({ small: [course("sluice", [rate(1)]), failed] })).rows;
    expect(row?.comparisons).toEqual([]);
    expect(row?.problems).toEqual([{ contender: "ws-bufferutil", why: "the server ended a connection" }]);
  });
});

describe("a report", () => {
  it("is one JSON object", () => {
    const whole = report(all([1, 1, 1]));
    expect(JSON.parse(JSON.stringify(whole))).toEqual(whole);
  });

  it("names the machine, the versions and who is missing", () => {
    const whole = report(results({}, new Map([["bun", "no such file"]])));
    expect(whole).toMatchObject({
      bench: "bench:test",
      node: process.version,
      pinned: { server: 0, load: 1 },
      rounds: 5,
    });
    expect(whole.missing).toEqual([{ name: "bun", title: "Bun", why: "no such file" }]);
    expect(whole.contenders[1]).toEqual({ name: "ws-bufferutil", title: "ws + bufferutil", about: "ws 8" });
  });
});

describe("the table", () => {
  const table = renderTable(report(all([1.1, 1.2, 1.3])));

  it("has every figure in a row of its workload", () => {
    expect(table).toMatch(/the small one +1\.10 +8\.00 +1\.00\n/);
    expect(table).toMatch(/the idle one +4\.00 +6\.00 +–\n/);
    expect(table).toMatch(/the growth one +1\.50 +1\.20 +–\n/);
  });

  it("has ratio, spread, floor and goal in a row", () => {
    expect(table).toMatch(/the small one +7\.27 +6\.67–9\.09 +≥ 8 +≥ 10 {3}floor does NOT hold\n/);
    expect(table).toMatch(/the small one +0\.91 +0\.77–0\.91 +≥ 1 {3}goal not reached\n/);
    expect(table).toMatch(/the idle one +0\.67 +0\.67–0\.67 +≤ 0\.9 +≤ 0\.75 {3}goal reached\n/);
  });

  it("says at its end which floors do not hold", () => {
    expect(table).toContain("the small one: 7.27 against ws + bufferutil, at least 8: does NOT hold\n");
    expect(table).toContain("the growth one: 1.25 against ws + bufferutil, at most 1.15: does NOT hold\n");
    expect(table).toContain("1 of 3 floors hold.\n");
  });

  it("says who has no part in it, and why", () => {
    const failed: Course = { contender: "uwebsockets", rounds: [], problem: "the server ended a connection" };
    const text = renderTable(report(results({ small: [failed] }, new Map([["bun", "no such file"]]))));
    expect(text).toContain("Bun is left out: no such file\n");
    expect(text).toContain("the small one: uWebSockets.js is left out: the server ended a connection\n");
    expect(text).not.toContain("floors hold");
  });
});
