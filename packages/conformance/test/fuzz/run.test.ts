import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { FuzzOptions } from "../../src/fuzz/run.js";
import { fuzz } from "../../src/fuzz/run.js";
import { parseInput, readSeeds, writeSeed } from "../../src/fuzz/seeds.js";
import { inTemporaryFolder } from "../temporary-folder.js";

/** A worker is a process of its own, which runs what was built. */
const worker = new URL("../../dist/fuzz/worker.js", import.meta.url);
const targets = new URL("broken-targets.mjs", import.meta.url).href;

const options = (seedFolder: string, names: readonly string[], rest: Partial<FuzzOptions> = {}): FuzzOptions => ({
  targets,
  names,
  seed: 5,
  amount: { inputs: 20 * names.length },
  lanes: 1,
  worker,
  seedFolder,
  patience: 20_000,
  report: () => undefined,
  ...rest,
});

describe.concurrent("fuzzing", () => {
  test("counts what a sound target stood, for inputs and for time", async () => {
    await inTemporaryFolder(async (folder) => {
      const [counted] = await fuzz(options(folder, ["sound"]));
      expect(counted).toMatchObject({ name: "sound", inputs: 20, seeds: 0 });
      expect(counted).not.toHaveProperty("failure");
      const [timed] = await fuzz(options(folder, ["sound"], { amount: { milliseconds: 200 } }));
      expect(timed?.inputs).toBeGreaterThan(0);
      expect(await readdir(folder)).toEqual([]);
    });
  });

  test.each<[name: string, kind: string, words: string]>([
    ["throws", "failed", "not my word"],
    ["rejects", "failed", "not my word"],
    ["crashes", "crashed", "SIGKILL"],
    ["forgets", "crashed", "not my word"],
  ])("keeps the input at which a target %s, and the next run begins with it", async (name, kind, words) => {
    await inTemporaryFolder(async (folder) => {
      const [result] = await fuzz(options(folder, [name]));
      expect(result).toMatchObject({ name, inputs: 3, failure: { kind, id: { index: 3 } } });
      expect(result?.failure?.words).toContain(words);
      const file = join(folder, name, "5-3.json");
      expect(result?.failure?.file).toBe(file);
      expect(parseInput(await readFile(file, "utf8"))).toEqual(result?.failure?.input);
      expect(result?.failure?.input).toEqual({ bytes: expect.any(Uint8Array) });

      const [next] = await fuzz(options(folder, [name], { seed: 6 }));
      // One input of the broken target is a seed now.
      expect(next).toMatchObject({ inputs: 2, seeds: kind === "failed" ? 1 : 0, failure: { id: { index: 2 } } });
    });
  });

  test.each(["hangs", "neverSettles"])("ends a worker whose target %s", async (name) => {
    await inTemporaryFolder(async (folder) => {
      const [result] = await fuzz(options(folder, [name], { patience: 2_000 }));
      expect(result).toMatchObject({ inputs: 3, failure: { kind: "hung", id: { index: 3 } } });
      expect(await readdir(join(folder, name))).toEqual(["5-3.json"]);
    });
  });

  test("names the seed that fails, and goes no further", async () => {
    await inTemporaryFolder(async (folder) => {
      for (const name of ["a", "b", "c", "d", "e"]) await writeSeed(folder, "throws", name, { name });
      const [result] = await fuzz(options(folder, ["throws"]));
      expect(result).toMatchObject({ inputs: 0, seeds: 3, failure: { id: { seed: "d" }, input: { name: "d" } } });
      expect(await readSeeds(folder, "throws")).toHaveLength(5);
    });
  });

  test("goes on with the other targets where one fails", async () => {
    await inTemporaryFolder(async (folder) => {
      const reported: string[] = [];
      const results = await fuzz(
        options(folder, ["throws", "sound"], { lanes: 2, report: ({ name }) => reported.push(name) }),
      );
      expect(results.map(({ failure }) => failure?.kind).sort()).toEqual(["failed", undefined]);
      expect(reported.sort()).toEqual(["sound", "throws"]);
    });
  });

  test("says so where a target does not come to its first input", async () => {
    await inTemporaryFolder(async (folder) => {
      await expect(fuzz(options(folder, ["doesNotLoad"]))).rejects.toThrow(
        /doesNotLoad crashed before its first input.*not here/s,
      );
    });
  });
});
