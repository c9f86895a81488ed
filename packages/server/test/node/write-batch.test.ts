import { describe, expect, it } from "vitest";
import { BatchPool, LARGEST_BATCH } from "../../src/node/write-batch.js";

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

  it.each([1, 2000, 10_000, 50_000])("keeps no more than it should of those with room for %i bytes", (size) => {
    const pool = new BatchPool();
    const many = Array.from({ length: 10_000_000 / Math.max(size, 1000) }, () => pool.take(size));
    for (const batch of many) pool.give(batch);
    const before = new Set(many);
    const again = many.map(() => pool.take(size));
    expect(again.filter((batch) => before.has(batch)).length).toBeLessThan(many.length / 2);
  });

  it("has small batches for who needs little", () => {
    const pool = new BatchPool();
    expect(pool.take(100).bytes.length).toBeLessThanOrEqual(1024);
    expect(pool.take(LARGEST_BATCH).bytes.length).toBe(LARGEST_BATCH);
  });

  it("exchanges a batch for a larger one with the same content", () => {
    const pool = new BatchPool();
    const batch = pool.take(1);
    batch.bytes.fill(7);
    batch.length = batch.bytes.length;
    batch.frames = 3;
    const grown = pool.grow(batch, 5000);
    expect([grown.length, grown.frames]).toEqual([batch.bytes.length, 3]);
    expect(grown.bytes.length).toBeGreaterThanOrEqual(grown.length + 5000);
    expect(grown.bytes.subarray(0, grown.length).every((byte) => byte === 7)).toBe(true);
    expect(pool.take(1) === batch).toBe(true);
  });

  it("holds no memory that somebody else wrote to", () => {
    expect(new BatchPool().take(1).bytes.every((byte) => byte === 0)).toBe(true);
  });
});
