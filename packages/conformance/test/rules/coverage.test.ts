import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { RULES } from "../../src/rules.js";

/** For each number the files with tests for it, by calls of `rule` and by titles. */
function coverage(): Map<number, Set<string>> {
  const folder = fileURLToPath(new URL("../", import.meta.url));
  const covered = new Map<number, Set<string>>();
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".test.ts")) continue;
    for (const [, called, titled] of readFileSync(folder + file, "utf8").matchAll(/^rule\((\d+),|"P(\d+): /gm)) {
      const number = Number(called ?? titled);
      covered.set(number, (covered.get(number) ?? new Set()).add(file));
    }
  }
  return covered;
}

test("every rule has its tests, in one file", () => {
  const covered = coverage();
  const numbers = Object.keys(RULES).map(Number);
  expect(numbers.filter((number) => !covered.has(number))).toEqual([]);
  expect([...covered.keys()].filter((number) => !numbers.includes(number))).toEqual([]);
  expect([...covered].filter(([, files]) => files.size > 1).map(([number, files]) => [number, ...files])).toEqual([]);
});
