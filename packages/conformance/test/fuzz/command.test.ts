import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { readFuzzCommand, UsageError } from "../../src/fuzz/options.js";

const ALL = ["headers", "frames"];

describe("the command line", () => {
  test("means a minute of all targets where it says nothing", () => {
    expect(readFuzzCommand([], ALL, 7)).toEqual({ amount: { milliseconds: 60_000 }, names: ALL, seed: 7 });
  });

  test("says how much, of what, and from which seed", () => {
    const asked = ["--minutes", "0.5", "--target", "frames", "--target", "frames", "--seed", "3"];
    expect(readFuzzCommand(asked, ALL, 7)).toEqual({ amount: { milliseconds: 30_000 }, names: ["frames"], seed: 3 });
    expect(readFuzzCommand(["--inputs", "10"], ALL, 7).amount).toEqual({ inputs: 10 });
  });

  test.each<[args: string[], words: RegExp]>([
    [["--minutes", "0"], /^--minutes must be a number from 0.001 on, got "0"\.$/],
    [["--minutes", "soon"], /^--minutes must be a number/],
    [["--minutes", "-1"], /--minutes/],
    [["--inputs", "1e3"], /^--inputs must be a number from 1 on/],
    [["--minutes", "1", "--inputs", "1"], /exclude each other/],
    [["--target", "nothing"], /^There is no target nothing, only headers, frames\.$/],
    [["--seed", "x"], /^--seed must be a number/],
    [["--fast"], /^Unknown option '--fast'\. Options: --minutes/],
    [["headers"], /^Unexpected argument 'headers'/],
  ])("%j is refused in one line", (args, words) => {
    expect(() => readFuzzCommand(args, ALL, 7)).toThrow(UsageError);
    expect(() => readFuzzCommand(args, ALL, 7)).toThrow(words);
  });
});

describe("the program", () => {
  const program = fileURLToPath(new URL("../../dist/fuzz/main.js", import.meta.url));
  const run = (...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> =>
    new Promise((resolve) => {
      execFile(process.execPath, [program, ...args], (error, stdout, stderr) =>
        resolve({ code: error?.code ?? 0, stdout, stderr }),
      );
    });

  test("replays the seeds of its targets, and counts", async () => {
    const { code, stdout, stderr } = await run("--inputs", "40", "--target", "connections", "--seed", "9");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(
      /^1 targets, 1 at a time, 40 inputs, --seed 9\nconnections +40 inputs +[1-9]\d* seeds +[\d.]+ s\n/,
    );
    expect(stdout).toMatch(/\n40 inputs and \d+ seeds: no crash, no hang, no byte out of bounds, no difference\n$/);
  });

  test("refuses what it does not know in one line", async () => {
    const { code, stdout, stderr } = await run("--minutes", "never");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toBe('--minutes must be a number from 0.001 on, got "never".\n');
  });
});
