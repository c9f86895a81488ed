import { spawn } from "node:child_process";
import { rootManifest } from "./repository.js";

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * The environment without what the npm, npx or pnpm that started these tests put into it: its settings would speak for
 * the wrong project.
 */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const kept = new Set(["npm_config_registry", "npm_config_cache"]);
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => kept.has(name) || !/^(npm|pnpm|turbo|vitest)_|^INIT_CWD$/i.test(name),
    ),
  );
}

/** Runs a program to its end and hands back what it said, whatever its exit code. */
export function attempt(program: string, args: readonly string[], cwd: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: plainEnvironment(), stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** Runs a program that must succeed. */
export async function run(program: string, args: readonly string[], cwd: string): Promise<Outcome> {
  const outcome = await attempt(program, args, cwd);
  if (outcome.code !== 0) {
    throw new Error(
      `${program} ${args.join(" ")} in ${cwd} ended with ${outcome.code}\n${outcome.stdout}\n${outcome.stderr}`,
    );
  }
  return outcome;
}

/**
 * Runs pnpm, which need not be on the PATH: the one that runs this script, where there is one, else the version that
 * the repository names.
 */
export function pnpm(args: readonly string[], cwd: string): Promise<Outcome> {
  const parent = process.env["npm_execpath"];
  return parent !== undefined && /pnpm\.[cm]?js$/.test(parent)
    ? run(process.execPath, [parent, ...args], cwd)
    : run("npx", ["--yes", rootManifest.packageManager ?? "pnpm", ...args], cwd);
}
