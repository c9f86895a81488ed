import { parseArgs } from "node:util";
import type { Amount } from "./slice.js";

/** What the command is to do. */
export interface FuzzCommand {
  readonly amount: Amount;
  /** Those of all names that were asked for; all where none was. */
  readonly names: readonly string[];
  readonly seed: number;
}

/** Something in the command that its user can put right: its message is one line. */
export class UsageError extends Error {
  override readonly name: string = "UsageError";
}

const USAGE = "Options: --minutes NUMBER or --inputs NUMBER, --target NAME (more than once for several), --seed NUMBER";

/** Reads `--minutes` or `--inputs` (default one minute), `--target` and `--seed`. @throws UsageError for anything else. */
export function readFuzzCommand(args: readonly string[], all: readonly string[], anySeed: number): FuzzCommand {
  const { minutes, inputs, target = [...all], seed } = parse(args);
  if (minutes !== undefined && inputs !== undefined)
    throw new UsageError(`--minutes and --inputs exclude each other. ${USAGE}.`);
  const unknown = target.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new UsageError(`There is no target ${unknown}, only ${all.join(", ")}.`);
  return {
    amount:
      inputs === undefined
        ? { milliseconds: 60_000 * readNumber("--minutes", minutes ?? "1", /^\d{1,5}(?:\.\d{1,3})?$/, 0.001) }
        : { inputs: readNumber("--inputs", inputs, /^\d{1,12}$/, 1) },
    names: [...new Set(target)],
    seed: seed === undefined ? anySeed : readNumber("--seed", seed, /^\d{1,10}$/, 0),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        minutes: { type: "string" },
        inputs: { type: "string" },
        target: { type: "string", multiple: true },
        seed: { type: "string" },
      },
    }).values;
  } catch (cause) {
    const [sentence] = (cause as Error).message.split(/[.\n]/);
    throw new UsageError(`${sentence}. ${USAGE}.`, { cause });
  }
}

function readNumber(option: string, text: string, form: RegExp, least: number): number {
  const number = form.test(text) ? Number(text) : Number.NaN;
  if (number >= least) return number;
  throw new UsageError(`${option} must be a number from ${least} on, got ${JSON.stringify(text)}.`);
}
