import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Answer, Command, Measures, Results, Status, SubjectConfig } from "./protocol.js";

export interface SubjectOptions extends SubjectConfig {
  /** Options of Node, such as `--max-old-space-size=64`. */
  readonly node?: readonly string[];
  /** How many file descriptors it may have, both limits of them. Default: as many as the system allows. */
  readonly descriptors?: number;
}

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What it wrote to stderr. */
  readonly errors: string;
}

/** A server as a process of its own, which tells how it is and does what it is asked to. */
export class Subject {
  readonly port: number;
  readonly exit: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #asked = new Map<number, { resolve(result: never): void; reject(error: Error): void }>();
  #last = 0;

  constructor(child: ChildProcess, port: number, exit: Promise<Exit>) {
    this.#child = child;
    this.port = port;
    this.exit = exit;
    child.on("message", (answer: Answer) => this.#answered(answer));
    void exit.then(({ code, signal, errors }) => {
      const error = new Error(`The subject ended with ${code ?? signal}\n${errors}`);
      for (const { reject } of this.#asked.values()) reject(error);
      this.#asked.clear();
    });
  }

  ask<Name extends Command["do"]>(command: Extract<Command, { readonly do: Name }>): Promise<Results[Name]> {
    const to = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#asked.set(to, { resolve, reject });
      this.#child.send({ to, command }, (error) => {
        if (error !== null) reject(error);
      });
    });
  }

  status(): Promise<Status> {
    return this.ask({ do: "status" });
  }

  /** The status, once it is as described. */
  async statusWhen(holds: (status: Status) => boolean): Promise<Status> {
    for (;;) {
      const status = await this.status();
      if (holds(status)) return status;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** The status once every connection and session is gone. */
  idle(): Promise<Status> {
    return this.statusWhen(({ sessions, handles }) => sessions === 0 && handles["TCPSocketWrap"] === undefined);
  }

  measure(): Promise<Measures> {
    return this.ask({ do: "measure" });
  }

  /** Stops the server; the process then ends by itself. */
  async stop(gracePeriod = 1000, timeout = 2000): Promise<Exit> {
    await this.ask({ do: "stop", gracePeriod, timeout });
    return await this.exit;
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.exit;
  }

  #answered(answer: Answer): void {
    if (!("to" in answer)) return;
    const asked = this.#asked.get(answer.to);
    this.#asked.delete(answer.to);
    if ("failed" in answer) asked?.reject(new Error(answer.failed));
    else asked?.resolve(answer.result as never);
  }
}

const MAIN = fileURLToPath(new URL("../../dist/subject/main.js", import.meta.url));

/** Starts a subject, from the last build. Rejects when it does not come up. */
export async function startSubject({ node = [], descriptors, ...config }: SubjectOptions = {}): Promise<Subject> {
  const command = [
    process.execPath,
    "--expose-gc",
    "--disable-warning=ExperimentalWarning",
    ...node,
    MAIN,
    JSON.stringify(config),
  ];
  // Node raises the soft limit to the hard one by itself, so that both are to be set.
  const limited = ["/bin/sh", "-c", `ulimit -n ${descriptors} && exec "$@"`, "sh", ...command];
  const [program = "", ...args] = descriptors === undefined ? command : limited;
  const child = spawn(program, args, { stdio: ["ignore", "inherit", "pipe", "ipc"] });
  let errors = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  const exit = once(child, "close").then(([code, signal]): Exit => ({ code, signal, errors }));
  const [first] = (await Promise.race([
    once(child, "message"),
    exit.then(({ code }) => Promise.reject(new Error(`The subject did not start (${code})\n${errors}`))),
  ])) as [Answer];
  if (!("listening" in first)) throw new Error("The subject said something else before it listened");
  return new Subject(child, first.listening, exit);
}
