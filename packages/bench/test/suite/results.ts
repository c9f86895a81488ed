import type { ContenderName } from "../../src/contenders/contender.js";
import type { LoadResult, Rate } from "../../src/load/job.js";
import type { Options } from "../../src/suite/options.js";
import { readOptions } from "../../src/suite/options.js";
import type { Course, Results } from "../../src/suite/rounds.js";
import type { Suite, Unit, Workload } from "../../src/suite/workload.js";

/** A suite with a workload of each unit. */
export const SUITE: Suite = {
  name: "bench:test",
  title: "A bench of nothing",
  contenders: ["sluice", "ws-bufferutil", "uwebsockets"],
  workloads: [
    workload("small", "cpu", [
      { against: "ws-bufferutil", floor: 8, goal: 10 },
      { against: "uwebsockets", goal: 1 },
    ]),
    workload("idle", "memory", [{ against: "ws-bufferutil", floor: 0.9, goal: 0.75 }]),
    workload("growth", "growth", [{ against: "ws-bufferutil", floor: 1.15 }]),
  ],
};

function workload(name: string, unit: Unit, targets: Workload["targets"]): Workload {
  return { name, title: `the ${name} one`, mode: "echo", unit, jobs: () => [], targets };
}

export function options(...args: readonly string[]): Options {
  return readOptions(SUITE, args);
}

/** A thousand messages in a second. @param microseconds for each of them. */
export function rate(microseconds: number, more: Partial<Rate> = {}): Rate {
  return {
    kind: "rate",
    messages: 1_000,
    seconds: 1,
    cpuSeconds: microseconds / 1_000,
    rss: 64 * 1024 * 1024,
    p50: 20,
    p99: 30,
    generatorBusy: 0.5,
    ...more,
  };
}

export function memory(bytesPerConnection: number): LoadResult {
  return { kind: "memory", bytesPerConnection, rss: 1024 * 1024 };
}

export function course(contender: ContenderName, ...rounds: readonly (readonly LoadResult[])[]): Course {
  return { contender, rounds, problem: undefined };
}

export function results(
  courses: Readonly<Record<string, readonly Course[]>>,
  missing: Results["missing"] = new Map(),
): Results {
  return {
    courses: new Map(Object.entries(courses)),
    about: new Map([
      ["sluice", "Sluice 0.0.0"],
      ["ws-bufferutil", "ws 8"],
      ["uwebsockets", "uWebSockets.js 20"],
    ]),
    missing,
  };
}

/** Ours at `ours` microseconds in three rounds, ws at 8, 9 and 10, uWebSockets.js at 1. */
export function small(ours: readonly [number, number, number]): readonly Course[] {
  return [
    course("sluice", ...ours.map((value) => [rate(value)])),
    course("ws-bufferutil", [rate(10)], [rate(8)], [rate(9)]),
    course("uwebsockets", [rate(1)], [rate(1)], [rate(1)]),
  ];
}
