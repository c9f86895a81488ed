/*
 * One contender in a thread of its own, as in a process that uses nothing else: two codecs in one isolate would make each
 * other's call sites slower.
 */
import { parentPort, workerData } from "node:worker_threads";
import { Bench } from "tinybench";
import { bufferutilIsNative, bufferutilWorks, wsWorks } from "./peer-works.js";
import type { ContenderName, Measured, Ready, Work } from "./work.js";

/** A sample is about this long, in milliseconds: far above the timer's step, far below a scheduler's slice. */
const SAMPLE_MS = 0.1;
const SAMPLES_PER_ROUND = 15;
const NS_PER_MS = 1e6;

async function worksOf(name: ContenderName): Promise<{ about: string; works: Work[] }> {
  switch (name) {
    case "wasm":
    case "typescript":
      // Not for the peers' threads: it creates the codec.
      return { about: name, works: (await import("./codec-works.js")).codecWorks() };
    case "bufferutil":
      return { about: bufferutilIsNative() ? "native" : "JavaScript fallback", works: bufferutilWorks() };
    case "ws":
      return { about: `with bufferutil, ${bufferutilIsNative() ? "native" : "JavaScript fallback"}`, works: wsWorks() };
    default: {
      const impossible: never = name;
      throw new Error(`no contender is called ${String(impossible)}`);
    }
  }
}

/** How often a work is done in one sample. Warms it up, too. */
function calibrate(work: Work): number {
  let times = 1;
  for (;;) {
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 5; round++) {
      const start = performance.now();
      work.run(times);
      best = Math.min(best, performance.now() - start);
    }
    if (best >= SAMPLE_MS) return times;
    times = best > SAMPLE_MS / 8 ? Math.ceil((times * SAMPLE_MS * 1.1) / best) : times * 4;
  }
}

function measure(work: Work, times: number): number {
  const bench = new Bench({ iterations: SAMPLES_PER_ROUND, time: 0, warmup: false, throws: true });
  bench.add(work.id, () => work.run(times));
  const result = bench.runSync()[0]?.result;
  if (result?.state !== "completed") throw new Error(`${work.id} did not complete: ${String(result?.state)}`);
  return (result.latency.min * NS_PER_MS) / times / work.units;
}

if (parentPort !== null) {
  const port = parentPort;
  const { about, works } = await worksOf(workerData as ContenderName);
  const prepared = new Map(works.map((work) => [work.id, { work, times: calibrate(work) }]));
  port.on("message", (id: string) => {
    const entry = prepared.get(id);
    if (entry === undefined) throw new Error(`nothing is called ${id}`);
    port.postMessage({ id, nanoseconds: measure(entry.work, entry.times) } satisfies Measured);
  });
  port.postMessage({ about, ids: works.map((work) => work.id) } satisfies Ready);
}
