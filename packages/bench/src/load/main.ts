/*
 * The load generator: a process of its own, raw TCP, one job.
 *
 *   node dist/load/main.js '{"kind":"echo","port":9001,"connections":64,"window":16,"size":128,"text":false,
 *     "warmUp":0.5,"seconds":2,"verify":false,"usage":{"from":"proc","pid":1234}}'
 *
 * The result is one JSON object on standard output. `job.ts` has all jobs.
 */
import process from "node:process";
import { LoadFailure } from "./failure.js";
import type { LoadJob } from "./job.js";
import { runJob } from "./run-job.js";

// Whoever asked for the load has gone.
process.on("disconnect", () => process.exit(1));
try {
  const result = await runJob(JSON.parse(process.argv[2] ?? "") as LoadJob);
  process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit());
} catch (error) {
  if (!(error instanceof LoadFailure)) throw error;
  process.stderr.write(`${error.message}\n`, () => process.exit(1));
}
