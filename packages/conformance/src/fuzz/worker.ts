/*
 * One target in a process of its own, so that a hang can be ended, and a crash of the engine or of a native library ends
 * nothing else. What it is to do comes in one message, and what came of it goes back in one.
 */
import { ProgressWriter } from "./progress.js";
import { readSeeds } from "./seeds.js";
import type { Amount } from "./slice.js";
import { runSlice } from "./slice.js";
import type { TargetsModule } from "./target.js";

export interface WorkerTask {
  /** The address of the module that has the targets. */
  readonly targets: string;
  readonly name: string;
  readonly seed: number;
  readonly amount: Amount;
  readonly seedFolder: string;
  readonly progressFile: string;
}

export interface WorkerReport {
  readonly inputs: number;
  readonly seeds: number;
  /** `error` is a stack, or what else was thrown. */
  readonly failure?: { readonly place: number; readonly error: string };
}

process.once("message", (task: WorkerTask) => {
  // Rejections end the process like anything else that nobody catches: its parent sees both as a crash.
  void work(task).then((report) => process.send?.(report, () => process.disconnect()));
});

// The parent is gone, and nobody waits for a report.
process.once("disconnect", () => process.exit());

async function work(task: WorkerTask): Promise<WorkerReport> {
  const { name, seed, amount } = task;
  const { TARGETS } = (await import(task.targets)) as TargetsModule;
  const create = TARGETS[name];
  if (create === undefined) throw new Error(`There is no target ${name}`);
  const target = await create();
  const seeds = await readSeeds(task.seedFolder, name);
  const progress = new ProgressWriter(task.progressFile);
  const enter = (place: number): void => progress.enter(place);
  const { inputs, seeds: replayed, failure } = await runSlice({ name, target, seeds, seed, amount, enter });
  progress.close();
  await target.close?.();
  if (failure === undefined) return { inputs, seeds: replayed };
  const { place, error } = failure;
  const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { inputs, seeds: replayed, failure: { place, error: words } };
}
