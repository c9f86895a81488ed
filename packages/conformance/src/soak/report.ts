import type { SoakResult, Stormed } from "./soak.js";
import type { Tally } from "./tally.js";

const BARS = "▁▂▃▄▅▆▇█";
const MIB = 1024 * 1024;

/** Columns of a curve. */
const WIDTH = 60;

function mib(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`;
}

/** One storm in a line, and its curve in another. */
export function describeStorm(number: number, { curve, heapUsed, rss, external, objects }: Stormed): string {
  const after = `heap ${mib(heapUsed)}, external ${mib(external)}, RSS ${mib(rss)}, ${objects} objects`;
  return `storm ${number}: ${after}\n  RSS to ${mib(Math.max(...curve))} ${drawn(curve)}`;
}

/** A curve as bars from its least value to its most. */
function drawn(curve: readonly number[]): string {
  const columns = Math.min(WIDTH, curve.length);
  const least = Math.min(...curve);
  const range = Math.max(...curve) - least || 1;
  let bars = "";
  for (let column = 0; column < columns; column++) {
    const value = curve[Math.floor((column * curve.length) / columns)] ?? least;
    bars += BARS[Math.min(BARS.length - 1, Math.floor(((value - least) / range) * BARS.length))];
  }
  return bars;
}

/** What was tried, and what came of it. */
export function describeTally(tally: Tally): string {
  const rows = [...tally.kinds, ["all", tally.total()] as const];
  const lines = rows.map(([kind, { lives, tried, acknowledged, lost }]) =>
    [kind.padEnd(15), ...[lives, tried, acknowledged, lost].map((count) => `${count}`.padStart(13))].join(""),
  );
  const head = [
    "kind".padEnd(15),
    ...["connections", "tried", "acknowledged", "lost"].map((name) => name.padStart(13)),
  ];
  return [head.join(""), ...lines].join("\n");
}

export function describeGrowth({ storms, growth }: SoakResult): string {
  if (storms.length < 3) return "Two storms are too few to tell growth.";
  const percent = (by: number): string => `${by >= 0 ? "+" : ""}${(by * 100).toFixed(1)} %`;
  return `from storm 2 to storm ${storms.length}: heap ${percent(growth.heapUsed)}, RSS ${percent(growth.rss)}`;
}
