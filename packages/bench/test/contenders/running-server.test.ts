import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Contender, Mode } from "../../src/contenders/contender.js";
import { CONTENDERS } from "../../src/contenders/contender.js";
import { runLoad } from "../../src/contenders/run-load.js";
import type { RunningServer, ServerOptions } from "../../src/contenders/running-server.js";
import { atRest, ContenderUnavailable, startServer } from "../../src/contenders/running-server.js";
import { Client } from "../client.js";

async function start(contender: Contender, options: Partial<ServerOptions> = {}): Promise<RunningServer> {
  const server = await startServer(contender, { mode: "echo", ...options });
  onTestFinished(() => server.end());
  return server;
}

const HERE = ["sluice", "ws-bufferutil", "ws", "node"] as const;

const ABOUT = {
  sluice: /^Sluice \d.*, codec wasm, read path \w+$/,
  "ws-bufferutil": /^ws \d/,
  ws: /^ws \d/,
  node: /^Node v\d.* and nothing else$/,
} as const;

describe.each(HERE)("%s", (name) => {
  it("says what it is, and sends back what it gets", async () => {
    const server = await start(CONTENDERS[name]);
    expect(server.about).toMatch(ABOUT[name]);
    expect(server.about.includes("without bufferutil")).toBe(name === "ws");
    const client = await Client.connect(server.port);
    for (const message of ["text", Buffer.from([0, 255])]) expect(await client.ask(message)).toEqual(message);
  });

  it("sends to everybody in mode flow", async () => {
    const { port } = await start(CONTENDERS[name], { mode: "flow" });
    const clients = await Promise.all([Client.connect(port), Client.connect(port)]);
    // An answer shows that the handler is at work.
    for (const client of clients) expect(await client.ask(Buffer.alloc(0))).toEqual(Buffer.alloc(0));
    clients[0]?.send(Buffer.from([2, 3, 0, 0, 0]));
    const expected = Buffer.from([7, 138, 13]);
    for (const client of clients) expect([await client.next(), await client.next()]).toEqual([expected, expected]);
  });

  it("tells itself what it uses, where the system does not", async () => {
    const server = await start(CONTENDERS[name], { proc: false });
    expect(server.usageSource).toEqual({ from: "parent" });
    const before = await server.usage();
    expect(before.rss).toBeGreaterThan(1024 * 1024);
    const timing = { warmUp: 0, seconds: 0.1, verify: true };
    const job = { kind: "echo", connections: 2, window: 4, size: 16, text: false, ...timing } as const;
    const result = await runLoad(job, server);
    expect(result).toMatchObject({ kind: "rate", cpuSeconds: expect.any(Number) });
    expect((await server.usage()).cpuNanoseconds).toBeGreaterThan(before.cpuNanoseconds);
    await atRest(server);
  });

  it("is gone when it is ended", async () => {
    const server = await start(CONTENDERS[name]);
    const client = await Client.connect(server.port);
    await server.end();
    await client.closed;
    await expect(Client.connect(server.port)).rejects.toThrow("ECONNREFUSED");
  });
});

it("a server ends with the bench, however that ends", async () => {
  const module = new URL("../../dist/contenders/", import.meta.url);
  const program = `
    const { CONTENDERS } = await import("${module}contender.js");
    const { startServer } = await import("${module}running-server.js");
    console.log((await startServer(CONTENDERS.ws, { mode: "echo" })).port);
  `;
  const bench = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void bench.kill("SIGKILL"));
  const [port] = await once(bench.stdout.setEncoding("utf8"), "data");
  const client = await Client.connect(Number(port));
  bench.kill("SIGKILL");
  await client.closed;
});

describe("a contender that does not run", () => {
  it.each<[what: string, contender: Partial<Contender>, mode: Mode, why: string]>([
    ["has no such mode", {}, "deflate-tuned", "sluice has no mode deflate-tuned"],
    ["is not there", { command: () => ["/nowhere/bun", "bun.mjs"] }, "echo", "spawn /nowhere/bun ENOENT"],
    ["ends at once", { command: () => [process.execPath, "-e", ""] }, "echo", "it ended without a word"],
    ["throws", { command: () => [process.execPath, "-e", "throw Error('mine')"] }, "echo", "Error: mine"],
  ])("because it %s says so in a line", async (_, contender, mode, why) => {
    const starting = startServer({ ...CONTENDERS.sluice, ...contender }, { mode });
    await expect(starting).rejects.toThrow(why);
    await expect(starting).rejects.toBeInstanceOf(ContenderUnavailable);
  });
});

it("a load that fails tells why", async () => {
  const server = await start(CONTENDERS.ws);
  const timing = { warmUp: 0, seconds: 0.1, verify: true };
  const job = { kind: "deflate", connections: 1, window: 1, size: 64, takeover: true, ...timing } as const;
  await expect(runLoad(job, server)).rejects.toThrow("the server does not compress");
});
