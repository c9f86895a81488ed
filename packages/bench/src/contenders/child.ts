import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import process from "node:process";

/** A process of the bench: it is told when the bench has gone, and its output is kept. */
export class Child {
  readonly process: ChildProcess;
  /** Its exit code, once it has ended and all its output is here. */
  readonly ended: Promise<number | null>;
  #stdout = "";
  #stderr = "";

  constructor(command: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const [program = "", ...args] = command;
    this.process = spawn(program, args, {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.process.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
    });
    this.process.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
    this.ended = new Promise((resolve) => {
      this.process.on("close", (code) => resolve(code));
      this.process.on("error", (error) => {
        this.#stderr += error.message;
        resolve(null);
      });
    });
  }

  get stdout(): string {
    return this.#stdout;
  }

  /** The line that says what went wrong, or what there is in its place. */
  get complaint(): string {
    const lines = this.#stderr.split("\n").filter((line) => line.trim() !== "");
    return lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1) ?? "it ended without a word";
  }

  async end(): Promise<void> {
    this.process.kill("SIGKILL");
    await this.ended;
  }
}
