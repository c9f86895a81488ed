import { cpus } from "node:os";
import { createCodec } from "@sluice/codec-wasm";
import type { Results } from "./rounds.js";
import type { Row } from "./rows.js";
import { ROWS } from "./rows.js";

/** A figure that has to be reached. */
export interface Goal {
  readonly name: string;
  readonly ratio: number;
  readonly atLeast: number;
  readonly holds: boolean;
}

/** One line of the table. Nanoseconds per call or frame. */
export interface ReportRow extends Row {
  readonly wasm: number;
  readonly typescript: number;
  /** Who of the two is faster, and how many times. Less than a tenth is nobody's. */
  readonly winner: "wasm" | "typescript" | "neither";
  readonly times: number;
  readonly peer?: { readonly name: "bufferutil" | "ws"; readonly nanoseconds: number; readonly timesOfWasm: number };
}

export interface Report {
  readonly node: string;
  readonly v8: string;
  readonly cpu: string;
  readonly processors: number;
  /** What "auto" chooses here, and why. */
  readonly backend: string;
  readonly reason: string;
  readonly rounds: number;
  readonly peers: { readonly bufferutil: string; readonly ws: string };
  readonly note: string;
  readonly rows: readonly ReportRow[];
  readonly goals: readonly Goal[];
}

/** Nearer than this, the next run may say the opposite. */
const CLEAR = 1.1;

const NOTE =
  "Nanoseconds, the least of all rounds. Parsing unmasks in place, so every parse figure, ours and that of ws, includes " +
  "copying the masked chunk back.";

export function createReport(results: Results, rounds: number): Report {
  const { chosen, reason } = createCodec().selection;
  const rows = ROWS.map((row) => reportRow(row, results));
  return {
    node: process.version,
    v8: process.versions.v8,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    processors: cpus().length,
    backend: chosen,
    reason,
    rounds,
    peers: {
      bufferutil: `bufferutil 4.1.0, ${results.about.get("bufferutil") ?? ""}`,
      ws: `ws 8.23.0's receiver, ${results.about.get("ws") ?? ""}`,
    },
    note: NOTE,
    rows,
    goals: [
      goal("unmasking 1 KiB in codec memory, times the speed of bufferutil", rows, "mask/memory/1024", 3),
      goal(
        "parsing 16-125 B masked text frames, times the speed of the receiver of ws",
        rows,
        "parse/ascii/16-125",
        10,
      ),
    ],
  };
}

function figure(results: Results, contender: "wasm" | "typescript", id: string): number {
  const value = results.figures.get(contender)?.get(id);
  if (value === undefined) throw new Error(`${contender} did not measure ${id}`);
  return value;
}

function reportRow(row: Row, results: Results): ReportRow {
  const wasm = figure(results, "wasm", row.id);
  const typescript = figure(results, "typescript", row.id);
  const times = Math.max(wasm, typescript) / Math.min(wasm, typescript);
  const faster = wasm < typescript ? "wasm" : "typescript";
  const base = { ...row, wasm, typescript, winner: times < CLEAR ? ("neither" as const) : faster, times } as const;
  for (const name of ["bufferutil", "ws"] as const) {
    const nanoseconds = results.figures.get(name)?.get(row.id);
    if (nanoseconds !== undefined) return { ...base, peer: { name, nanoseconds, timesOfWasm: nanoseconds / wasm } };
  }
  return base;
}

function goal(name: string, rows: readonly ReportRow[], id: string, atLeast: number): Goal {
  const ratio = rows.find((row) => row.id === id)?.peer?.timesOfWasm;
  if (ratio === undefined) throw new Error(`no peer measured ${id}`);
  return { name, ratio, atLeast, holds: ratio >= atLeast };
}
