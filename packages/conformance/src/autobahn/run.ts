import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { StartEcho } from "./echo-server.js";
import type { CaseResult, Results } from "./results.js";
import { runWstest } from "./wstest.js";

export interface AutobahnOptions {
  /** The program `wstest`. */
  readonly program: string;
  readonly startEcho: StartEcho;
  /** Where reports go: a folder for each group. What was there is gone. */
  readonly folder: string;
  /** Milliseconds that a group of cases may take. */
  readonly timeout: number;
}

/** Cases that run against one server. */
interface Group {
  readonly name: string;
  readonly deflate: boolean;
  readonly cases: readonly string[];
  readonly excluded: readonly string[];
}

/** Cases of compression. A server without it would be marked UNIMPLEMENTED in each of them. */
const COMPRESSION = ["12.*", "13.*"];

const GROUPS: readonly Group[] = [
  { name: "plain", deflate: false, cases: ["*"], excluded: COMPRESSION },
  { name: "deflate", deflate: true, cases: COMPRESSION, excluded: [] },
];

/** What came of all groups. */
export interface AutobahnOutcome {
  readonly results: Results;
  /** Groups that could not run, and why, a sentence each. */
  readonly notRun: readonly string[];
}

/** Drives the suite's fuzzing client through all its cases, each group against an echo server of its own. */
export async function runAutobahn(options: AutobahnOptions): Promise<AutobahnOutcome> {
  const results = new Map<string, CaseResult>();
  const notRun: string[] = [];
  await rm(options.folder, { recursive: true, force: true });
  for (const group of GROUPS) {
    const found = await runGroup(group, options);
    if (found === undefined)
      notRun.push(`${group.cases.join(" and ")} were not run: the echo server has no --deflate.`);
    else for (const [number, result] of found) results.set(number, result);
  }
  return { results, notRun };
}

async function runGroup(
  { name, deflate, cases, excluded }: Group,
  { program, startEcho, folder, timeout }: AutobahnOptions,
): Promise<Results | undefined> {
  const server = await startEcho({ deflate });
  if (server === undefined) return undefined;
  try {
    const own = join(folder, name);
    await mkdir(own, { recursive: true });
    return await runWstest({ program, folder: own, url: server.url, cases, excluded, timeout });
  } finally {
    await server.stop();
  }
}
