import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { ROWS } from "./rows.js";
import type { ContenderName, Measured, Ready } from "./work.js";
import { CONTENDERS } from "./work.js";

/** Nanoseconds per unit by work, the least of all rounds. */
export type Figures = ReadonlyMap<string, number>;

export interface Results {
  readonly figures: ReadonlyMap<ContenderName, Figures>;
  /** What each contender said of itself. */
  readonly about: ReadonlyMap<ContenderName, string>;
}

/**
 * Measures every work of every contender `rounds` times. Rounds are interleaved: within one, the contenders take turns at
 * each work, so that what slows the machine down for a while slows all of them.
 */
export async function runRounds(rounds: number): Promise<Results> {
  const threads: { name: ContenderName; worker: Worker; ids: ReadonlySet<string>; least: Map<string, number> }[] = [];
  const about = new Map<ContenderName, string>();
  // One after the other, so that none is warmed up while another takes the processor.
  for (const name of CONTENDERS) {
    const worker = new Worker(new URL("./contender.js", import.meta.url), { workerData: name });
    const [ready] = (await once(worker, "message")) as [Ready];
    about.set(name, ready.about);
    threads.push({ name, worker, ids: new Set(ready.ids), least: new Map() });
  }
  for (let round = 0; round < rounds; round++) {
    for (const row of ROWS) {
      for (const { worker, ids, least } of threads) {
        if (!ids.has(row.id)) continue;
        worker.postMessage(row.id);
        const [measured] = (await once(worker, "message")) as [Measured];
        least.set(row.id, Math.min(least.get(row.id) ?? Number.POSITIVE_INFINITY, measured.nanoseconds));
      }
    }
  }
  await Promise.all(threads.map(({ worker }) => worker.terminate()));
  return { figures: new Map(threads.map(({ name, least }) => [name, least])), about };
}
