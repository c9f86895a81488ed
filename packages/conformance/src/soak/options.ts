import { execFileSync } from "node:child_process";
import { parseArgs } from "node:util";

export interface SoakArguments {
  /** Minutes of storms in all. */
  readonly minutes: number;
  readonly connections: number;
  readonly idle: number;
  readonly seed: number;
}

/** What is wrong with the command line, in one line. */
export class UsageError extends Error {
  override readonly name: string = "UsageError";
}

/** File descriptors that a process has besides its connections. */
const OTHERS = 200;

const USAGE = "Options: --minutes NUMBER, --connections NUMBER, --idle NUMBER, --seed NUMBER.";

/** @throws UsageError for anything that is no option, or has no such value. */
export function readSoakArguments(args: readonly string[]): SoakArguments {
  const values = parse(args);
  const minutes = Number(values.minutes);
  if (!(minutes > 0 && minutes <= 10_000)) throw wrong("--minutes", values.minutes, "a number more than 0");
  const connections = whole("--connections", values.connections, 1);
  const idle = whole("--idle", values.idle, 0);
  const [needed, allowed] = [connections + idle + OTHERS, mostDescriptors()];
  if (needed > allowed) {
    throw new UsageError(`${needed} file descriptors are needed, and the system allows ${allowed} (ulimit -Hn).`);
  }
  return {
    minutes,
    connections,
    idle,
    seed: values.seed === undefined ? Date.now() % 2 ** 31 : whole("--seed", values.seed, 0),
  };
}

/** How many file descriptors a process may have. Node raises the soft limit to the hard one by itself. */
export function mostDescriptors(): number {
  const said = execFileSync("/bin/sh", ["-c", "ulimit -Hn"], { encoding: "utf8" }).trim();
  return said === "unlimited" ? Number.POSITIVE_INFINITY : Number(said);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        minutes: { type: "string", default: "3" },
        connections: { type: "string", default: "1000" },
        idle: { type: "string", default: "0" },
        seed: { type: "string" },
      },
    }).values;
  } catch (cause) {
    // Node goes on to explain how to escape a dash; the first sentence says what is wrong.
    const [sentence] = (cause as Error).message.split(/[.\n]/);
    throw new UsageError(`${sentence}. ${USAGE}`, { cause });
  }
}

function whole(option: string, value: string, least: number): number {
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= least) return number;
  throw wrong(option, value, `a whole number from ${least}`);
}

function wrong(option: string, value: string, expected: string): UsageError {
  return new UsageError(`${option} must be ${expected}, got ${JSON.stringify(value)}. ${USAGE}`);
}
