/*
 * Connections of every kind on a server process, good ones and bad ones, for as long as is asked for:
 *
 *   node dist/soak/main.js --minutes 3 --connections 1000
 *   node dist/soak/main.js --minutes 1 --connections 1000 --idle 10000
 *
 * Prints what was tried, what was lost and what memory it took, and ends with 1 where a message was lost, the server did what
 * it must not, or memory grew.
 */
import { readSoakArguments, UsageError } from "./options.js";
import { describeGrowth, describeStorm, describeTally } from "./report.js";
import { soak } from "./soak.js";

try {
  const { minutes, connections, idle, seed } = readSoakArguments(process.argv.slice(2));
  console.log(`${minutes} min, ${connections} connections at a time, ${idle} idle ones beside them, seed ${seed}`);
  // Of a minute at most, and at least three.
  const count = Math.max(3, Math.ceil(minutes));
  let storms = 0;
  const result = await soak({
    storms: count,
    extent: { duration: (minutes * 60_000) / count },
    connections,
    idle,
    seed,
    stormed: (storm) => console.log(describeStorm(++storms, storm)),
  });
  console.log(`${describeTally(result.tally)}\n${describeGrowth(result)}`);
  for (const failure of result.failures) console.error(`FAILED: ${failure}`);
  process.exitCode = result.failures.length === 0 ? 0 : 1;
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
