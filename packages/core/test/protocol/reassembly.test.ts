import { describe, expect, it } from "vitest";
import { Reassembly } from "../../src/protocol/reassembly.js";

const numbers = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_, index) => (index * 7) & 0xff);

describe("reassembly", () => {
  it.each([3, 255, 256, 257, 5000, 70_000])("puts 200,000 bytes together from pieces of %i", (piece) => {
    const source = numbers(200_000);
    const reassembly = new Reassembly();
    for (let at = 0; at < source.length; at += piece) {
      const end = Math.min(at + piece, source.length);
      reassembly.append(source, at, end, source.length - end);
      expect(reassembly.size).toBe(end);
    }
    expect(Buffer.from(reassembly.take()).equals(source)).toBe(true);
    expect(reassembly.size).toBe(0);
    expect(reassembly.take()).toHaveLength(0);
  });

  it("costs few objects for a drip of tiny fragments, and no more than twice what has come", () => {
    const source = numbers(1);
    const reassembly = new Reassembly();
    for (let count = 0; count < 16_384; count++) reassembly.append(source, 0, 1, Number.POSITIVE_INFINITY);
    expect(reassembly.segments).toBeLessThan(10);
    expect(reassembly.take()).toHaveLength(16_384);
  });

  it("owns its bytes", () => {
    const source = numbers(10);
    const reassembly = new Reassembly();
    reassembly.append(source, 2, 5, 0);
    source.fill(0);
    expect(reassembly.take()).toEqual(numbers(10).slice(2, 5));
  });

  it("gives no more memory away than the payload needs", () => {
    const reassembly = new Reassembly();
    reassembly.append(numbers(10), 0, 10, 1000);
    expect(reassembly.take().buffer.byteLength).toBe(10);
  });
});
