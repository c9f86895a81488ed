import { writeFileSync } from "node:fs";
import process from "node:process";
import { twoProcessors } from "../contenders/processors.js";
import { renderChart } from "./chart.js";
import { Problem, readOptions } from "./options.js";
import type { Report } from "./report.js";
import { createReport } from "./report.js";
import { runRounds } from "./rounds.js";
import { renderTable } from "./table.js";
import type { Suite } from "./workload.js";
import { OURS } from "./workload.js";

/**
 * Runs a suite as its command line says. The result goes to standard output, everything else to standard error. The exit
 * code is 1 when Sluice did not do its work, and not when it is slow.
 */
export async function runSuite(suite: Suite, args: readonly string[]): Promise<void> {
  try {
    const options = readOptions(suite, args);
    const processors = twoProcessors();
    const say = (line: string): void => void process.stderr.write(`${line}\n`);
    const report = createReport(suite, options, await runRounds(options, { processors, say }), processors);
    if (options.svg !== undefined) writeFileSync(options.svg, renderChart(report));
    process.stdout.write(options.json ? `${JSON.stringify(report, undefined, 2)}\n` : renderTable(report));
    if (failed(report)) process.exitCode = 1;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

function failed({ missing, rows }: Report): boolean {
  return (
    missing.some(({ name }) => name === OURS) ||
    rows.some(({ problems }) => problems.some(({ contender }) => contender === OURS))
  );
}
