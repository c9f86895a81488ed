import type { Mode } from "../contenders/contender.js";
import { KIB, sizeLabel } from "../sizes.js";
import type { Suite, Target, Timing, Workload } from "../suite/workload.js";

const CONNECTIONS = 64;

/** A connection that keeps contexts takes hundreds of KiB: these are enough for a figure. */
const WITH_CONTEXTS = 300;
/**
 * One that keeps none takes less than 10 KiB, and what the process itself has grown by, some 50 MiB, has to be shared by many.
 * One of ws, which keeps contexts all the same, takes as much among these as among half of them.
 */
const WITHOUT_CONTEXTS = 4000;
/** Messages on each of them before it is quiet, so that both its contexts are full. */
const IDLE_MESSAGES = 32;

const SIZES = [64, 256, KIB, 4 * KIB, 64 * KIB] as const;
const WINDOWS = [1, 16] as const;

/** Floors and goals are for messages of these sizes. */
const JUDGED: readonly number[] = [256, KIB];

interface Setting {
  readonly mode: Mode;
  readonly name: string;
  readonly title: string;
  readonly takeover: boolean;
  /** Whether messages are to become as small as they do with ws. */
  readonly asSmall?: boolean;
  /** Floor and goal against ws with the same setting, at window 1 and 16. */
  readonly reach?: Readonly<Record<1 | 16, readonly [floor: number, goal: number]>>;
}

const SETTINGS: readonly Setting[] = [
  {
    mode: "deflate",
    name: "takeover",
    title: "takeover",
    takeover: true,
    asSmall: true,
    reach: { 1: [1.6, 2], 16: [6, 8] },
  },
  { mode: "deflate-default", name: "default", title: "the library's defaults", takeover: true },
  {
    mode: "deflate-fast",
    name: "level-1",
    title: "level 1",
    takeover: true,
    asSmall: true,
    reach: { 1: [3, 4], 16: [10, 12] },
  },
  {
    mode: "deflate-no-takeover",
    name: "no-takeover",
    title: "no takeover",
    takeover: false,
    asSmall: true,
    reach: { 1: [5, 6], 16: [10, 12] },
  },
  {
    // Not as small: the compressor that floors and goals were set with made these messages 1.4 and 2.0 times smaller.
    mode: "deflate-no-takeover-fast",
    name: "no-takeover-level-1",
    title: "no takeover, level 1",
    takeover: false,
    reach: { 1: [5, 6], 16: [10, 12] },
  },
];

function echoes({ mode, name, title, takeover, asSmall = false, reach }: Setting): Workload[] {
  return SIZES.flatMap((size) =>
    WINDOWS.map((window): Workload => {
      const targets: Target[] = [];
      if (reach !== undefined && JUDGED.includes(size)) {
        const [floor, goal] = reach[window];
        targets.push({ against: "ws-bufferutil", floor, goal, sameCompression: asSmall });
      }
      return {
        name: `${name}-${size}-w${window}`,
        title: `${title}, ${sizeLabel(size)}, ${window} in flight`,
        mode,
        unit: "cpu",
        jobs: (timing: Timing) => [{ kind: "deflate", connections: CONNECTIONS, window, size, takeover, ...timing }],
        targets,
      };
    }),
  );
}

/** After traffic, of connections for which the client leaves takeover to the server. Both rows are against ws as it is by default. */
function idle(
  name: string,
  title: string,
  mode: Mode,
  connections: number,
  [floor, goal]: readonly [number, number],
): Workload {
  const plan = { connections, messages: IDLE_MESSAGES, size: KIB, takeover: true };
  return {
    name,
    title,
    mode,
    modes: { "ws-bufferutil": "deflate" },
    unit: "memory",
    jobs: (timing) => [{ kind: "deflate-idle", ...plan, ...timing }],
    targets: [{ against: "ws-bufferutil", floor, goal }],
  };
}

export const DEFLATE_SUITE: Suite = {
  name: "bench:deflate",
  title: "Echo with permessage-deflate, JSON-like messages",
  contenders: ["sluice", "ws-bufferutil", "ws-tuned", "uwebsockets", "bun"],
  workloads: [
    ...SETTINGS.flatMap(echoes),
    idle("idle-takeover", "idle after traffic, takeover", "deflate-default", WITH_CONTEXTS, [0.8, 0.5]),
    idle("idle-no-takeover", "idle after traffic, no takeover", "deflate-no-takeover", WITHOUT_CONTEXTS, [0.1, 0.05]),
  ],
};
