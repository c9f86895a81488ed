import type { Connection } from "./connection.js";
import { openConnections } from "./connection.js";
import { deflateTraffic, startDeflateEcho } from "./deflate-echo.js";
import { offer } from "./deflate-terms.js";
import { startEcho } from "./echo.js";
import type { LoadFailure } from "./failure.js";
import { startFlow } from "./flow.js";
import { startHandshakes } from "./handshake.js";
import type { LoadJob, LoadResult } from "./job.js";
import type { Load } from "./load.js";
import { Gauge, measureMemory, measureRate } from "./measure.js";

/** Runs the load that `job` describes. All connections are gone afterwards. @throws LoadFailure */
export async function runJob(job: LoadJob): Promise<LoadResult> {
  const gauge = new Gauge();
  const opened: Connection[] = [];
  try {
    return await new Promise<LoadResult>((resolve, reject) => {
      run(job, gauge, opened, reject).then(resolve, reject);
    });
  } finally {
    for (const connection of opened) connection.close();
  }
}

async function run(
  job: LoadJob,
  gauge: Gauge,
  opened: Connection[],
  failed: (failure: LoadFailure) => void,
): Promise<LoadResult> {
  const open = async (extensions?: string): Promise<readonly Connection[]> => {
    await openConnections(job.connections, { port: job.port, extensions, failed }, opened);
    return opened;
  };
  switch (job.kind) {
    case "echo":
      return await measured(job, gauge, startEcho(await open(), job, gauge));
    case "flow":
      return await measured(job, gauge, await startFlow(await open(), job, gauge));
    case "handshake":
      return await measured(job, gauge, startHandshakes(job, failed, gauge));
    case "deflate":
      return await measured(job, gauge, startDeflateEcho(await open(offer(job)), job, gauge));
    case "idle":
      return await measureMemory(job, async () => {
        await open();
      });
    case "deflate-idle":
      return await measureMemory(job, async () => deflateTraffic(await open(offer(job)), job, gauge));
    default: {
      const impossible: never = job;
      throw new TypeError(`no such job: ${JSON.stringify(impossible)}`);
    }
  }
}

async function measured(job: LoadJob, gauge: Gauge, load: Load): Promise<LoadResult> {
  const rate = await measureRate(job, gauge);
  await load.stop();
  return rate;
}
