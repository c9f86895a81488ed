import { performance } from "node:perf_hooks";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { LoadFailure } from "./failure.js";
import type { LoadJob, Memory, Rate } from "./job.js";
import { Latency } from "./latency.js";
import { readUsage } from "./usage.js";

/** Milliseconds that a measurement may go on, in search of a message. */
const PATIENCE = 10_000;

/** What a load counts while it runs. */
export class Gauge {
  messages = 0;
  /** Bytes of payload as they came from the server, where they are compressed. */
  wireBytes = 0;
  readonly latency: Latency = new Latency();
}

/** Watches a load that runs already: first for the warm-up, then for as long as it is measured. @throws LoadFailure */
export async function measureRate(job: LoadJob, gauge: Gauge): Promise<Rate> {
  await sleep(job.warmUp * 1000);
  const before = await readUsage(job.usage);
  // From here to the next `await` nothing else runs, so these belong to one moment.
  gauge.latency.reset();
  const { messages, wireBytes } = gauge;
  const start = performance.now();
  const own = process.cpuUsage();
  // Without a message there would be nothing to divide by.
  do await sleep(job.seconds * 1000);
  while (gauge.messages === messages && performance.now() - start < PATIENCE);
  const after = await readUsage(job.usage);
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(own);
  const count = gauge.messages - messages;
  const wire = gauge.wireBytes - wireBytes;
  if (count === 0) throw new LoadFailure(`nothing came back for ${PATIENCE} ms`);
  return {
    kind: "rate",
    messages: count,
    seconds,
    cpuSeconds: (after.cpuNanoseconds - before.cpuNanoseconds) / 1e9,
    rss: after.rss,
    p50: gauge.latency.percentile(50),
    p99: gauge.latency.percentile(99),
    generatorBusy: (user + system) / 1e6 / seconds,
    ...(job.kind === "deflate" && { compression: (count * job.size) / wire }),
  };
}

/** Does `work`, which leaves all connections open, and gives the server `seconds` to come to rest. */
export async function measureMemory(job: LoadJob, work: () => Promise<void>): Promise<Memory> {
  const before = await readUsage(job.usage);
  await work();
  await sleep(job.seconds * 1000);
  const { rss } = await readUsage(job.usage);
  return { kind: "memory", bytesPerConnection: (rss - before.rss) / job.connections, rss };
}
