import type { Contender, ContenderName, Mode } from "../contenders/contender.js";
import { CONTENDERS } from "../contenders/contender.js";
import { fetchPeer } from "../contenders/peers.js";
import type { Processors } from "../contenders/processors.js";
import { runLoad } from "../contenders/run-load.js";
import type { RunningServer } from "../contenders/running-server.js";
import { atRest, ContenderUnavailable, startServer } from "../contenders/running-server.js";
import { LoadFailure } from "../load/failure.js";
import type { LoadResult } from "../load/job.js";
import type { Options } from "./options.js";
import type { Timing, Workload } from "./workload.js";

/** What one contender did with one workload: for each round, the results of the workload's jobs. */
export interface Course {
  readonly contender: ContenderName;
  readonly rounds: readonly (readonly LoadResult[])[];
  /** Why there is nothing more of it. */
  readonly problem: string | undefined;
}

export interface Results {
  /** Of each workload, by its name. */
  readonly courses: ReadonlyMap<string, readonly Course[]>;
  /** What each contender says of itself. */
  readonly about: ReadonlyMap<ContenderName, string>;
  /** Why a contender took no part at all. */
  readonly missing: ReadonlyMap<ContenderName, string>;
}

export interface Surroundings {
  readonly processors: Processors | undefined;
  /** Told what is being done. */
  readonly say: (line: string) => void;
}

const VERIFYING: Timing = { warmUp: 0, seconds: 0.3, verify: true };
const MEASURING: Timing = { warmUp: 0.5, seconds: 1, verify: false };
const QUICK: Timing = { warmUp: 0.25, seconds: 0.5, verify: false };

/**
 * Measures every workload `rounds` times. Rounds are interleaved: within one, the contenders take turns, so that what slows
 * the machine down for a while slows all of them. Before the first round every contender shows that what it sends is right,
 * to the byte.
 */
export async function runRounds(options: Options, surroundings: Surroundings): Promise<Results> {
  const about = new Map<ContenderName, string>();
  const missing = new Map<ContenderName, string>();
  for (const name of options.contenders) {
    try {
      const says = await introduce(CONTENDERS[name], options.workloads, surroundings);
      if (says !== undefined) about.set(name, says);
    } catch (error) {
      if (!(error instanceof ContenderUnavailable)) throw error;
      missing.set(name, error.message);
    }
  }
  const contenders = [...about.keys()].map((name) => CONTENDERS[name]);
  const courses = new Map<string, readonly Course[]>();
  for (const workload of options.workloads) {
    const entrants = contenders.flatMap((contender) => {
      const mode = modeOf(contender, workload);
      return mode === undefined ? [] : [new Entrant(contender, workload, mode, surroundings)];
    });
    try {
      if (workload.unit !== "memory") {
        surroundings.say(`${workload.title}: verifying`);
        for (const entrant of entrants) await entrant.run(VERIFYING);
      }
      for (let round = 0; round < options.rounds; round++) {
        surroundings.say(`${workload.title}: round ${round + 1} of ${options.rounds}`);
        // Everybody is first once in a while.
        for (const entrant of rotated(entrants, round)) await entrant.run(options.quick ? QUICK : MEASURING);
      }
    } finally {
      for (const entrant of entrants) await entrant.end();
    }
    courses.set(workload.name, entrants);
  }
  return { courses, about, missing };
}

/** What a contender says of itself; nothing, if it has no part in these workloads. @throws ContenderUnavailable */
async function introduce(
  contender: Contender,
  workloads: readonly Workload[],
  { say }: Surroundings,
): Promise<string | undefined> {
  const [mode] = workloads.flatMap((workload) => modeOf(contender, workload) ?? []);
  if (mode === undefined) return undefined;
  const why = contender.peer === undefined ? undefined : await fetchPeer(contender.peer, say);
  if (why !== undefined) throw new ContenderUnavailable(why);
  const server = await startServer(contender, { mode });
  await server.end();
  return server.about;
}

function modeOf(contender: Contender, { mode, modes }: Workload): Mode | undefined {
  return modes?.[contender.name] ?? contender.mode(mode);
}

function rotated<Item>(items: readonly Item[], by: number): readonly Item[] {
  const first = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}

/** A contender on its way through a workload. */
class Entrant implements Course {
  readonly contender: ContenderName;
  readonly rounds: (readonly LoadResult[])[] = [];
  problem: string | undefined;

  readonly #contender: Contender;
  readonly #workload: Workload;
  readonly #mode: Mode;
  readonly #processors: Processors | undefined;
  #server: RunningServer | undefined;

  constructor(contender: Contender, workload: Workload, mode: Mode, { processors }: Surroundings) {
    this.contender = contender.name;
    this.#contender = contender;
    this.#workload = workload;
    this.#mode = mode;
    this.#processors = processors;
  }

  async run(timing: Timing): Promise<void> {
    if (this.problem !== undefined) return;
    try {
      const results = await this.#measure(timing);
      if (!timing.verify) this.rounds.push(results);
    } catch (error) {
      if (!(error instanceof ContenderUnavailable || error instanceof LoadFailure)) throw error;
      this.problem = error.message;
    }
    // What a process holds depends on all that it did, so memory is measured with a new one.
    if (this.#workload.unit === "memory") await this.end();
  }

  async end(): Promise<void> {
    await this.#server?.end();
    this.#server = undefined;
  }

  async #measure(timing: Timing): Promise<readonly LoadResult[]> {
    this.#server ??= await startServer(this.#contender, { mode: this.#mode, processor: this.#processors?.server });
    const results: LoadResult[] = [];
    for (const job of this.#workload.jobs(timing)) {
      results.push(await runLoad(job, this.#server, this.#processors?.load));
      await atRest(this.#server);
    }
    return results;
  }
}
