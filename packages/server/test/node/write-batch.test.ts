import { describe, expect, it } from "vitest";
import { BatchPool } from "../../src/node/write-batch.js";

describe("a pool of batches", () => {
  it("gives a batch again that was given back, empty", () => {
    const pool = new BatchPool();
    const batch = pool.take(100);
    batch.length = 50;
    batch.frames = 2;
    pool.give(batch);
    expect(pool.take(1) === batch).toBe(true);
    expect([batch.length, batch.frames]).toEqual([0, 0]);
  });

  it("never gives one batch to two", () => {
    const pool = new BatchPool();
    expect(new Set([pool.take(1), pool.take(1), pool.take(1)]).size).toBe(3);
  });

  it("has room for what is larger than a batch, and does not keep that", () => {
    const pool = new BatchPool();
    const large = pool.take(1_000_000);
    expect(large.bytes.length).toBeGreaterThanOrEqual(1_000_000);
    pool.give(large);
    expect(pool.take(1_000_000) === large).toBe(false);
    expect(pool.take(1) === large).toBe(false);
  });

  it("keeps no more than it should", () => {
    const pool = new BatchPool();
    const many = Array.from({ length: 1000 }, () => pool.take(1));
    for (const batch of many) pool.give(batch);
    const before = new Set(many);
    const again = Array.from({ length: 1000 }, () => pool.take(1));
    expect(again.filter((batch) => before.has(batch)).length).toBeLessThan(500);
  });

  it("holds no memory that somebody else wrote to", () => {
    expect(new BatchPool().take(1).bytes.every((byte) => byte === 0)).toBe(true);
  });
});
