import { cp, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { root, rootManifest } from "./repository.js";
import type { Outcome } from "./run.js";
import { attempt } from "./run.js";
import { withTemporary } from "./temporary.js";

const program = "packages/examples/dist/echo/main.js";

/** Runs the program in a repository that holds nothing but it. */
const runBuilt = (text: string | undefined, ...args: string[]): Promise<Outcome> =>
  withTemporary(async (copy) => {
    await cp(join(root, "scripts"), join(copy, "scripts"), { recursive: true });
    await writeFile(join(copy, "package.json"), '{ "type": "module" }');
    if (text !== undefined) {
      await mkdir(dirname(join(copy, program)), { recursive: true });
      await writeFile(join(copy, program), text);
    }
    return await attempt(process.execPath, ["scripts/run-built.mjs", program, ...args], copy);
  });

describe.concurrent("a built program", () => {
  test("that is missing is told in one line", async () => {
    expect(await runBuilt(undefined)).toEqual({
      code: 1,
      stdout: "",
      stderr: `${program} is not built: run \`npm run build\` first.\n`,
    });
  });

  test("whose packages are not built is told in one line too", async () => {
    expect(await runBuilt('import "@sluice/server";')).toEqual({
      code: 1,
      stdout: "",
      stderr: "@sluice/server is not built: run `npm run build` first.\n",
    });
  });

  test("gets its arguments, and gives its own exit code", async () => {
    const text = "console.log(process.argv.slice(2).join()); process.exitCode = 7;";
    expect(await runBuilt(text, "--port", "9001")).toEqual({ code: 7, stdout: "--port,9001\n", stderr: "" });
  });

  test("keeps its own errors", async () => {
    const { code, stderr } = await runBuilt('throw new Error("mine");');
    expect(code).toBe(1);
    expect(stderr).toContain("Error: mine");
  });
});

test("turbo runs inside pnpm only: it looks for pnpm on the PATH", () => {
  const scripts = Object.entries(rootManifest.scripts ?? {});
  const withTurbo = scripts.filter(([, script]) => /\bturbo\b/.test(script)).map(([name]) => name);
  const throughPnpm = scripts.flatMap(([, script]) => script.match(/pnpm@\S+ run (?:--\S+ )*(\S+)/)?.[1] ?? []);
  expect(withTurbo.filter((name) => !throughPnpm.includes(name))).toEqual([]);
});
