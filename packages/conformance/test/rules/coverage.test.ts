import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { RULES } from "../../src/rules.js";

/** Rules whose tests come with the extension that they are about. */
const AWAITED = [41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52];

/** The numbers that the files in this folder define tests for, as often as they do. */
function covered(): number[] {
  const folder = new URL("./", import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith(".test.ts"));
  const texts = files.map((name) => readFileSync(new URL(name, folder), "utf8"));
  return texts.flatMap((text) => [...text.matchAll(/^rule\((\d+),/gm)].map(([, number]) => Number(number)));
}

test("every rule has its tests in one place", () => {
  const numbers = covered();
  expect(numbers.filter((number, index) => numbers.indexOf(number) !== index)).toEqual([]);
  const missing = Object.keys(RULES)
    .map(Number)
    .filter((number) => !numbers.includes(number));
  expect(missing).toEqual(AWAITED);
});
