import { readSeeds, seedFile, writeSeed } from "./seeds.js";
import type { Amount, InputId } from "./slice.js";
import { inputAt } from "./slice.js";
import type { TargetsModule } from "./target.js";
import { watchWorker } from "./watch.js";

export interface FuzzOptions {
  /** The address of the module that has the targets. */
  readonly targets: string;
  /** Which of them. */
  readonly names: readonly string[];
  readonly seed: number;
  /** In all; each target gets its share. */
  readonly amount: Amount;
  /** How many targets run at once. */
  readonly lanes: number;
  readonly worker: URL;
  readonly seedFolder: string;
  /** Milliseconds that one input may take. */
  readonly patience: number;
  /** Told of each target when it is done. */
  readonly report: (result: TargetResult) => void;
}

/** What came of one target. */
export interface TargetResult {
  readonly name: string;
  readonly inputs: number;
  readonly seeds: number;
  readonly milliseconds: number;
  readonly failure?: TargetFailure;
}

/** An input that the product did not stand, and the file that it is kept in from now on. */
export interface TargetFailure {
  readonly kind: "failed" | "crashed" | "hung";
  readonly id: InputId;
  readonly input: unknown;
  readonly words: string;
  readonly file: string;
}

/** Fuzzes targets, some at once, each in a process of its own. */
export async function fuzz(options: FuzzOptions): Promise<TargetResult[]> {
  const { names, lanes, report } = options;
  const waiting = [...names];
  const results: TargetResult[] = [];
  const lane = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const result = await fuzzTarget(name, shareOf(options), options);
      results.push(result);
      report(result);
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, names.length) }, lane));
  return results;
}

/** Inputs are shared out; time is, too, but lanes make more of it. */
function shareOf({ amount, names, lanes }: FuzzOptions): Amount {
  if ("inputs" in amount) return { inputs: Math.ceil(amount.inputs / names.length) };
  return { milliseconds: (amount.milliseconds * Math.min(lanes, names.length)) / names.length };
}

async function fuzzTarget(name: string, amount: Amount, options: FuzzOptions): Promise<TargetResult> {
  const { targets, seed, seedFolder, worker, patience } = options;
  const begin = performance.now();
  const ending = await watchWorker({ worker, task: { targets, name, seed, amount, seedFolder }, patience });
  const milliseconds = performance.now() - begin;
  if (ending.kind === "reported") {
    const { inputs, seeds, failure } = ending.report;
    if (failure === undefined) return { name, inputs, seeds, milliseconds };
    const found = await keep(name, failure.place, options);
    return { name, inputs, seeds, milliseconds, failure: { ...found, kind: "failed", words: failure.error } };
  }
  const { kind, place, words } = ending;
  if (place === undefined) throw new Error(`${name} ${kind} before its first input: ${words}`);
  const found = await keep(name, place, options);
  return { name, inputs: Math.max(0, place), seeds: 0, milliseconds, failure: { ...found, kind, words } };
}

/** The input at a place, drawn again since its worker may not be able to tell it, and kept as a seed unless it is one. */
async function keep(
  name: string,
  place: number,
  { targets, seed, seedFolder }: FuzzOptions,
): Promise<Pick<TargetFailure, "id" | "input" | "file">> {
  const { TARGETS } = (await import(targets)) as TargetsModule;
  const target = await TARGETS[name]?.();
  if (target === undefined) throw new Error(`There is no target ${name}`);
  const seeds = await readSeeds(seedFolder, name);
  const { id, input } = inputAt(place, { name, target, seeds, seed });
  await target.close?.();
  if ("seed" in id) return { id, input, file: seedFile(seedFolder, name, id.seed) };
  return { id, input, file: await writeSeed(seedFolder, name, `${seed}-${id.index}`, input) };
}
