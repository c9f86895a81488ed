/*
 * Compressed echo. Takes the options of the bench of whole servers; `packages/bench/README.md` says what is measured.
 *
 *   node dist/deflate/main.js --quick --only takeover-256-w16
 */
import process from "node:process";
import { runSuite } from "../suite/run.js";
import { DEFLATE_SUITE } from "./workloads.js";

await runSuite(DEFLATE_SUITE, process.argv.slice(2));
