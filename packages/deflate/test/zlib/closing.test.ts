import { setImmediate as turn } from "node:timers/promises";
import { DeflateRaw, InflateRaw } from "node:zlib";
import { afterEach, expect, test, vi } from "vitest";
import { Compression } from "../../src/compression.js";
import { json, noise, oracleDeflate } from "../support/oracle.js";
import { describeEachPath } from "../support/paths.js";

const MIB = 1024 * 1024;
const DIRECTIONS = [
  { windowBits: 15, contextTakeover: true },
  { windowBits: 15, contextTakeover: false },
] as const;

afterEach(() => {
  vi.restoreAllMocks();
});

describeEachPath("close", (path) => {
  test("rejects what is under way and what waits behind it, and calls nothing back later", async () => {
    for (const direction of DIRECTIONS) {
      const compression = new Compression({}, path);
      const large = json(4 * MIB);
      const payload = oracleDeflate(large, { level: 1 });
      for (const start of ["inflate", "deflate"] as const) {
        const inflater = compression.inflater(direction);
        const deflater = compression.deflater(direction);
        const run = (bytes: Uint8Array): Uint8Array | Promise<Uint8Array> =>
          start === "inflate" ? inflater.inflate(bytes, 8 * MIB) : deflater.deflate(bytes);
        const settled: string[] = [];
        const jobs = [payload, oracleDeflate(json(10)), payload].map((bytes) =>
          Promise.resolve(run(bytes)).then(
            () => settled.push("done"),
            (error: { code?: string }) => settled.push(error.code ?? "no code"),
          ),
        );
        await turn();
        inflater.close();
        deflater.close();
        inflater.close();
        deflater.close();
        // Two turns are less than the work would take.
        await turn();
        await turn();
        expect(settled).toEqual(["CANCELLED", "CANCELLED", "CANCELLED"]);
        await Promise.all(jobs);
        expect(() => run(json(10))).toThrow(expect.objectContaining({ code: "CANCELLED" }));
      }
      // The contexts that other sessions share still work.
      const deflater = compression.deflater(direction);
      const inflater = compression.inflater(direction);
      expect(await inflater.inflate(await deflater.deflate(json(100)), 100)).toEqual(json(100));
      deflater.close();
      inflater.close();
    }
  });

  test("leaves no stream open that a session had", async () => {
    const opened = new Set<DeflateRaw | InflateRaw>();
    for (const prototype of [DeflateRaw.prototype, InflateRaw.prototype]) {
      const write = prototype.write;
      vi.spyOn(prototype, "write").mockImplementation(function (this: DeflateRaw | InflateRaw, ...args: unknown[]) {
        opened.add(this);
        return Reflect.apply(write, this, args) as boolean;
      });
    }
    const compression = new Compression({}, path);
    for (let session = 0; session < 20; session++) {
      const deflater = compression.deflater(DIRECTIONS[0]);
      const inflater = compression.inflater(DIRECTIONS[0]);
      const message = noise(100_000, session);
      const inflating = Promise.resolve(inflater.inflate(await deflater.deflate(message), 100_000));
      if (session % 2 === 0) await inflating;
      deflater.close();
      inflater.close();
      if (session % 2 === 1) await expect(inflating).rejects.toMatchObject({ code: "CANCELLED" });
    }
    expect(opened.size).toBeGreaterThan(0);
    await turn();
    expect([...opened].filter((stream) => !stream.closed)).toEqual([]);
  });

  test("before the first message, and without one, is well", () => {
    for (const direction of DIRECTIONS) {
      const deflater = new Compression({}, path).deflater(direction);
      deflater.close();
      expect(() => deflater.deflate(json(1))).toThrow(expect.objectContaining({ code: "CANCELLED" }));
    }
  });
});

describeEachPath("without context takeover", (path) => {
  test("no more streams stay open than a few, however many sessions work at once", async () => {
    const compression = new Compression({}, path);
    const message = json(200_000);
    const opened = new Set<DeflateRaw>();
    const write = DeflateRaw.prototype.write;
    vi.spyOn(DeflateRaw.prototype, "write").mockImplementation(function (this: DeflateRaw, ...args: unknown[]) {
      opened.add(this);
      return Reflect.apply(write, this, args) as boolean;
    });
    const deflaters = Array.from({ length: 12 }, () => compression.deflater(DIRECTIONS[1]));
    const payloads = await Promise.all(deflaters.map((deflater) => deflater.deflate(message)));
    const [first] = payloads;
    for (const payload of payloads) expect(Buffer.compare(payload, first ?? json(1))).toBe(0);
    await turn();
    expect([...opened].filter((stream) => !stream.closed).length).toBeLessThanOrEqual(4);
  });
});
