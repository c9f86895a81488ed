/*
 * npm run conformance:autobahn
 *
 * Drives the fuzzing client of the Autobahn test suite against the echo server, plain and with compression, compares what
 * it finds with the committed list, and leaves its reports in packages/conformance/reports/autobahn. With --accept what it
 * finds becomes the list.
 */
import { readFile, writeFile } from "node:fs/promises";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { endChildrenOnSignals } from "./children.js";
import { ECHO, echoStarter } from "./echo-server.js";
import { AutobahnError, findWstest } from "./program.js";
import { compareResults, describeReport } from "./report.js";
import { parseResults, printResults } from "./results.js";
import { runAutobahn } from "./run.js";

const expectedFile = fileURLToPath(new URL("../../autobahn/expected.json", import.meta.url));
const folder = fileURLToPath(new URL("../../reports/autobahn", import.meta.url));

/** Milliseconds. Those of compression take some minutes, and half an hour on a machine that is busy with others. */
const TIMEOUT = 120 * 60_000;

endChildrenOnSignals();
try {
  const accept = readAccept(process.argv.slice(2));
  const program = await findWstest(process.env);
  console.log(`Running ${program} against the echo server …`);
  const { results, notRun } = await runAutobahn({ program, startEcho: echoStarter(ECHO), folder, timeout: TIMEOUT });
  const surprises = compareResults(parseResults(await readFile(expectedFile, "utf8")), results);
  const words = describeReport(results, surprises, notRun);
  const report = { summary: words.split("\n"), results: Object.fromEntries(results), surprises, notRun };
  await writeFile(`${folder}/report.json`, `${JSON.stringify(report, undefined, 2)}\n`);
  console.log(words);
  const shown = relative(process.cwd(), folder);
  console.log(`Report: ${shown}/report.json; case by case: ${shown}/*/reports/index.html`);
  if (accept) await writeFile(expectedFile, printResults(results));
  else if (surprises.length > 0) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof AutobahnError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

function readAccept(args: readonly string[]): boolean {
  const unknown = args.find((arg) => arg !== "--accept");
  if (unknown !== undefined) throw new AutobahnError(`Unknown argument ${unknown}. Options: --accept.`);
  return args.length > 0;
}
