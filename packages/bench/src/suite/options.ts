import { parseArgs } from "node:util";
import type { ContenderName } from "../contenders/contender.js";
import type { Suite, Workload } from "./workload.js";

/** What the command line asks for. */
export interface Options {
  readonly json: boolean;
  readonly quick: boolean;
  readonly rounds: number;
  readonly workloads: readonly Workload[];
  readonly contenders: readonly ContenderName[];
  /** The file that a chart is written to. */
  readonly svg: string | undefined;
}

/** Something that whoever started the program can put right: its message is one line, and no stack would help. */
export class Problem extends Error {
  override readonly name: string = "Problem";
}

const ROUNDS = 5;
const QUICK_ROUNDS = 3;

/** @throws Problem for anything that the suite does not have. */
export function readOptions(suite: Suite, args: readonly string[]): Options {
  const values = parse(args);
  const rounds = values.rounds ?? String(values.quick ? QUICK_ROUNDS : ROUNDS);
  if (!/^[1-9]\d{0,3}$/.test(rounds)) {
    throw new Problem(`--rounds must be a whole number from 1 to 9999, got ${JSON.stringify(rounds)}.`);
  }
  if (values.svg === "") throw new Problem("--svg must name a file, got nothing.");
  const names = suite.workloads.map(({ name }) => name);
  const only = chosen("--only", values.only, names);
  return {
    json: values.json,
    quick: values.quick,
    rounds: Number(rounds),
    workloads: suite.workloads.filter(({ name }) => only.includes(name)),
    contenders: chosen("--servers", values.servers, suite.contenders),
    svg: values.svg,
  };
}

/** Those of `all` that a list with commas names, in the order of `all`; without a list, all of them. */
function chosen<Name extends string>(option: string, lists: readonly string[], all: readonly Name[]): readonly Name[] {
  const named = lists.flatMap((list) => list.split(","));
  const unknown = named.find((name) => !all.some((each) => each === name));
  if (unknown !== undefined) {
    throw new Problem(`${option} has no ${JSON.stringify(unknown)}. There are: ${all.join(", ")}.`);
  }
  return named.length === 0 ? all : all.filter((each) => named.includes(each));
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        json: { type: "boolean", default: false },
        quick: { type: "boolean", default: false },
        rounds: { type: "string" },
        only: { type: "string", multiple: true, default: [] },
        servers: { type: "string", multiple: true, default: [] },
        svg: { type: "string" },
      },
    }).values;
  } catch (cause) {
    // Node goes on to explain how to escape a dash; the first sentence says what is wrong.
    const [sentence] = (cause as Error).message.split(/[.\n]/);
    const known = "--json, --quick, --rounds NUMBER, --only WORKLOAD, --servers LIST, --svg FILE";
    throw new Problem(`${sentence}. Options: ${known}.`, { cause });
  }
}
