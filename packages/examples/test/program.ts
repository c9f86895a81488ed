import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished, vi } from "vitest";

/** How a program ended. */
export interface Ending {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program of this package that runs as a process of its own. It is gone when the test is over. */
export interface Program {
  readonly ended: Promise<Ending>;
  /** Resolves with the port once the program says that it listens. */
  readonly port: Promise<number>;
  readonly stdout: string;
  signal(signal: "SIGINT" | "SIGTERM" | "SIGKILL"): void;
}

export interface ProgramOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where `dist` lies. Default: this package. */
  readonly folder?: string;
}

export const packageFolder: string = fileURLToPath(new URL("../", import.meta.url));

export function startProgram(name: "echo" | "demo", options: ProgramOptions = {}): Program {
  const { args = [], env = {}, folder = packageFolder } = options;
  return startNode([join(folder, `dist/${name}/main.js`), ...args], env);
}

/** Starts Node with these arguments. */
export function startNode(args: readonly string[], env: Readonly<Record<string, string>> = {}): Program {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  let isOver = false;
  const ended = once(child, "close").then(([code]): Ending => {
    isOver = true;
    return { code, stdout, stderr };
  });
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const port = vi.waitFor(
    () => {
      const match = /:(\d+)\/[^\n]*\n/.exec(stdout);
      if (match !== null || isOver) return Number(match?.[1]);
      throw new Error(`${args[0]} does not say that it listens`);
    },
    { timeout: 30_000, interval: 20 },
  );
  // Whoever only waits for the end does not care.
  port.catch(() => undefined);
  return {
    ended,
    port,
    get stdout() {
      return stdout;
    },
    signal: (signal) => child.kill(signal),
  };
}

/** Runs a program that ends by itself. */
export const runProgram = (name: "echo" | "demo", options?: ProgramOptions): Promise<Ending> =>
  startProgram(name, options).ended;
