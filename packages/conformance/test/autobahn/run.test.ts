import { readdir, readFile } from "node:fs/promises";
import type { Server } from "node:net";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { StartEcho } from "../../src/autobahn/echo-server.js";
import { AutobahnError } from "../../src/autobahn/program.js";
import { runAutobahn } from "../../src/autobahn/run.js";
import { inTemporaryFolder } from "../temporary-folder.js";
import { fakeWstest, writeProgram } from "./fake-program.js";

/** Servers that take connections, and nothing else: what was started, and what of it was stopped. */
function fakeEcho(withDeflate: boolean): { readonly startEcho: StartEcho; readonly log: string[] } {
  const log: string[] = [];
  const servers: Server[] = [];
  onTestFinished(() => {
    for (const server of servers) server.close();
  });
  const startEcho: StartEcho = async ({ deflate }) => {
    if (deflate && !withDeflate) return undefined;
    const server = createServer((socket) => socket.resume());
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const name = deflate ? "deflate" : "plain";
    log.push(`start ${name}`);
    const address = server.address();
    return {
      url: `ws://127.0.0.1:${typeof address === "object" ? address?.port : 0}/`,
      stop: async () => void log.push(`stop ${name}`),
    };
  };
  return { startEcho, log };
}

describe("a run of the suite", () => {
  test("goes through all cases: those of compression against a server that has it", async () => {
    await inTemporaryFolder(async (folder) => {
      const { startEcho, log } = fakeEcho(true);
      const program = await writeProgram(folder, "wstest", fakeWstest('"OK"'));
      const reports = join(folder, "reports");
      const { results, notRun } = await runAutobahn({ program, startEcho, folder: reports, timeout: 60_000 });
      expect([...results.keys()].sort()).toEqual(["*", "12.*", "13.*", "not 12.*", "not 13.*"]);
      expect(results.get("*")).toEqual({ behavior: "OK", behaviorClose: "OK", closeCode: 1000 });
      expect(notRun).toEqual([]);
      expect(log).toEqual(["start plain", "stop plain", "start deflate", "stop deflate"]);
      expect((await readdir(reports)).sort()).toEqual(["deflate", "plain"]);
      const index: unknown = JSON.parse(await readFile(join(reports, "plain/reports/index.json"), "utf8"));
      expect(index).toMatchObject({ sluice: { "*": { behavior: "OK" } } });
    });
  });

  test("says so where the server has no compression", async () => {
    await inTemporaryFolder(async (folder) => {
      const { startEcho, log } = fakeEcho(false);
      const program = await writeProgram(folder, "wstest", fakeWstest('pattern === "*" ? "FAILED" : "OK"'));
      const { results, notRun } = await runAutobahn({
        program,
        startEcho,
        folder: join(folder, "reports"),
        timeout: 60_000,
      });
      expect(results.get("*")?.behavior).toBe("FAILED");
      expect(results.has("12.*")).toBe(false);
      expect(notRun).toEqual(["12.* and 13.* were not run: the echo server has no --deflate."]);
      expect(log).toEqual(["start plain", "stop plain"]);
    });
  });

  test.each<[what: string, body: string, timeout: number, words: RegExp]>([
    ["fails", 'console.log("one"); console.error("no zope"); process.exit(3);', 60_000, /exit code 3; .*"no zope"/],
    ["leaves no results", 'console.log("bye");', 60_000, /no results; .*"bye"/],
    ["does not end", "setInterval(() => undefined, 1000);", 300, /did not end within 0\.3 s/],
  ])("is told in one line that wstest %s, and leaves no server behind", async (_, body, timeout, words) => {
    await inTemporaryFolder(async (folder) => {
      const { startEcho, log } = fakeEcho(true);
      const program = await writeProgram(folder, "wstest", body);
      const run = runAutobahn({ program, startEcho, folder: join(folder, "reports"), timeout });
      await expect(run).rejects.toThrow(words);
      await expect(run).rejects.toBeInstanceOf(AutobahnError);
      expect(log).toEqual(["start plain", "stop plain"]);
    });
  });

  test("is told that wstest does not start", async () => {
    await inTemporaryFolder(async (folder) => {
      const { startEcho } = fakeEcho(true);
      const options = { program: join(folder, "nothing"), startEcho, folder: join(folder, "reports"), timeout: 60_000 };
      await expect(runAutobahn(options)).rejects.toThrow(/wstest does not start: .*ENOENT/);
    });
  });
});
