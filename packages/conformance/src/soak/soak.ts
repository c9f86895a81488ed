import { Random } from "../fuzz/random.js";
import type { Measures } from "../subject/protocol.js";
import { startSubject } from "../subject/subject.js";
import { openIdle } from "./idle-crowd.js";
import type { Extent } from "./storm.js";
import { storm } from "./storm.js";
import { Tally } from "./tally.js";

export interface SoakOptions {
  /** At least two; with three, one is to warm up, and two can be compared. */
  readonly storms: number;
  /** How long each of them is. */
  readonly extent: Extent;
  /** Connections at a time that do something. */
  readonly connections: number;
  /** Sessions that stay open through all of it, and are asked at the end. */
  readonly idle: number;
  readonly seed: number;
  /** Options of Node for the server. */
  readonly node?: readonly string[];
  /** Told of each storm when it is over. */
  readonly stormed?: (storm: Stormed) => void;
}

/** A storm that is over, and the server after it, once every connection is gone and garbage is collected. */
export interface Stormed extends Measures {
  /** The server's resident memory during the storm, in bytes. */
  readonly curve: readonly number[];
}

export interface SoakResult {
  readonly tally: Tally;
  readonly storms: readonly Stormed[];
  /** How much larger heap and resident memory are after the last storm than after the second: 0.05 for five in a hundred. */
  readonly growth: { readonly heapUsed: number; readonly rss: number };
  /** Whatever makes it a failure, in words. */
  readonly failures: readonly string[];
}

/** Growth that is none. */
const TOLERATED = 0.05;

const KIB = 1024;

/**
 * Small budgets, so that slow readers show what is bounded by them and what is not; and pings from the first storm on, or idle
 * sessions would grow by their first one in another. The timeouts are for a machine that has a lot to do.
 */
const WEB_SOCKETS = {
  pingPeriod: "5s",
  timeout: "1m",
  channels: {
    incoming: { capacity: 64, maxBytes: 256 * KIB, onOverflow: "suspend" },
    outgoing: { capacity: 64, maxBytes: 256 * KIB, onOverflow: "suspend" },
  },
} as const;

/** Storms on a server process, and what they leave of it. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const { storms: count, connections, extent, node = [] } = options;
  const subject = await startSubject({ webSockets: WEB_SOCKETS, server: { handshakeTimeout: "1m" }, node });
  const tally = new Tally();
  const storms: Stormed[] = [];
  const failures: string[] = [];
  try {
    const idle = await openIdle(subject, options.idle);
    for (let number = 0; number < count; number++) {
      // Identical storms: what differs is only what the machine makes of them.
      const curve = await storm(subject, tally, { connections, extent, random: new Random(options.seed) });
      await subject.statusWhen(({ sessions }) => sessions === options.idle);
      const stormed = { curve, ...(await subject.measure()) };
      storms.push(stormed);
      options.stormed?.(stormed);
    }
    failures.push(...(await idle.leave()));
    await subject.idle();
    const exit = await subject.stop();
    if (exit.code !== 0 || exit.errors !== "") failures.push(`The server ended with ${exit.code}\n${exit.errors}`);
  } finally {
    await subject.kill();
  }
  const growth = growthOf(storms);
  for (const [what, by] of Object.entries(growth)) {
    if (by > TOLERATED) failures.push(`${what} grew by ${(by * 100).toFixed(1)} % between storm 2 and storm ${count}`);
  }
  const { lost } = tally.total();
  if (lost > 0) failures.push(`${lost} messages were lost`);
  failures.push(...tally.wrong);
  return { tally, storms, growth, failures };
}

function growthOf(storms: readonly Stormed[]): SoakResult["growth"] {
  const [, second] = storms;
  const last = storms.at(-1);
  if (second === undefined || last === undefined) throw new RangeError("There are fewer than two storms");
  const by = (name: "heapUsed" | "rss"): number => last[name] / second[name] - 1;
  return { heapUsed: by("heapUsed"), rss: by("rss") };
}
