import { cpus } from "node:os";
import process from "node:process";
import type { ContenderName } from "../contenders/contender.js";
import { CONTENDERS } from "../contenders/contender.js";
import type { Processors } from "../contenders/processors.js";
import type { LoadResult, Rate } from "../load/job.js";
import { procTellsUsage } from "../load/usage.js";
import type { Options } from "./options.js";
import type { Course, Results } from "./rounds.js";
import type { Suite, Target, Unit, Workload } from "./workload.js";
import { higherIsBetter, OURS } from "./workload.js";

/** What one contender reached in one workload. */
export interface Figure {
  readonly contender: ContenderName;
  /** The least of all rounds, in the row's unit, and all of them. */
  readonly least: number;
  readonly rounds: readonly number[];
  /** Bytes, the least of all rounds. */
  readonly rss: number;
  /** Of the round with the least; of memory there is none. */
  readonly messagesPerSecond?: number;
  /** Microseconds; null when a message takes longer than a round. */
  readonly p50?: number | null;
  readonly p99?: number | null;
  /** Of one processor, what the server used and what the generator used. */
  readonly busy?: number;
  readonly generatorBusy?: number;
  readonly compression?: number;
}

/** `goal` is reached; only the `floor` holds; the floor is `broken`; a goal without a floor is `missed`. */
export type Verdict = "goal" | "floor" | "broken" | "missed";

/** Ours against another. */
export interface Comparison {
  readonly against: ContenderName;
  /** Of processor time how many times less ours takes, of the rest what part of theirs: by the least of both. */
  readonly ratio: number;
  /** The least and the most that a single round says. */
  readonly spread: readonly [number, number];
  readonly floor?: number;
  readonly goal?: number;
  /** Absent where nothing is to be reached. */
  readonly verdict?: Verdict;
  /** Whether ours compresses less than they do, so that the ratio is not worth what it seems. */
  readonly compressesLess: boolean;
}

export interface ReportRow {
  readonly name: string;
  readonly title: string;
  readonly unit: Unit;
  readonly figures: readonly Figure[];
  readonly comparisons: readonly Comparison[];
  readonly problems: readonly { readonly contender: ContenderName; readonly why: string }[];
}

export interface Report {
  readonly bench: string;
  readonly title: string;
  readonly node: string;
  readonly v8: string;
  readonly cpu: string;
  readonly processors: number;
  /** Which processor was whose; null where the system cannot give a program one. */
  readonly pinned: Processors | null;
  readonly cpuTimeFrom: "schedstat" | "cpuUsage";
  readonly quick: boolean;
  readonly rounds: number;
  readonly note: string;
  readonly contenders: readonly { readonly name: ContenderName; readonly title: string; readonly about: string }[];
  readonly missing: readonly { readonly name: ContenderName; readonly title: string; readonly why: string }[];
  readonly rows: readonly ReportRow[];
}

const NOTE =
  "Figures are the least of all rounds: microseconds of the server's processor time, all its threads together, or resident " +
  "bytes. Ratios are of the least figures, their spread that of single rounds. Messages a second and latency are of the " +
  "round with the least figure.";

/** Compressing less than this part of what the other does is compressing less. */
const AS_WELL = 0.97;

export function createReport(
  suite: Suite,
  options: Options,
  results: Results,
  processors: Processors | undefined,
): Report {
  return {
    bench: suite.name,
    title: suite.title,
    node: process.version,
    v8: process.versions.v8,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    processors: cpus().length,
    pinned: processors ?? null,
    cpuTimeFrom: procTellsUsage ? "schedstat" : "cpuUsage",
    quick: options.quick,
    rounds: options.rounds,
    note: NOTE,
    contenders: [...results.about].map(([name, about]) => ({ name, title: CONTENDERS[name].title, about })),
    missing: [...results.missing].map(([name, why]) => ({ name, title: CONTENDERS[name].title, why })),
    rows: options.workloads.map((workload) => reportRow(workload, results.courses.get(workload.name) ?? [])),
  };
}

function reportRow(workload: Workload, courses: readonly Course[]): ReportRow {
  const figures = courses.flatMap((course) => figureOf(workload.unit, course) ?? []);
  return {
    name: workload.name,
    title: workload.title,
    unit: workload.unit,
    figures,
    comparisons: comparisonsOf(workload, figures),
    problems: courses.flatMap(({ contender, problem }) => (problem === undefined ? [] : [{ contender, why: problem }])),
  };
}

function figureOf(unit: Unit, { contender, rounds }: Course): Figure | undefined {
  const values = rounds.map((results) => figureValue(unit, results));
  const least = Math.min(...values);
  const best = rounds[values.indexOf(least)]?.at(-1);
  if (best === undefined) return undefined;
  return {
    contender,
    least,
    rounds: values,
    rss: Math.min(...rounds.flatMap((results) => results.map(({ rss }) => rss))),
    ...(best.kind === "rate" && {
      messagesPerSecond: best.messages / best.seconds,
      p50: best.p50,
      p99: best.p99,
      busy: best.cpuSeconds / best.seconds,
      generatorBusy: best.generatorBusy,
      ...(best.compression !== undefined && { compression: best.compression }),
    }),
  };
}

function figureValue(unit: Unit, results: readonly LoadResult[]): number {
  const [first, last] = [results[0], results.at(-1)];
  if (unit === "memory" && first?.kind === "memory") return first.bytesPerConnection;
  if (unit === "cpu" && first?.kind === "rate") return microseconds(first);
  if (unit === "growth" && first?.kind === "rate" && last?.kind === "rate") {
    return microseconds(last) / microseconds(first);
  }
  throw new TypeError(`a job of the kind ${first?.kind} gives no ${unit}`);
}

function microseconds({ cpuSeconds, messages }: Rate): number {
  return (cpuSeconds * 1e6) / messages;
}

function comparisonsOf({ unit, targets }: Workload, figures: readonly Figure[]): Comparison[] {
  const ours = figures.find(({ contender }) => contender === OURS);
  if (ours === undefined) return [];
  return figures
    .filter((theirs) => theirs !== ours)
    .map((theirs) => {
      const target = targets.find(({ against }) => against === theirs.contender);
      const ratio = ratioOf(unit, ours.least, theirs.least);
      const single = ours.rounds.flatMap((value, round) => {
        const other = theirs.rounds[round];
        return other === undefined ? [] : [ratioOf(unit, value, other)];
      });
      const compressesLess =
        target?.sameCompression === true && (ours.compression ?? 0) < (theirs.compression ?? 0) * AS_WELL;
      const verdict = verdictOf(unit, ratio, target);
      return {
        against: theirs.contender,
        ratio,
        spread: [Math.min(...single), Math.max(...single)] as const,
        ...(target?.floor !== undefined && { floor: target.floor }),
        ...(target?.goal !== undefined && { goal: target.goal }),
        ...(verdict !== undefined && { verdict }),
        compressesLess,
      };
    });
}

function ratioOf(unit: Unit, ours: number, theirs: number): number {
  return higherIsBetter(unit) ? theirs / ours : ours / theirs;
}

function verdictOf(unit: Unit, ratio: number, target: Target | undefined): Verdict | undefined {
  const reaches = (bound: number): boolean => (higherIsBetter(unit) ? ratio >= bound : ratio <= bound);
  if (target?.goal !== undefined && reaches(target.goal)) return "goal";
  if (target?.floor !== undefined) return reaches(target.floor) ? "floor" : "broken";
  return target?.goal === undefined ? undefined : "missed";
}
