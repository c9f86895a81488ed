import fc from "fast-check";
import { expect, test } from "vitest";
import { Compression, deflatePath } from "../src/compression.js";
import type { DeflateWindowBits } from "../src/parameters.js";
import { concat, json, noise, oracleDeflate, oracleInflate } from "./support/oracle.js";
import { describeEachPath } from "./support/paths.js";

const MIB = 1024 * 1024;
const TAKEOVER = { windowBits: 15, contextTakeover: true } as const;
const NO_TAKEOVER = { windowBits: 15, contextTakeover: false } as const;

const message = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.record({ length: fc.nat(3000), seed: fc.nat(4) }).map(({ length, seed }) => json(length, seed)),
  fc.record({ length: fc.nat(3000), byte: fc.nat(255) }).map(({ length, byte }) => new Uint8Array(length).fill(byte)),
  fc.constantFrom(json(40_000), noise(32 * 1024), json(32 * 1024), noise(70_000), new Uint8Array(300_000)),
);

const parameters = fc.record({
  level: fc.integer({ min: -1, max: 9 }),
  memLevel: fc.integer({ min: 1, max: 9 }),
  windowBits: fc.integer({ min: 9, max: 15 }) as fc.Arbitrary<DeflateWindowBits>,
  contextTakeover: fc.boolean(),
});

