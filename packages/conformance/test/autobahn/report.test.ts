import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { compareResults, describeReport } from "../../src/autobahn/report.js";
import type { CaseResult, Results } from "../../src/autobahn/results.js";
import { parseResults, printResults, readResults } from "../../src/autobahn/results.js";

const OK: CaseResult = { behavior: "OK", behaviorClose: "OK", closeCode: 1000 };
const results = (cases: Readonly<Record<string, Partial<CaseResult>>>): Results =>
  new Map(Object.entries(cases).map(([number, result]) => [number, { ...OK, ...result }]));

describe("results", () => {
  const entry = { behavior: "OK", behaviorClose: "UNCLEAN", remoteCloseCode: null, duration: 3, reportfile: "x.json" };

  test("are those of one agent, in the order of the suite", () => {
    const index = JSON.stringify({
      sluice: { "9.10.1": entry, "9.9.1": entry, "10.1": entry, "9.9": entry },
      other: {},
    });
    const read = readResults(index, "sluice");
    expect([...read.keys()]).toEqual(["9.9", "9.9.1", "9.10.1", "10.1"]);
    expect(read.get("9.9")).toEqual({ behavior: "OK", behaviorClose: "UNCLEAN", closeCode: null });
    expect(readResults(index, "nobody").size).toBe(0);
  });

  test("are kept a line each, and read back", () => {
    const kept = results({ "1.1.1": {}, "7.1.6": { behavior: "INFORMATIONAL", closeCode: null } });
    expect(printResults(kept)).toBe('{\n  "1.1.1": ["OK", "OK", 1000],\n  "7.1.6": ["INFORMATIONAL", "OK", null]\n}\n');
    expect(parseResults(printResults(kept))).toEqual(kept);
  });

  test("that are expected are right in every case, and none is only nearly so", async () => {
    const expected = parseResults(await readFile(new URL("../../autobahn/expected.json", import.meta.url), "utf8"));
    const others = [...expected].filter(
      ([, { behavior, behaviorClose }]) => `${behavior}/${behaviorClose}` !== "OK/OK",
    );
    // These three are never judged: they only tell what a server does.
    expect(others.map(([number, { behavior }]) => `${number} ${behavior}`)).toEqual([
      "7.1.6 INFORMATIONAL",
      "7.13.1 INFORMATIONAL",
      "7.13.2 INFORMATIONAL",
    ]);
  });
});

describe("a report", () => {
  test("counts, and says that all is as expected", () => {
    const actual = results({ "1.1": {}, "1.2": {}, "7.1.6": { behavior: "INFORMATIONAL" } });
    expect(compareResults(actual, actual)).toEqual([]);
    expect(describeReport(actual, [], [])).toBe(
      "3 cases: 2 OK, 1 INFORMATIONAL, 0 NON-STRICT, 0 FAILED.\nAll as expected.",
    );
  });

  test("names what is not as expected, what is missing, and what is new", () => {
    const expected = results({ "1.1": {}, "6.4.1": {}, "12.1.1": {} });
    const actual = results({ "1.1": { closeCode: null }, "6.4.1": { behavior: "NON-STRICT" }, "2.1": {} });
    const words = describeReport(actual, compareResults(expected, actual), ["12.* was not run."]);
    expect(words.split("\n")).toEqual([
      "3 cases: 2 OK, 1 NON-STRICT, 0 FAILED.",
      "12.* was not run.",
      "4 not as expected:",
      "  1.1: expected OK, close OK with 1000, got OK, close OK with no code",
      "  6.4.1: expected OK, close OK with 1000, got NON-STRICT, close OK with 1000",
      "  12.1.1: expected OK, close OK with 1000, got nothing",
      "  2.1: expected nothing, got OK, close OK with 1000",
    ]);
  });

  test("does not go on for ever", () => {
    const actual = new Map(Array.from({ length: 50 }, (_, index) => [`1.${index}`, OK] as const));
    const lines = describeReport(actual, compareResults(new Map(), actual), []).split("\n");
    expect(lines).toHaveLength(2 + 40 + 1);
    expect(lines.at(-1)).toBe("  and 10 more");
  });
});
