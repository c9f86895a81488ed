import { describe, expect, it } from "vitest";
import { CONTENDERS } from "../../src/contenders/contender.js";
import { DEFLATE_SUITE } from "../../src/deflate/workloads.js";
import { SERVER_SUITE } from "../../src/server/workloads.js";

const TIMING = { warmUp: 0, seconds: 1, verify: false };

describe.each([SERVER_SUITE, DEFLATE_SUITE])("$name", ({ workloads, contenders }) => {
  it("has each workload once", () => {
    expect(new Set(workloads.map(({ name }) => name)).size).toBe(workloads.length);
    expect(new Set(workloads.map(({ title }) => title)).size).toBe(workloads.length);
  });

  it.each(workloads)("has the jobs for $name that its unit needs", ({ unit, jobs }) => {
    const made = jobs(TIMING);
    expect(made).toHaveLength(unit === "growth" ? 2 : 1);
    for (const { kind, connections } of made) {
      expect(kind.includes("idle")).toBe(unit === "memory");
      expect(connections).toBeGreaterThan(0);
    }
  });

  it("is judged by contenders that take part", () => {
    for (const { mode, modes, targets } of workloads) {
      for (const { against } of targets) {
        expect(contenders).toContain(against);
        expect(modes?.[against] ?? CONTENDERS[against].mode(mode)).toBeDefined();
      }
    }
  });
});