describeEachPath("a session's messages", (path) => {
  test("come back as they went, whatever they are and whatever was negotiated, and zlib reads them too", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 12 }), parameters, async (messages, chosen) => {
        const { level: compressionLevel, memLevel, windowBits, contextTakeover } = chosen;
        const compression = new Compression({ compressionLevel, memLevel }, path);
        const deflater = compression.deflater({ windowBits, contextTakeover });
        const inflater = compression.inflater({ windowBits, contextTakeover });
        // All at once: the order is kept also when some are under way.
        const payloads = await Promise.all(messages.map((each) => deflater.deflate(each)));
        const restored = await Promise.all(
          payloads.map((payload, index) => inflater.inflate(payload, messages[index]?.length ?? 0)),
        );
        expect(restored.length).toBe(messages.length);
        for (const [index, each] of messages.entries()) expect(same(restored[index], each)).toBe(true);
        if (contextTakeover) {
          expect(same(oracleInflate(payloads), concat(...messages))).toBe(true);
        } else {
          for (const [index, payload] of payloads.entries()) {
            expect(same(oracleInflate([payload]), messages[index])).toBe(true);
          }
        }
        deflater.close();
        inflater.close();
      }),
      { numRuns: path === "synchronous" ? 200 : 80 },
    );
  });

  test("are restored from what zlib sent", async () => {
    await fc.assert(
      fc.asyncProperty(message, fc.integer({ min: 0, max: 9 }), async (each, level) => {
        const compression = new Compression({}, path);
        for (const direction of [TAKEOVER, NO_TAKEOVER]) {
          const inflater = compression.inflater(direction);
          expect(same(await inflater.inflate(oracleDeflate(each, { level }), each.length), each)).toBe(true);
          inflater.close();
        }
      }),
      { numRuns: 60 },
    );
  });

  test("keep their context over 5,000 of them", async () => {
    const compression = new Compression({}, path);
    const deflater = compression.deflater(TAKEOVER);
    const inflater = compression.inflater(TAKEOVER);
    let sent = 0;
    for (let index = 0; index < 5000; index++) {
      const each = json(200, index % 50);
      const payload = await deflater.deflate(each);
      sent += payload.length;
      const restored = await inflater.inflate(payload, 200);
      if (!same(restored, each)) expect.fail(`message ${index} is different`);
    }
    // Every message was sent before, so that each is little more than a reference.
    expect(sent).toBeLessThan(5000 * 40);
    deflater.close();
    inflater.close();
  });

  test("never meet those of another session, nor their own, without context takeover", async () => {
    const compression = new Compression({}, path);
    const one = compression.deflater(NO_TAKEOVER);
    const other = compression.deflater(NO_TAKEOVER);
    const text = json(500);
    const first = await one.deflate(text);
    expect(await other.deflate(text)).toEqual(first);
    expect(await one.deflate(text)).toEqual(first);
    expect(oracleInflate([first])).toEqual(text);
    expect(first.length).toBeLessThan(oracleDeflate(text).length * 1.05);
  });

  test("are small where they repeat, with context takeover", async () => {
    const deflater = new Compression({}, path).deflater(TAKEOVER);
    const text = json(500);
    const first = await deflater.deflate(text);
    const second = await deflater.deflate(text);
    expect(second.length).toBeLessThan(first.length / 10);
    deflater.close();
  });

  test.each<DeflateWindowBits>([9, 10, 12, 15])(
    "point back no further than a window of 2^%s bytes",
    async (windowBits) => {
      const compression = new Compression({}, path);
      const deflater = compression.deflater({ windowBits, contextTakeover: true });
      const inflater = compression.inflater({ windowBits, contextTakeover: true });
      for (let index = 0; index < 40; index++) {
        const each = json(1500, index % 3);
        const restored = await inflater.inflate(await deflater.deflate(each), each.length);
        expect(same(restored, each)).toBe(true);
      }
      deflater.close();
      inflater.close();
    },
  );

  test("of a window of 2^8 bytes are restored", async () => {
    const compression = new Compression({}, path);
    const inflater = compression.inflater({ windowBits: 8, contextTakeover: true });
    const each = json(2000);
    // What zlib makes of 8 is 9.
    expect(await inflater.inflate(oracleDeflate(each, { windowBits: 8 }), 2000)).toEqual(each);
    inflater.close();
  });

  test("that are empty are one byte, 00", async () => {
    const compression = new Compression({}, path);
    for (const direction of [TAKEOVER, NO_TAKEOVER]) {
      const deflater = compression.deflater(direction);
      const inflater = compression.inflater(direction);
      const payloads: Uint8Array[] = [];
      for (const each of [json(50), new Uint8Array(), json(50), new Uint8Array()]) {
        const payload = await deflater.deflate(each);
        payloads.push(payload);
        expect(await inflater.inflate(payload, 50)).toEqual(each);
      }
      expect(payloads[1]).toEqual(Uint8Array.of(0));
      expect(payloads[3]).toEqual(Uint8Array.of(0));
      expect(await inflater.inflate(new Uint8Array(), 0)).toEqual(new Uint8Array());
      expect(await inflater.inflate(await deflater.deflate(json(50)), 50)).toEqual(json(50));
      deflater.close();
      inflater.close();
    }
  });

  test("are answered in order when a large one is under way, and each with bytes of its own", async () => {
    const compression = new Compression({}, path);
    for (const direction of [TAKEOVER, NO_TAKEOVER]) {
      const deflater = compression.deflater(direction);
      const inflater = compression.inflater(direction);
      const messages = [json(10), json(MIB, 1), json(20), noise(MIB), new Uint8Array(), json(100_000), json(30)];
      const finished: number[] = [];
      const restored = await Promise.all(
        messages.map(async (each, index) => {
          const payload = await deflater.deflate(each);
          finished.push(index);
          return inflater.inflate(payload, MIB);
        }),
      );
      expect(finished).toEqual([0, 1, 2, 3, 4, 5, 6]);
      for (const [index, each] of messages.entries()) expect(same(restored[index], each)).toBe(true);
      deflater.close();
      inflater.close();
    }
  });
});

describeEachPath("the answer", (path) => {
  test("is there at once for small messages where the path is synchronous, and a promise otherwise", async () => {
    const compression = new Compression({}, path);
    const deflater = compression.deflater(TAKEOVER);
    const inflater = compression.inflater(TAKEOVER);
    const small = deflater.deflate(json(1000));
    expect(small instanceof Promise).toBe(path === "asynchronous");
    const restored = inflater.inflate(await small, 1000);
    expect(restored instanceof Promise).toBe(path === "asynchronous");
    expect(await restored).toEqual(json(1000));
    const large = deflater.deflate(new Uint8Array(MIB));
    expect(large).toBeInstanceOf(Promise);
    const largeRestored = inflater.inflate(await large, MIB);
    expect(largeRestored).toBeInstanceOf(Promise);
    expect((await largeRestored).length).toBe(MIB);
    deflater.close();
    inflater.close();
  });
});

test("the path is our own compressor where there is WebAssembly, and it says so", () => {
  expect(deflatePath()).toBe("wasm");
  expect(new Compression().path).toBe("wasm");
});

function same(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  return one !== undefined && other !== undefined && Buffer.compare(one, other) === 0;
}
