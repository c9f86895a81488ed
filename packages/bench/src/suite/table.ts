import type { ContenderName } from "../contenders/contender.js";
import { CONTENDERS } from "../contenders/contender.js";
import { KIB, MIB } from "../sizes.js";
import type { Comparison, Figure, Report, ReportRow, Verdict } from "./report.js";
import type { Unit } from "./workload.js";
import { higherIsBetter, OURS } from "./workload.js";

const UNITS: Readonly<Record<Unit, string>> = {
  cpu: "CPU µs per message, delivery or session",
  memory: "RSS KiB per idle connection",
  growth: "CPU per message, many connections ÷ few",
};

const VERDICTS: Readonly<Record<Verdict, string>> = {
  goal: "goal reached",
  floor: "floor holds",
  broken: "floor does NOT hold",
  missed: "goal not reached",
};

const ABSENT = "–";

/** The report as text for people. */
export function renderTable(report: Report): string {
  const names = report.contenders.map(({ name }) => name);
  const lines = [
    `${report.title}`,
    `Node ${report.node} (V8 ${report.v8}) on ${report.cpu}, ${report.processors} processors`,
    report.pinned === null
      ? "Nothing is pinned: this system cannot, or has one processor."
      : `Server on processor ${report.pinned.server}, load on processor ${report.pinned.load}`,
    ...report.contenders.map(({ title, about }) => `${title}: ${about}`),
    ...report.missing.map(({ title, why }) => `${title} is left out: ${why}`),
    `Interleaved rounds${report.quick ? ", short ones" : ""}: ${report.rounds}. ${report.note}`,
  ];
  for (const unit of ["cpu", "memory", "growth"] as const) {
    const rows = report.rows.filter((row) => row.unit === unit);
    if (rows.length > 0) lines.push("", UNITS[unit], ...figures(rows, names));
  }
  for (const against of names) lines.push(...comparisons(report.rows, against));
  lines.push(...traffic(report.rows, names), ...closing(report));
  return `${lines.join("\n")}\n`;
}

function figures(rows: readonly ReportRow[], names: readonly ContenderName[]): string[] {
  const header = line("", ...names.map((name) => CONTENDERS[name].title));
  return [header, ...rows.map((row) => line(row.title, ...names.map((name) => figure(row, figureOf(row, name)))))];
}

function figure(row: ReportRow, value: Figure | undefined): string {
  if (value === undefined) return ABSENT;
  const text = number(row.unit === "memory" ? value.least / KIB : value.least);
  return value.compression === undefined ? text : `${text} [${value.compression.toFixed(1)}]`;
}

function comparisons(rows: readonly ReportRow[], against: ContenderName): string[] {
  const lines = rows.flatMap((row) => {
    const found = row.comparisons.find((comparison) => comparison.against === against);
    return found?.verdict === undefined ? [] : [comparison(row, found, VERDICTS[found.verdict])];
  });
  if (lines.length === 0) return [];
  const title = `${CONTENDERS[OURS].title} against ${CONTENDERS[against].title}: times less CPU; of memory and growth, its part`;
  return ["", title, line("", "ratio", "in rounds", "floor", "goal"), ...lines];
}

function comparison(row: ReportRow, found: Comparison, verdict: string): string {
  const sign = higherIsBetter(row.unit) ? "≥" : "≤";
  const bound = (value: number | undefined): string => (value === undefined ? "" : `${sign} ${value}`);
  const less = found.compressesLess ? ", but it compresses less" : "";
  const spread = found.spread.map(number).join("–");
  return `${line(row.title, number(found.ratio), spread, bound(found.floor), bound(found.goal))}   ${verdict}${less}`;
}

function traffic(rows: readonly ReportRow[], names: readonly ContenderName[]): string[] {
  const lines = rows.flatMap((row) =>
    row.figures
      .toSorted((one, other) => names.indexOf(one.contender) - names.indexOf(other.contender))
      .flatMap((found, index) => {
        const { messagesPerSecond, p50 = null, p99 = null, rss, busy = 0, generatorBusy = 0 } = found;
        if (messagesPerSecond === undefined) return [];
        const cells = [
          CONTENDERS[found.contender].title,
          Math.round(messagesPerSecond).toLocaleString("en"),
          p50 === null ? ABSENT : number(p50),
          p99 === null ? ABSENT : number(p99),
          (rss / MIB).toFixed(0),
          `${percent(busy)} / ${percent(generatorBusy)}`,
        ];
        return [line(index === 0 ? row.title : "", ...cells)];
      }),
  );
  if (lines.length === 0) return [];
  const header = line("", "", "messages/s", "p50 µs", "p99 µs", "RSS MiB", "server/load");
  return ["", "Messages a second, latency, memory, and how busy the server and the load were", header, ...lines];
}

/** What did not go as it should, in words. */
function closing(report: Report): string[] {
  const problems = report.rows.flatMap((row) =>
    row.problems.map(({ contender, why }) => `${row.title}: ${CONTENDERS[contender].title} is left out: ${why}`),
  );
  const held = report.rows.flatMap((row) => row.comparisons.filter(({ floor }) => floor !== undefined));
  const broken = report.rows.flatMap((row) =>
    row.comparisons
      .filter(({ verdict }) => verdict === "broken")
      .map(({ ratio, floor, against }) => {
        const sign = higherIsBetter(row.unit) ? "at least" : "at most";
        return `${row.title}: ${number(ratio)} against ${CONTENDERS[against].title}, ${sign} ${floor}: does NOT hold`;
      }),
  );
  const all = held.length === 0 ? [] : [`${held.length - broken.length} of ${held.length} floors hold.`];
  return ["", ...problems, ...broken, ...all];
}

function figureOf(row: ReportRow, name: ContenderName): Figure | undefined {
  return row.figures.find(({ contender }) => contender === name);
}

function line(label: string, ...cells: readonly string[]): string {
  return `  ${label.padEnd(36)}${cells.map((cell) => cell.padStart(16)).join("")}`.trimEnd();
}

function number(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en");
  return value.toFixed(value < 10 ? 2 : 1);
}

function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}
