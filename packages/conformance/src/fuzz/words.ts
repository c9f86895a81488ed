import { relative } from "node:path";
import type { FuzzCommand } from "./options.js";
import type { TargetResult } from "./run.js";
import { printInput } from "./seeds.js";

const WHAT = { failed: "broke its word", crashed: "crashed", hung: "hung" } as const;

/** The longest input that is printed whole, in characters; its file has all of it. */
const LONGEST = 4_000;

/** One line for a target; more where it found something. */
export function describeResult(result: TargetResult, seed: number): string {
  const { name, inputs, seeds, milliseconds, failure } = result;
  const line = `${name.padEnd(18)} ${count(inputs).padStart(12)} inputs  ${count(seeds).padStart(4)} seeds  ${seconds(milliseconds)}`;
  if (failure === undefined) return line;
  const { kind, id, input, words, file } = failure;
  const which = "seed" in id ? `seed ${id.seed}` : `input ${count(id.index)} of --seed ${seed}`;
  const printed = printInput(input);
  const shown = printed.length > LONGEST ? `${printed.slice(0, LONGEST)} …` : printed;
  return [
    line,
    `${name} ${WHAT[kind]} at ${which}: ${words.trim()}`,
    shown,
    `Kept in ${relative(process.cwd(), file)}`,
  ].join("\n");
}

/** What comes first: how to have the same again. */
export function describeCommand({ amount, names, seed }: FuzzCommand, lanes: number): string {
  const much = "inputs" in amount ? `${count(amount.inputs)} inputs` : `${amount.milliseconds / 60_000} min`;
  return `${names.length} targets, ${lanes} at a time, ${much}, --seed ${seed}`;
}

/** What comes last: all targets together. */
export function describeTotal(results: readonly TargetResult[]): string {
  const inputs = results.reduce((sum, result) => sum + result.inputs, 0);
  const seeds = results.reduce((sum, result) => sum + result.seeds, 0);
  const failures = results.filter(({ failure }) => failure !== undefined);
  const found =
    failures.length === 0
      ? "no crash, no hang, no byte out of bounds, no difference"
      : `${failures.map(({ name }) => name).join(", ")} failed`;
  return `${count(inputs)} inputs and ${count(seeds)} seeds: ${found}`;
}

function count(number: number): string {
  return number.toLocaleString("en");
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1).padStart(7)} s`;
}
