import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { Address } from "../../src/peer.js";

const CROWD = fileURLToPath(new URL("../../dist/subject/crowd.js", import.meta.url));

/** A process whose peers have their sessions open. It is gone when the test is over. */
export interface Crowd {
  signal(signal: "SIGKILL" | "SIGSTOP"): void;
}

export async function startCrowd({ port }: Address, path: string, count: number): Promise<Crowd> {
  const child = fork(CROWD, [`${port}`, path, `${count}`]);
  onTestFinished(async () => {
    // A process that is stopped cannot be killed in any other way.
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  });
  await Promise.race([
    once(child, "message"),
    once(child, "exit").then(([code]) => Promise.reject(new Error(`The crowd ended with ${code}`))),
  ]);
  return { signal: (signal) => void child.kill(signal) };
}
