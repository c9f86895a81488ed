/*
 * The codec's bench: WebAssembly against TypeScript, with bufferutil and the receiver of ws in the same run.
 *
 *   node dist/codec/main.js            a table
 *   node dist/codec/main.js --json     one JSON object and nothing else
 *   node dist/codec/main.js --rounds 50
 */
import { parseArgs } from "node:util";
import { createReport } from "./report.js";
import { runRounds } from "./rounds.js";
import { renderTable } from "./table.js";

const { values } = parseArgs({
  options: { json: { type: "boolean", default: false }, rounds: { type: "string", default: "20" } },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
  process.stderr.write(`--rounds ${values.rounds} is not a whole number from 1 on\n`);
  process.exit(1);
}
const report = createReport(await runRounds(rounds), rounds);
process.stdout.write(values.json ? `${JSON.stringify(report, undefined, 2)}\n` : renderTable(report));
