import { constants, PerformanceObserver } from "node:perf_hooks";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../src/node/array-memory.js";
import { ArrayMemory, LARGE_INPUT, nodeEngine } from "../../src/node/array-memory.js";
import { until } from "../support/until.js";

const MIB = 1024 * 1024;

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** An engine whose arrays hold `held` bytes, and what it was told. */
function engine(held: number): { readonly told: string[]; readonly engine: Engine } {
  const told: string[] = [];
  return {
    told,
    engine: {
      held: () => held,
      collectYoung: () => void told.push("collect"),
      keepFreed: () => void told.push("keep"),
    },
  };
}

function arrive(memory: ArrayMemory, bytes: number, chunk = MIB): void {
  for (let size = 0; size < bytes; size += chunk) memory.arrived(chunk);
}

describe("the memory of large payloads", () => {
  it("is collected whenever 24 MiB more have come and arrays hold 40 MiB", () => {
    const { told, engine: watched } = engine(40 * MIB);
    const memory = new ArrayMemory(watched);
    arrive(memory, 23 * MIB);
    expect(told).toEqual(["keep"]);
    arrive(memory, MIB);
    expect(told).toEqual(["keep", "collect"]);
    arrive(memory, 48 * MIB, LARGE_INPUT);
    expect(told).toEqual(["keep", "collect", "collect", "collect"]);
  });

  it("is left to the engine where it does not let so much lie", () => {
    const { told, engine: watched } = engine(40 * MIB - 1);
    arrive(new ArrayMemory(watched), 240 * MIB);
    expect(told).toEqual(["keep"]);
  });

  it("is none of the allocator's business before a large chunk came", () => {
    const { told, engine: watched } = engine(0);
    new ArrayMemory(watched);
    expect(told).toEqual([]);
  });
});

describe("the memory of large payloads, in this Node", () => {
  let young = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { detail } of list.getEntries() as unknown as { detail: { kind: number } }[]) {
      if (detail.kind === constants.NODE_PERFORMANCE_GC_MINOR) young++;
    }
  });
  beforeAll(() => observer.observe({ entryTypes: ["gc"] }));
  afterAll(() => observer.disconnect());

  it("is free again whenever what is young was collected", async () => {
    const memory = new ArrayMemory(nodeEngine());
    const source = Buffer.alloc(256 * 1024);
    const kept: Uint8Array[] = [];
    for (let round = 0; round < 4096; round++) {
      memory.arrived(source.length);
      // A few live on, as what is under way does.
      kept[round % 16] = new Uint8Array(source);
      if (round % 16 === 0) await turns(1);
    }
    // Of 1 GiB. Left to itself, V8 in Node 24 collects everything more than a dozen times, and never what is young.
    await until(() => young >= 16);
  });

  it("is collected by what V8 has for that, and no flag is another afterwards", async () => {
    const before: unknown = runInNewContext("typeof gc");
    // Node tells of a collection some turns later. Without the call none is due in so few.
    await turns(5);
    const collected = young;
    nodeEngine().collectYoung();
    await turns(5);
    expect(young).toBeGreaterThan(collected);
    expect(runInNewContext("typeof gc")).toBe(before);
  });
});
