import { describe, expect, test } from "vitest";
import { ECHO, echoStarter } from "../../src/autobahn/echo-server.js";
import { AutobahnError } from "../../src/autobahn/program.js";
import { answer, clientClose, clientFrame, concat } from "../../src/frames.js";
import { converse } from "../echo-client.js";
import { inTemporaryFolder } from "../temporary-folder.js";
import { writeProgram } from "./fake-program.js";

describe("the echo server of a run", () => {
  test("is the one of the examples", async () => {
    const server = await echoStarter(ECHO)({ deflate: false });
    expect(server?.url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/$/);
    const { port } = new URL(server?.url ?? "");
    const said = await converse(Number(port), concat(clientFrame({ opcode: 1, payload: "hi" }), clientClose(1000)));
    expect(said[0]).toEqual(answer(1, "hi"));
    await server?.stop();
  });

  test("is asked for compression, which it may not have", async () => {
    await inTemporaryFolder(async (folder) => {
      const refusing = `
        if (!process.argv.includes("--deflate")) throw new Error("not asked");
        console.error("Unknown option '--deflate'. Options: --port NUMBER.");
        process.exitCode = 1;`;
      const start = echoStarter([await writeProgram(folder, "echo.cjs", refusing)]);
      expect(await start({ deflate: true })).toBeUndefined();
      await expect(start({ deflate: false })).rejects.toThrow(/^The echo server does not start: .*not asked/s);
    });
  });

  test("is told apart from one that fails", async () => {
    await inTemporaryFolder(async (folder) => {
      const start = echoStarter([await writeProgram(folder, "echo.cjs", 'console.error("in use"); process.exit(1);')]);
      await expect(start({ deflate: true })).rejects.toThrow(AutobahnError);
      await expect(start({ deflate: true })).rejects.toThrow("The echo server does not start: in use");
    });
  });
});
