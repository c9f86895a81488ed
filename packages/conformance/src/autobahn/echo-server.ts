import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { endWithUs } from "./children.js";
import { AutobahnError } from "./program.js";

/** An echo server that runs. */
export interface EchoServer {
  readonly url: string;
  /** Ends it, and waits for its end. */
  stop(): Promise<void>;
}

/** Starts an echo server; `undefined` where it cannot have compression, which was asked for. */
export type StartEcho = (options: { readonly deflate: boolean }) => Promise<EchoServer | undefined>;

const root = fileURLToPath(new URL("../../../../", import.meta.url));

/** The echo server of the examples, as `npm run echo` starts it. */
export const ECHO: readonly string[] = [join(root, "scripts/run-built.mjs"), "packages/examples/dist/echo/main.js"];

/** Starts echo servers on free ports: a program for Node, and what comes before its options. */
export const echoStarter =
  (program: readonly string[]): StartEcho =>
  async ({ deflate }) => {
    const options = ["--host", "127.0.0.1", "--port", "0", ...(deflate ? ["--deflate"] : [])];
    const child = endWithUs(
      spawn(process.execPath, [...program, ...options], { cwd: root, stdio: ["ignore", "pipe", "pipe"] }),
    );
    let stdout = "";
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const ended = once(child, "close");
    const url = await new Promise<string | undefined>((resolve) => {
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        stdout += text;
        const found = /ws:\/\/\S+/.exec(stdout)?.[0];
        if (found !== undefined && stdout.includes("\n")) resolve(found);
      });
      void ended.then(() => resolve(undefined));
    });
    if (url !== undefined) {
      return {
        url,
        async stop() {
          child.kill("SIGTERM");
          await ended;
        },
      };
    }
    if (deflate && stderr.includes("Unknown option '--deflate'")) return undefined;
    throw new AutobahnError(`The echo server does not start: ${stderr.trim()}`);
  };
