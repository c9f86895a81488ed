import type { ChildProcess } from "node:child_process";
import { fork } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readProgress } from "./progress.js";
import type { WorkerReport, WorkerTask } from "./worker.js";

/** How a worker ended. `place` is where it was, as `runSlice` counts, and `undefined` before its first input. */
export type WorkerEnding =
  | { readonly kind: "reported"; readonly report: WorkerReport }
  | { readonly kind: "crashed" | "hung"; readonly place: number | undefined; readonly words: string };

export interface WatchOptions {
  /** The program of workers. */
  readonly worker: URL;
  readonly task: Omit<WorkerTask, "progressFile">;
  /** Milliseconds that one input may take. */
  readonly patience: number;
}

/** The heap that a worker gets, in MiB: who needs more for inputs of some kilobytes has a leak. */
const HEAP = 512;

/** Milliseconds until the first input at most, while a process starts and loads its target. */
const LOADING = 60_000;

/** Milliseconds between two looks at where a worker is, at most. */
const LOOK = 500;

/** Runs a worker to its end: until it reports, crashes, or is at one input for too long. */
export async function watchWorker({ worker, task, patience }: WatchOptions): Promise<WorkerEnding> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-fuzz-"));
  const progressFile = join(folder, "progress");
  try {
    await writeFile(progressFile, "");
    return await endingOf(worker, { ...task, progressFile }, patience);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function endingOf(worker: URL, task: WorkerTask, patience: number): Promise<WorkerEnding> {
  const child = fork(worker, {
    execArgv: [`--max-old-space-size=${HEAP}`],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const words = lastWords(child);
  let report: WorkerReport | undefined;
  let hung = false;
  const watch = watchProgress(task.progressFile, patience, () => {
    hung = true;
    child.kill("SIGKILL");
  });
  child.on("message", (message: WorkerReport) => {
    report = message;
  });
  child.send(task);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      clearInterval(watch);
      const place = readProgress(task.progressFile);
      if (hung) resolve({ kind: "hung", place, words: `nothing for ${patience} ms` });
      else if (report !== undefined) resolve({ kind: "reported", report });
      else resolve({ kind: "crashed", place, words: `${signal ?? `exit code ${code}`}\n${words()}` });
    });
  });
}

/** Calls `hung` once the place has stayed the same for too long. */
function watchProgress(file: string, patience: number, hung: () => void): NodeJS.Timeout {
  let place = readProgress(file);
  let since = performance.now();
  const look = setInterval(
    () => {
      const now = readProgress(file);
      if (now !== place) {
        place = now;
        since = performance.now();
      } else if (performance.now() - since > (place === undefined ? Math.max(LOADING, patience) : patience)) {
        clearInterval(look);
        hung();
      }
    },
    Math.min(LOOK, patience / 4),
  );
  return look;
}

/** The end of what a process says on stderr: what Node tells of an error that nobody caught. */
function lastWords(child: ChildProcess): () => string {
  let words = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    words = `${words}${text}`.slice(-2_000);
  });
  return () => words;
}
