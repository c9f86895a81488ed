import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { AutobahnError, findWstest } from "../../src/autobahn/program.js";
import { inTemporaryFolder } from "../temporary-folder.js";
import { writeProgram } from "./fake-program.js";

describe("wstest", () => {
  test("is what WSTEST names, whatever is on the PATH", async () => {
    await inTemporaryFolder(async (folder) => {
      const named = await writeProgram(folder, "my-wstest", "");
      await writeProgram(folder, "wstest", "");
      expect(await findWstest({ WSTEST: named, PATH: folder })).toBe(named);
    });
  });

  test("is otherwise the first on the PATH", async () => {
    await inTemporaryFolder(async (folder) => {
      const [first, second] = [join(folder, "first"), join(folder, "second")];
      // A folder of that name is no program.
      await mkdir(join(first, "wstest"), { recursive: true });
      await mkdir(second);
      const program = await writeProgram(second, "wstest", "");
      expect(await findWstest({ PATH: [first, "", second].join(delimiter), WSTEST: "" })).toBe(program);
    });
  });

  test("is missed in one sentence that tells how to get it", async () => {
    await expect(findWstest({ PATH: "/nowhere" })).rejects.toThrow(AutobahnError);
    await expect(findWstest({})).rejects.toThrow(
      /^wstest is neither on the PATH nor named by WSTEST: install autobahntestsuite 25\.10\.1 .*Python 2\.7.*Docker.*README\.md shows\.$/,
    );
    await expect(findWstest({ WSTEST: "/nowhere/wstest" })).rejects.toThrow(
      "WSTEST names /nowhere/wstest, which is no program.",
    );
  });
});

describe("the command", () => {
  const program = fileURLToPath(new URL("../../dist/autobahn/main.js", import.meta.url));
  const run = (...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> =>
    new Promise((resolve) => {
      const env = { PATH: dirname(program) };
      execFile(process.execPath, [program, ...args], { env }, (error, stdout, stderr) =>
        resolve({ code: error?.code ?? 0, stdout, stderr }),
      );
    });

  test("fails with that sentence and nothing else", async () => {
    const { code, stdout, stderr } = await run();
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^wstest is neither on the PATH [^\n]*\n$/);
  });

  test("refuses what it does not know", async () => {
    expect(await run("--fast")).toEqual({
      code: 1,
      stdout: "",
      stderr: "Unknown argument --fast. Options: --accept.\n",
    });
  });
});
