import type { Report, ReportRow } from "./report.js";

const GROUPS: Readonly<Record<ReportRow["group"], string>> = {
  mask: "Mask or unmask in place, per call",
  utf8: "Validate UTF-8, per call",
  parse: "Parse a chunk of masked frames (headers, unmasking, UTF-8), per frame",
  encode: "Encode a whole frame, per call",
};

const NAMES = { wasm: "WASM", typescript: "TypeScript" } as const;

/** The report as text for people. */
export function renderTable(report: Report): string {
  const lines = [
    `Node ${report.node} (V8 ${report.v8}) on ${report.cpu}, ${report.processors} processors`,
    `Backend that "auto" takes here: ${report.backend}. ${report.reason}`,
    `Peers: ${report.peers.bufferutil}; ${report.peers.ws}`,
    `${report.rounds} interleaved rounds. ${report.note}`,
  ];
  for (const [group, title] of Object.entries(GROUPS)) {
    const rows = report.rows.filter((row) => row.group === group);
    lines.push("", title, line("", "WASM", "TypeScript", "faster", "peer", "peer / WASM"));
    for (const row of rows) lines.push(renderRow(row));
    lines.push(...winners(rows));
  }
  lines.push("");
  for (const goal of report.goals) {
    const verdict = goal.holds ? "holds" : "does NOT hold";
    lines.push(`${goal.name}: ${goal.ratio.toFixed(1)}, at least ${goal.atLeast}: ${verdict}`);
  }
  return `${lines.join("\n")}\n`;
}

function renderRow(row: ReportRow): string {
  const winner = row.winner === "neither" ? "even" : `${NAMES[row.winner]} ${row.times.toFixed(1)}x`;
  const peer = row.peer === undefined ? "" : `${row.peer.name} ${nanoseconds(row.peer.nanoseconds)}`;
  const ratio = row.peer === undefined ? "" : `${row.peer.timesOfWasm.toFixed(1)}x`;
  return line(row.label, nanoseconds(row.wasm), nanoseconds(row.typescript), winner, peer, ratio);
}

function line(label: string, ...cells: readonly string[]): string {
  const widths = [11, 12, 17, 21, 13];
  return `  ${label.padEnd(38)}${cells.map((cell, index) => cell.padStart(widths[index] ?? 12)).join("")}`.trimEnd();
}

function nanoseconds(value: number): string {
  return value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString("en");
}

/** Where each of the two wins, in words. */
function winners(rows: readonly ReportRow[]): string[] {
  const lines: string[] = [];
  for (const winner of ["wasm", "typescript", "neither"] as const) {
    const labels = rows.filter((row) => row.winner === winner).map((row) => row.label);
    if (labels.length === 0) continue;
    const where = labels.length === rows.length ? "everywhere" : labels.join("; ");
    lines.push(winner === "neither" ? `  Even: ${where}.` : `  ${NAMES[winner]} wins: ${where}.`);
  }
  return lines;
}
