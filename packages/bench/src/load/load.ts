import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { LoadFailure } from "./failure.js";

/** Load that runs until it is stopped. */
export interface Load {
  /** Sends no more, and sees that what was sent comes back, and nothing else. @throws LoadFailure */
  stop(): Promise<void>;
}

/** How long nothing at all may come back. Milliseconds. */
const PATIENCE = 10_000;
const POLL = 5;

/** Waits until nothing is outstanding. @throws LoadFailure when it does not become less any more. */
export async function drained(outstanding: () => number): Promise<void> {
  let left = outstanding();
  let end = performance.now() + PATIENCE;
  while (left > 0) {
    if (performance.now() > end) throw new LoadFailure(`${left} messages did not come back`);
    await sleep(POLL);
    const now = outstanding();
    if (now !== left) end = performance.now() + PATIENCE;
    left = now;
  }
}
