import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./repository.js";

const read = (file: string): string => readFileSync(join(root, file), "utf8");

/** The options and their defaults, in the table behind a heading. */
function limits(file: string, heading: string): string[][] {
  const section = read(file).split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| `"));
  return rows.map((row) => row.split(" | ").slice(0, 2));
}

test("SECURITY.md tells what each limit costs that the README names, with the same default", () => {
  const named = limits("README.md", "What holds by default");
  expect(named.length).toBeGreaterThan(10);
  expect(limits("SECURITY.md", "What each limit costs, and how to raise it")).toEqual(named);
});

test("SECURITY.md links to files that there are", () => {
  const links = [...read("SECURITY.md").matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path = ""]) => path);
  expect(links.length).toBeGreaterThan(0);
  expect(links.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
