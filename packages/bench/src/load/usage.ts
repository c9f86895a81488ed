import { existsSync, readdirSync, readFileSync } from "node:fs";
import process from "node:process";
import type { UsageSource } from "./job.js";

/** What a process has used so far. */
export interface Usage {
  readonly cpuNanoseconds: number;
  /** Bytes of memory that are resident now. */
  readonly rss: number;
}

/** Whether the kernel tells of every thread's time in nanoseconds. `process.cpuUsage()` asks for less and works anywhere. */
export const procTellsUsage: boolean =
  existsSync("/proc/self/schedstat") && Number.parseInt(readFileSync("/proc/self/schedstat", "latin1"), 10) > 0;

/** @throws Error when there is no such process. */
export function procUsage(pid: number): Usage {
  let cpuNanoseconds = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      cpuNanoseconds += Number.parseInt(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "latin1"), 10);
    } catch {
      // A thread that has ended since the folder was listed.
    }
  }
  const [, kibibytes = "0"] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1")) ?? [];
  return { cpuNanoseconds, rss: Number(kibibytes) * 1024 };
}

/** Reads the server's usage, at once where that is possible. */
export function readUsage(source: UsageSource): Usage | Promise<Usage> {
  return source.from === "proc" ? procUsage(source.pid) : askParent();
}

function askParent(): Promise<Usage> {
  return new Promise((resolve, reject) => {
    if (process.send === undefined) return reject(new Error("nobody to ask what the server uses"));
    process.once("message", (usage) => resolve(usage as Usage));
    process.send({ ask: "usage" });
  });
}
