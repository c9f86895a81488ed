import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Random, randomFor } from "../../src/fuzz/random.js";
import { parseInput, printInput, readSeeds, writeSeed } from "../../src/fuzz/seeds.js";
import { inTemporaryFolder } from "../temporary-folder.js";

describe("a seed", () => {
  test("gives back the input that was written, bytes included", async () => {
    const input = {
      text: "ü\u0000",
      list: [1, [true, null]],
      bytes: Uint8Array.of(0, 255),
      buffer: Buffer.of(7),
      none: new Uint8Array(0),
    };
    await inTemporaryFolder(async (folder) => {
      await writeSeed(folder, "target", "b", input);
      await writeSeed(folder, "target", "a", 1);
      await writeFile(join(folder, "target", "notes.md"), "no seed");
      expect(await readSeeds(folder, "target")).toEqual([
        { name: "a", input: 1 },
        { name: "b", input: { ...input, buffer: Uint8Array.of(7) } },
      ]);
    });
  });

  test("is not there where there is no folder", async () => {
    await inTemporaryFolder(async (folder) => expect(await readSeeds(folder, "target")).toEqual([]));
  });

  test("is one line where it is printed", () => {
    expect(printInput({ bytes: Uint8Array.of(1, 2) })).toBe('{"bytes":{"hex":"0102"}}');
    expect(parseInput('{"hex":"0102"}')).toEqual(Uint8Array.of(1, 2));
  });
});

describe("numbers", () => {
  test("are the same for the same seed, target and place, and others otherwise", () => {
    const draw = (seed: number, target: string, index: number): string =>
      Buffer.from(randomFor(seed, target, index).bytes(8)).toString("hex");
    const places = [draw(1, "a", 0), draw(2, "a", 0), draw(1, "b", 0), draw(1, "a", 1), draw(1, "a", 2 ** 32)];
    expect(new Set(places).size).toBe(places.length);
    expect(draw(1, "a", 0)).toBe(places[0]);
  });

  test("stay within their bounds, and reach them", () => {
    const random = new Random(3);
    const drawn = new Set(Array.from({ length: 500 }, () => random.between(3, 6)));
    expect([...drawn].sort()).toEqual([3, 4, 5, 6]);
    expect(random.bytes(5)).toHaveLength(5);
    expect(["a", "b"]).toContain(random.pick(["a", "b"]));
  });
});
