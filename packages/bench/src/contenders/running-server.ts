import { createServer } from "node:net";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import type { UsageSource } from "../load/job.js";
import type { Usage } from "../load/usage.js";
import { procTellsUsage, procUsage } from "../load/usage.js";
import { Child } from "./child.js";
import type { Contender, Mode } from "./contender.js";
import { onProcessor } from "./processors.js";

/** A contender that listens. */
export interface RunningServer {
  readonly port: number;
  /** What it says of itself. */
  readonly about: string;
  /** How a load generator is to learn what this server uses. */
  readonly usageSource: UsageSource;
  usage(): Usage | Promise<Usage>;
  end(): Promise<void>;
}

export interface ServerOptions {
  readonly mode: Mode;
  /** The only processor that it gets. */
  readonly processor?: number | undefined;
  /** Whether `/proc` tells what a process uses. Default: what this system can. */
  readonly proc?: boolean;
}

/** It does not run here. The message is why, in a line. */
export class ContenderUnavailable extends Error {
  override readonly name: string = "ContenderUnavailable";
}

/** Starts a contender and waits until it listens. @throws ContenderUnavailable */
export async function startServer(contender: Contender, options: ServerOptions): Promise<RunningServer> {
  const { mode, processor, proc = procTellsUsage } = options;
  const port = await freePort();
  const command = [...contender.command(), String(port), mode];
  const child = new Child(onProcessor(processor, command), contender.env);
  const about = await new Promise<string | undefined>((resolve) => {
    child.process.once("message", (message) => resolve((message as { about: string }).about));
    void child.ended.then(() => resolve(undefined));
  });
  const { pid } = child.process;
  if (about === undefined || pid === undefined) throw new ContenderUnavailable(child.complaint);
  return {
    port,
    about,
    usageSource: proc ? { from: "proc", pid } : { from: "parent" },
    usage: () => (proc ? procUsage(pid) : askUsage(child)),
    end: () => child.end(),
  };
}

/** A port that was free just now: not every contender can tell which one it took. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

function askUsage(child: Child): Promise<Usage> {
  return new Promise((resolve, reject) => {
    child.process.once("message", (usage) => resolve(usage as Usage));
    child.process.send("usage", (error) => {
      if (error !== null) reject(error);
    });
  });
}

/** A server that uses less than this part of a processor has nothing to do any more. */
const AT_REST = 0.02;
/** Milliseconds. */
const LOOK = 20;
const PATIENCE = 3_000;

/** Waits until the server is done with the connections that have just gone, so that it does not take time from others. */
export async function atRest(server: RunningServer): Promise<void> {
  const end = performance.now() + PATIENCE;
  let before = await server.usage();
  while (performance.now() < end) {
    await sleep(LOOK);
    const now = await server.usage();
    if (now.cpuNanoseconds - before.cpuNanoseconds < AT_REST * LOOK * 1e6) return;
    before = now;
  }
}
