import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { Client } from "./client.js";

const file = (name: string): string => fileURLToPath(new URL(`../servers/${name}.mjs`, import.meta.url));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Runs a server as from a shell: nobody is there to ask it anything. */
function run(name: string, ...args: readonly string[]) {
  const child = spawn(process.execPath, [file(name), ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "close");
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  child.stdout.setEncoding("utf8");
  child.stderr.setEncoding("utf8");
  return { child, ended };
}

describe.each(["sluice", "ws", "node"])("servers/%s.mjs", (name) => {
  it("prints ready, and then takes any load", async () => {
    const port = await freePort();
    const { child } = run(name, String(port));
    const [line] = await once(child.stdout, "data");
    expect(line).toBe("ready\n");
    const client = await Client.connect(port);
    expect(await client.ask("hello")).toBe("hello");
  });

  it.each([
    [[], /^Usage: \w+ PORT \[echo\|flow.*\]\n$/],
    [["port"], /^Usage: \w+ PORT/],
    [["9001", "backwards"], /^\w+ has no mode backwards\n$/],
  ])("refuses %j in one line", async (args, line) => {
    const { child, ended } = run(name, ...args);
    const [[text], [code]] = await Promise.all([once(child.stderr, "data"), ended]);
    expect(text).toMatch(line);
    expect(code).toBe(1);
  });
});

it("servers/bun.mjs says that it is for Bun", async () => {
  const { child, ended } = run("bun", "9001");
  const [[text], [code]] = await Promise.all([once(child.stderr, "data"), ended]);
  expect({ text, code }).toEqual({ text: "bun.mjs runs in Bun, not in Node\n", code: 1 });
});
