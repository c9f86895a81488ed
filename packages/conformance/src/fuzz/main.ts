/*
 * npm run fuzz -- --minutes 10
 *
 * Fuzzes every target, or those that --target names, each in a process of its own: the kept seeds first, then inputs drawn
 * from --seed. What the product does not stand is printed, kept as a seed, and makes the exit code 1.
 */
import { randomInt } from "node:crypto";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { readFuzzCommand, UsageError } from "./options.js";
import { fuzz } from "./run.js";
import { TARGETS } from "./targets/index.js";
import { describeCommand, describeResult, describeTotal } from "./words.js";

/** Milliseconds. An input takes some microseconds; the machine may be busy with others. */
const PATIENCE = 30_000;

try {
  const command = readFuzzCommand(process.argv.slice(2), Object.keys(TARGETS), randomInt(2 ** 31));
  const lanes = Math.min(availableParallelism(), command.names.length);
  console.log(describeCommand(command, lanes));
  const results = await fuzz({
    ...command,
    lanes,
    targets: new URL("./targets/index.js", import.meta.url).href,
    worker: new URL("./worker.js", import.meta.url),
    seedFolder: fileURLToPath(new URL("../../fuzz/seeds", import.meta.url)),
    patience: PATIENCE,
    report: (result) => console.log(describeResult(result, command.seed)),
  });
  console.log(describeTotal(results));
  if (results.some(({ failure }) => failure !== undefined)) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
