import { expect, test } from "vitest";
import { mostDescriptors } from "../../src/soak/options.js";
import { describeGrowth, describeStorm, describeTally } from "../../src/soak/report.js";
import type { SoakOptions, SoakResult } from "../../src/soak/soak.js";
import { soak } from "../../src/soak/soak.js";

/** Optimized code comes and goes with what the machine is at, and would be taken for growth of a small heap. */
const STEADY = ["--no-opt"];

/** Soaks, and prints the figures. */
async function soaked(options: Omit<SoakOptions, "seed">): Promise<SoakResult> {
  const result = await soak({ ...options, seed: 1 });
  for (const [index, storm] of result.storms.entries()) console.log(describeStorm(index + 1, storm));
  console.log(`${describeTally(result.tally)}\n${describeGrowth(result)}`);
  return result;
}

test("what is acknowledged is not lost, and the third storm leaves no more than the second", {
  timeout: 120_000,
}, async () => {
  const { failures, tally, growth } = await soaked({
    storms: 3,
    extent: { lives: 700 },
    connections: 100,
    idle: 0,
    node: STEADY,
  });
  expect(failures).toEqual([]);
  expect(growth.heapUsed).toBeLessThan(0.05);
  expect(growth.rss).toBeLessThan(0.05);
  for (const [kind, { acknowledged, lost }] of tally.kinds)
    expect([kind, acknowledged > 0, lost]).toEqual([kind, true, 0]);
});

test("ten thousand idle sessions and a thousand busy ones are no matter for a process", {
  timeout: 300_000,
}, async () => {
  const connections = 1000;
  const idle = Math.min(10_000, mostDescriptors() - connections - 500);
  if (idle < 10_000)
    console.log(`Only ${idle} idle sessions: the system allows no more file descriptors (ulimit -Hn).`);
  const { failures, tally } = await soaked({ storms: 2, extent: { lives: 1500 }, connections, idle });
  expect(failures).toEqual([]);
  expect(tally.total().lost).toBe(0);
});
