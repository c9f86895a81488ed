import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** A processor for the server and another for the load. */
export interface Processors {
  readonly server: number;
  readonly load: number;
}

/** Two processors that programs can be given, one each; nothing where the system has no `taskset`, or only one of them. */
export function twoProcessors(): Processors | undefined {
  const [server, load] = allowedProcessors();
  if (server === undefined || load === undefined) return undefined;
  return spawnSync("taskset", ["-c", String(server), "true"]).status === 0 ? { server, load } : undefined;
}

/** The command on one processor, its own threads included: as on a machine that runs one such process per core. */
export function onProcessor(processor: number | undefined, command: readonly string[]): readonly string[] {
  return processor === undefined ? command : ["taskset", "-c", String(processor), ...command];
}

function allowedProcessors(): number[] {
  try {
    const [, list = ""] = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync("/proc/self/status", "latin1")) ?? [];
    return list.split(",").flatMap((range) => {
      const [first = 0, last = first] = range.split("-").map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
  } catch {
    return [];
  }
}
