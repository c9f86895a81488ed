import { fileURLToPath } from "node:url";
import { LoadFailure } from "../load/failure.js";
import type { LoadJob, LoadResult } from "../load/job.js";
import { Child } from "./child.js";
import { onProcessor } from "./processors.js";
import type { RunningServer } from "./running-server.js";

/** A job before it is known which server it goes to. */
export type JobFor<Job extends LoadJob = LoadJob> = Job extends LoadJob ? Omit<Job, "port" | "usage"> : never;

/** The program as it is built: the load comes from a process of its own. */
const GENERATOR = fileURLToPath(new URL("../../dist/load/main.js", import.meta.url));

/** Puts load on a server, and waits for the result. @throws LoadFailure */
export async function runLoad(job: JobFor, server: RunningServer, processor?: number): Promise<LoadResult> {
  const whole = { ...job, port: server.port, usage: server.usageSource } as LoadJob;
  const child = new Child(onProcessor(processor, [process.execPath, GENERATOR, JSON.stringify(whole)]));
  // Without /proc the generator asks here, and only the server itself can tell.
  child.process.on("message", () => {
    void Promise.resolve(server.usage()).then((usage) => child.process.send(usage));
  });
  try {
    if ((await child.ended) !== 0) throw new LoadFailure(child.complaint);
    return JSON.parse(child.stdout) as LoadResult;
  } finally {
    await child.end();
  }
}
