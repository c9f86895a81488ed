import { spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { Client } from "./client.js";
import { packageFolder, runProgram, startProgram } from "./program.js";

async function temporaryFolder(parent: string): Promise<string> {
  await mkdir(parent, { recursive: true });
  const folder = await realpath(await mkdtemp(join(parent, "sluice-examples-")));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** A port that is taken for as long as the test runs. */
async function takenPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

const refusal = (line: string) => ({ code: 1, stdout: "", stderr: `${line}\n` });

describe("the demo", () => {
  test("says in few lines where to look", async () => {
    const demo = startProgram("demo", { env: { PORT: "0" } });
    const port = await demo.port;
    await expect
      .poll(() => demo.stdout.trim().split(/\s*\n\s*/))
      .toEqual([
        `Chat   http://localhost:${port}/`,
        `Echo   ws://localhost:${port}/echo`,
        "Codec  WebAssembly",
        "Ctrl-C stops the server.",
      ]);
  });

  test("answers at /echo", async () => {
    const demo = startProgram("demo", { env: { PORT: "0" } });
    const client = await Client.connect(`ws://127.0.0.1:${await demo.port}/echo`);
    expect((await client.ask("hello")).data.toString()).toBe("hello");
  });

  test.each(["abc", "70000", "", "-1", "8080.5", " 80", "0x50"])("refuses PORT %j in one line", async (port) => {
    const line = `PORT must be a whole number from 0 to 65535, got ${JSON.stringify(port)}.`;
    expect(await runProgram("demo", { env: { PORT: port } })).toEqual(refusal(line));
  });

  test("tells in one line that its port is in use", async () => {
    const port = await takenPort();
    const ending = await runProgram("demo", { env: { PORT: String(port) } });
    expect(ending).toEqual(refusal(`Port ${port} on 0.0.0.0 is in use`));
  });

  test("tells in one line that its page is not built", async () => {
    // Below this package, so that the copy finds the server too.
    const folder = await temporaryFolder(join(packageFolder, "node_modules/.cache"));
    await cp(join(packageFolder, "dist"), join(folder, "dist"), { recursive: true });
    await rm(join(folder, "dist/chat/page"), { recursive: true });
    const ending = await runProgram("demo", { folder, env: { PORT: "0" } });
    expect(ending).toEqual(refusal("The chat page is not built: run `npm run build` first."));
  });
});

describe("the echo", () => {
  test.each([
    [["--port", "abc"], '--port must be a whole number from 0 to 65535, got "abc".'],
    [["--port", "70000"], '--port must be a whole number from 0 to 65535, got "70000".'],
    [["--port="], '--port must be a whole number from 0 to 65535, got "".'],
    [["--host", ""], "--host must name an address, got nothing."],
    [["--max-message", "0"], '--max-message must be a whole number from 1 to 2147483647, got "0".'],
    [["--max-message", "1e3"], '--max-message must be a whole number from 1 to 2147483647, got "1e3".'],
    [["--loud"], "Unknown option '--loud'. Options: --port NUMBER, --host ADDRESS, --max-message BYTES, --deflate."],
    [["9001"], "Unexpected argument '9001'. Options: --port NUMBER, --host ADDRESS, --max-message BYTES, --deflate."],
  ])("refuses %j in one line", async (args, line) => {
    expect(await runProgram("echo", { args })).toEqual(refusal(line));
  });

  test("refuses an option without its value in one line", async () => {
    const { code, stdout, stderr } = await runProgram("echo", { args: ["--port"] });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^Option '--port <value>' argument missing\. Options: [^\n]+\n$/);
  });

  test("tells in one line that its port is in use", async () => {
    const port = await takenPort();
    const ending = await runProgram("echo", { args: ["--port", String(port), "--host", "127.0.0.1"] });
    expect(ending).toEqual(refusal(`Port ${port} on 127.0.0.1 is in use`));
  });

  test("tells in one line that it cannot listen on its host", async () => {
    // An address for documentation (RFC 5737), which no machine has.
    const ending = await runProgram("echo", { args: ["--port", "0", "--host", "192.0.2.1"] });
    expect(ending).toMatchObject({ code: 1, stdout: "" });
    expect(ending.stderr).toMatch(/^Cannot listen on 192\.0\.2\.1[^\n]*\n$/);
  });
});

describe.each(["SIGINT", "SIGTERM"] as const)("on %s", (signal) => {
  test.each([
    ["echo", "/"],
    ["demo", "/chat"],
    ["demo", "/echo"],
  ] as const)("the %s closes its sessions at %s with 1001 and ends with exit code 0", async (name, path) => {
    const program = startProgram(name, { args: name === "echo" ? ["--port", "0"] : [], env: { PORT: "0" } });
    const client = await Client.connect(`ws://127.0.0.1:${await program.port}${path}`);
    program.signal(signal);
    expect(await client.closed).toBe(1001);
    expect(await program.ended).toMatchObject({ code: 0, stderr: "" });
  });
});

test("a second Ctrl-C ends the program at once with 130", async () => {
  const demo = startProgram("demo", { env: { PORT: "0" } });
  const client = await Client.connect(`ws://127.0.0.1:${await demo.port}/echo`);
  // It reads nothing, so it does not answer the Close that the first Ctrl-C sends, and the server waits for it.
  client.socket.pause();
  const pressing = setInterval(() => demo.signal("SIGINT"), 50);
  expect(await demo.ended.finally(() => clearInterval(pressing))).toMatchObject({ code: 130, stderr: "" });
});

test("a program that is not built says so in one line", async () => {
  const root = join(packageFolder, "../..");
  const folder = await temporaryFolder(tmpdir());
  await cp(join(root, "scripts"), join(folder, "scripts"), { recursive: true });
  await cp(join(packageFolder, "package.json"), join(folder, "packages/examples/package.json"));
  const program = "packages/examples/dist/demo/main.js";
  const { status, stderr } = spawnSync(process.execPath, [join(folder, "scripts/run-built.mjs"), program]);
  expect(status).toBe(1);
  expect(stderr.toString()).toMatch(/^[^\n]*is not built: run `npm run build` first\.\n$/);
});
