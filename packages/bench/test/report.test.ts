import { describe, expect, it } from "vitest";
import { bytesOf, chunkOf, textOf } from "../src/codec/payloads.js";
import { createReport } from "../src/codec/report.js";
import type { Results } from "../src/codec/rounds.js";
import { ROWS } from "../src/codec/rows.js";
import { renderTable } from "../src/codec/table.js";

/** WASM takes 10 ns for everything, TypeScript 20, or 5 where an id is in `slow`. */
function resultsOf(bufferutil: number, ws: number, slow: readonly string[] = []): Results {
  const figures = (nanoseconds: (id: string) => number): Map<string, number> =>
    new Map(ROWS.map((row) => [row.id, nanoseconds(row.id)]));
  return {
    figures: new Map([
      ["wasm", figures(() => 10)],
      ["typescript", figures((id) => (slow.includes(id) ? 5 : 20))],
      ["bufferutil", new Map([["mask/memory/1024", bufferutil]])],
      ["ws", new Map([["parse/ascii/16-125", ws]])],
    ]),
    about: new Map([
      ["bufferutil", "native"],
      ["ws", "with bufferutil, native"],
    ]),
  };
}

describe("the codec's report", () => {
  it("says of each goal whether it holds", () => {
    const report = createReport(resultsOf(30, 99), 20);
    expect(report.goals.map(({ ratio, atLeast, holds }) => ({ ratio, atLeast, holds }))).toEqual([
      { ratio: 3, atLeast: 3, holds: true },
      { ratio: 9.9, atLeast: 10, holds: false },
    ]);
  });

  it("names the machine, the versions and the backend", () => {
    const report = createReport(resultsOf(30, 100), 20);
    expect(report).toMatchObject({ node: process.version, backend: "wasm", rounds: 20 });
    expect(report.cpu).not.toBe("");
  });

  it("says who wins where", () => {
    const report = createReport(resultsOf(30, 100, ["mask/elsewhere/8"]), 20);
    expect(report.rows.find((row) => row.id === "mask/elsewhere/8")).toMatchObject({ winner: "typescript", times: 2 });
    const table = renderTable(report);
    expect(table).toContain("TypeScript wins: 8 B, elsewhere.");
    expect(table).toContain("WASM wins: everywhere.");
    expect(table).toContain("10.0, at least 10: holds");
  });

  it("is one JSON object", () => {
    const report = createReport(resultsOf(30, 100), 20);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it("has each work once", () => {
    expect(new Set(ROWS.map((row) => row.id)).size).toBe(ROWS.length);
  });
});

describe("payloads", () => {
  it.each([0, 8, 125, 1_024])("are %i bytes of UTF-8", (size) => {
    expect(Buffer.byteLength(textOf("ascii", size))).toBe(size);
    expect(Buffer.byteLength(textOf("mixed", size))).toBe(size);
    expect(bytesOf("mixed", size)).toHaveLength(size);
  });

  it("of a chunk repeat", () => {
    expect(chunkOf(3, "mixed", [16, 125], 1)).toEqual(chunkOf(3, "mixed", [16, 125], 1));
  });
});
