/*
 * Whole servers against each other. `packages/bench/README.md` says what is measured, and how.
 *
 *   node dist/server/main.js                              tables
 *   node dist/server/main.js --json                       one JSON object on standard output
 *   node dist/server/main.js --quick --only 16-w16,idle   short rounds, of two workloads
 *   node dist/server/main.js --rounds 20 --servers sluice,ws-bufferutil
 *   node dist/server/main.js --svg servers.svg            a chart, too
 */
import process from "node:process";
import { runSuite } from "../suite/run.js";
import { SERVER_SUITE } from "./workloads.js";

await runSuite(SERVER_SUITE, process.argv.slice(2));
