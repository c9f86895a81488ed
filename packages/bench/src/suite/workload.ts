import type { ContenderName, Mode } from "../contenders/contender.js";
import type { JobFor } from "../contenders/run-load.js";

/** How long a job takes, and how closely it looks. */
export interface Timing {
  /** Seconds. */
  readonly warmUp: number;
  readonly seconds: number;
  readonly verify: boolean;
}

/** What a workload's figure is. The fewer the better, always. */
export type Unit =
  /** Microseconds of the server's processor time for each message, delivery or session. */
  | "cpu"
  /** Resident bytes for each connection. */
  | "memory"
  /** What a message takes with many connections, as a multiple of what it takes with few. */
  | "growth";

/** What ours is to reach against another. */
export interface Target {
  readonly against: ContenderName;
  /** What must hold. Of processor time, how many times less ours takes at least; of the rest, the part of theirs at most. */
  readonly floor?: number;
  readonly goal?: number;
  /** Whether it counts only if ours compresses as well. */
  readonly sameCompression?: boolean;
}

/** A row of the table. */
export interface Workload {
  /** What `--only` takes. */
  readonly name: string;
  readonly title: string;
  readonly mode: Mode;
  /** Who serves something else than the others. */
  readonly modes?: Readonly<Partial<Record<ContenderName, Mode>>>;
  readonly unit: Unit;
  /** One; for growth two, with few connections first. */
  readonly jobs: (timing: Timing) => readonly JobFor[];
  readonly targets: readonly Target[];
}

/** All workloads of a bench, and who takes part. */
export interface Suite {
  /** The script's name: `bench:server`. */
  readonly name: string;
  readonly title: string;
  readonly contenders: readonly ContenderName[];
  readonly workloads: readonly Workload[];
}

/** Whose figures everybody's are compared with. */
export const OURS: ContenderName = "sluice";

/** A ratio says how well ours does: of processor time how many times less, of the rest what part. */
export function higherIsBetter(unit: Unit): boolean {
  return unit === "cpu";
}
