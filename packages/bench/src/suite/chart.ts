import type { ContenderName } from "../contenders/contender.js";
import { CONTENDERS } from "../contenders/contender.js";
import type { Report, ReportRow } from "./report.js";
import { OURS } from "./workload.js";

/** Whom everybody is measured by. */
const REFERENCE: ContenderName = "ws-bufferutil";

/** A bar: as many times the messages for the same processor time as the reference gets through. */
interface Bar {
  readonly contender: ContenderName;
  readonly times: number;
}

interface Group {
  readonly title: string;
  readonly bars: readonly Bar[];
}

const WIDTH = 860;
const LABELS = 250;
const PLOT = 530;
const TOP = 96;
const BAR = 13;
const BAR_GAP = 3;
const GROUP_GAP = 18;
const BOTTOM = 34;

/**
 * Ours first and in colour, the others in greys and browns that stay apart without colour, too. A picture in a README follows
 * the reader's light or dark through the media query.
 */
const STYLE = `
  svg { --ink: #1f2328; --quiet: #656d76; --line: #d0d7de; --reference: #1f2328; }
  svg { --sluice: #0969da; --node: #8c959f; --uwebsockets: #57606a; --bun: #bf8700; --ws: #afb8c1; --ws-tuned: #afb8c1; }
  @media (prefers-color-scheme: dark) {
    svg { --ink: #f0f6fc; --quiet: #9198a1; --line: #3d444d; --reference: #f0f6fc; }
    svg { --sluice: #4493f8; --node: #6e7681; --uwebsockets: #9198a1; --bun: #d29922; --ws: #59636e; --ws-tuned: #59636e; }
  }
  text { font: 13px -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; fill: var(--ink); }
  .title { font-size: 17px; font-weight: 600; }
  .quiet { fill: var(--quiet); font-size: 12px; }
  .value { font-size: 11px; }
  .ours { font-weight: 600; }
  .grid { stroke: var(--line); stroke-width: 1; }
  .reference { stroke: var(--reference); stroke-width: 1.5; stroke-dasharray: 4 3; }
`;

/** The report's processor time as bars, in an SVG that stands alone. */
export function renderChart(report: Report): string {
  const groups = report.rows.flatMap((row) => groupOf(row) ?? []);
  const contenders = report.contenders.map(({ name }) => name).filter((name) => name !== REFERENCE);
  const most = Math.max(1, ...groups.flatMap(({ bars }) => bars.map(({ times }) => times)));
  const step = stepFor(most);
  const end = Math.ceil(most / step) * step;
  const x = (times: number): number => LABELS + (times / end) * PLOT;
  let y = TOP;
  const drawn = groups.map((group) => {
    const text = drawGroup(group, y, x);
    y += group.bars.length * (BAR + BAR_GAP) + GROUP_GAP;
    return text;
  });
  const bottom = y - GROUP_GAP + 6;
  const height = bottom + BOTTOM;
  const ticks = Array.from({ length: Math.round(end / step) + 1 }, (_, index) => index * step);
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
    `<title>${escaped(titleOf())}</title>`,
    `<style>${STYLE}</style>`,
    `<text class="title" x="16" y="28">${escaped(titleOf())}</text>`,
    `<text class="quiet" x="16" y="48">${escaped(`Longer is better. Node ${report.node}, ${report.cpu}, one core for the server`)}</text>`,
    ...legend(contenders),
    ...ticks.map((tick) => axisTick(tick, x(tick), bottom)),
    ...drawn,
    `<line class="reference" x1="${round(x(1))}" x2="${round(x(1))}" y1="${TOP - 8}" y2="${bottom}"/>`,
    "</svg>",
  ].join("\n")}\n`;
}

function titleOf(): string {
  return `Messages for the same CPU time, ${CONTENDERS[REFERENCE].title} = 1`;
}

/** Only processor time has a length: memory and growth are better when they are less. */
function groupOf(row: ReportRow): Group | undefined {
  const reference = row.figures.find(({ contender }) => contender === REFERENCE);
  if (row.unit !== "cpu" || reference === undefined) return undefined;
  const bars = row.figures
    .filter((figure) => figure !== reference)
    .map(({ contender, least }) => ({ contender, times: reference.least / least }));
  return bars.length === 0 ? undefined : { title: row.title, bars };
}

function drawGroup({ title, bars }: Group, top: number, x: (times: number) => number): string {
  const middle = top + (bars.length * (BAR + BAR_GAP)) / 2 + 3;
  const drawn = bars.map(({ contender, times }, index) => {
    const y = top + index * (BAR + BAR_GAP);
    const width = round(x(times) - x(0));
    const weight = contender === OURS ? "value ours" : "value";
    // The reference's line runs through no number.
    const label = round(x(Math.max(times, 1))) + 5;
    return (
      `<rect x="${LABELS}" y="${y}" width="${width}" height="${BAR}" rx="2" fill="var(--${contender})"/>` +
      `<text class="${weight}" x="${label}" y="${y + BAR - 2.5}">${times.toFixed(times < 10 ? 2 : 1)}</text>`
    );
  });
  return [`<text x="${LABELS - 12}" y="${middle}" text-anchor="end">${escaped(title)}</text>`, ...drawn].join("\n");
}

function legend(contenders: readonly ContenderName[]): string[] {
  let x = LABELS;
  const entries = contenders.map((name) => {
    const { title } = CONTENDERS[name];
    const entry =
      `<rect x="${x}" y="62" width="12" height="12" rx="2" fill="var(--${name})"/>` +
      `<text x="${x + 18}" y="72.5"${name === OURS ? ' class="ours"' : ""}>${escaped(title)}</text>`;
    x += 44 + title.length * 7;
    return entry;
  });
  const line = `<line class="reference" x1="${x}" x2="${x + 14}" y1="68" y2="68"/>`;
  return [...entries, `${line}<text x="${x + 20}" y="72.5">${escaped(CONTENDERS[REFERENCE].title)}</text>`];
}

function axisTick(tick: number, x: number, bottom: number): string {
  return (
    `<line class="grid" x1="${round(x)}" x2="${round(x)}" y1="${TOP - 8}" y2="${bottom}"/>` +
    `<text class="quiet" x="${round(x)}" y="${bottom + 18}" text-anchor="middle">${tick}×</text>`
  );
}

/** About six steps, each a round number. */
function stepFor(most: number): number {
  return [0.5, 1, 2, 5, 10, 20, 50].find((step) => most / step <= 7) ?? 100;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
