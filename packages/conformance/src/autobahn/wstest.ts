import { spawn } from "node:child_process";
import { open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { endWithUs } from "./children.js";
import { AutobahnError } from "./program.js";
import type { CaseResult } from "./results.js";
import { readResults } from "./results.js";

/** What one run of the fuzzing client does. */
export interface WstestRun {
  readonly program: string;
  /** Where its reports and its log go; an empty folder. */
  readonly folder: string;
  /** The server's address. */
  readonly url: string;
  /** Patterns such as `"9.*"`. */
  readonly cases: readonly string[];
  readonly excluded: readonly string[];
  /** Milliseconds. */
  readonly timeout: number;
}

/** The name under which the suite keeps a server's results. */
const AGENT = "sluice";

/**
 * Has the fuzzing client go through its cases. It gets its specification, and leaves its reports, in the folder that it
 * runs in: a container sees no other.
 *
 * @throws AutobahnError where it cannot be started, does not end in time or leaves no results.
 */
export async function runWstest(run: WstestRun): Promise<ReadonlyMap<string, CaseResult>> {
  const { folder, url, cases, excluded } = run;
  const specification = {
    outdir: "./reports",
    servers: [{ agent: AGENT, url }],
    cases,
    "exclude-cases": excluded,
    "exclude-agent-cases": {},
  };
  await writeFile(join(folder, "specification.json"), `${JSON.stringify(specification, undefined, 2)}\n`);
  const log = join(folder, "wstest.log");
  const ending = await runLogged(run, ["--mode", "fuzzingclient", "--spec", "specification.json"], log);
  if (ending !== undefined) throw new AutobahnError(`wstest ${ending}; its last words: ${await lastLine(log)}`);
  const index = await readFile(join(folder, "reports/index.json"), "utf8").catch(() => undefined);
  if (index === undefined) throw new AutobahnError(`wstest left no results; its last words: ${await lastLine(log)}`);
  return readResults(index, AGENT);
}

/** How the program ended, where that was not well. */
async function runLogged(
  { program, folder, timeout }: WstestRun,
  args: readonly string[],
  log: string,
): Promise<string | undefined> {
  const output = await open(log, "w");
  try {
    const child = endWithUs(spawn(program, args, { cwd: folder, stdio: ["ignore", output.fd, output.fd] }));
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
    }, timeout);
    return await new Promise<string | undefined>((resolve, reject) => {
      child.once("error", (cause) => reject(new AutobahnError(`wstest does not start: ${cause.message}`, { cause })));
      child.once("close", (code, signal) => {
        if (late) resolve(`did not end within ${timeout / 1000} s`);
        else resolve(code === 0 ? undefined : `ended with ${signal ?? `exit code ${code}`}`);
      });
    }).finally(() => clearTimeout(timer));
  } finally {
    await output.close();
  }
}

async function lastLine(file: string): Promise<string> {
  const lines = (await readFile(file, "utf8")).trim().split("\n");
  return JSON.stringify(lines.at(-1) ?? "");
}
