import fc from "fast-check";
import { expect, test } from "vitest";
import type { DeflateWindowBits } from "../../src/index.js";
import { WasmDeflateContext } from "../../src/wasm/deflate-context.js";
import { ThreadPlaces } from "../../src/zlib/thread-places.js";
import { concat, json, noise, OracleInflater, oracleDeflate, oracleInflate } from "../support/oracle.js";

const threads = new ThreadPlaces(1);

function context(level: number, windowBits: DeflateWindowBits = 15, contextTakeover = true): WasmDeflateContext {
  return new WasmDeflateContext({ level, memLevel: 8, windowBits, contextTakeover }, threads);
}

/** What is repeated at any distance, of any length, with bytes in between that are not. */
function copies(length: number, seed: number): Uint8Array {
  const bytes = noise(length, seed);
  let state = seed;
  const below = (bound: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % bound;
  };
  for (let at = 1; at < length; ) {
    const run = Math.min(length - at, 1 + below(300));
    if (below(3) > 0) for (let end = at + run, back = 1 + below(at); at < end; at++) bytes[at] = bytes[at - back] ?? 0;
    else at += run;
  }
  return bytes;
}

const message: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 40 }),
  fc.tuple(fc.integer({ min: 1, max: 3000 }), fc.nat(20)).map(([length, seed]) => json(length, seed)),
  fc.tuple(fc.integer({ min: 1, max: 30_000 }), fc.nat(1000)).map(([length, seed]) => copies(length, seed + 1)),
  fc.tuple(fc.integer({ min: 1, max: 3000 }), fc.nat(255)).map(([length, byte]) => new Uint8Array(length).fill(byte)),
  fc.constantFrom(noise(32_768), json(32_768), copies(32_768, 7)),
);

test("zlib reads whatever it makes, at every level, window and memory level, within the window", async () => {
  const settings = fc.record({
    level: fc.integer({ min: 0, max: 9 }),
    windowBits: fc.integer({ min: 9, max: 15 }) as fc.Arbitrary<DeflateWindowBits>,
    memLevel: fc.integer({ min: 1, max: 9 }),
    contextTakeover: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(settings, fc.array(message, { minLength: 1, maxLength: 12 }), async (choice, messages) => {
      const deflating = new WasmDeflateContext(choice, threads);
      const oracle = new OracleInflater(choice.windowBits, choice.contextTakeover);
      for (const each of messages) {
        if (!choice.contextTakeover) deflating.reset();
        const payload = deflating.deflate(each);
        expect(payload).toBeInstanceOf(Uint8Array);
        if (Buffer.compare(oracle.inflate(await payload), each) !== 0) expect.fail("zlib reads something else");
      }
      deflating.close();
    }),
    { numRuns: 300 },
  );
}, 60_000);

test.each([
  // Without a context it takes codes that are made for all text: see below.
  [1, 1.4],
  [6, 1.05],
  [9, 1.01],
])("level %i makes JSON about as small as zlib's does, and smaller behind more of it", async (level, most) => {
  for (const size of [256, 1024, 4096]) {
    const apart = context(level, 15, false);
    const behind = context(level);
    const sizes = { apart: 0, zlibs: 0, behind: 0 };
    for (let index = 0; index < 64; index++) {
      const each = json(size, index % 40);
      apart.reset();
      sizes.apart += (await apart.deflate(each)).length;
      sizes.zlibs += oracleDeflate(each, { level }).length;
      sizes.behind += (await behind.deflate(each)).length;
    }
    expect(sizes.apart).toBeLessThan(sizes.zlibs * most);
    expect(sizes.behind).toBeLessThan(sizes.apart);
    apart.close();
    behind.close();
  }
});

/** What has a code among those that are made for text. */
const TEXT = fc.constantFrom(
  "\t",
  "\n",
  "\r",
  ...Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)),
);

test("zlib reads any short text that level 1 writes without a context, before and behind what is none", async () => {
  const text = fc.array(TEXT, { minLength: 1, maxLength: 2100 }).map((all) => Buffer.from(all.join("").repeat(3)));
  const other = fc.oneof(
    message,
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 600 }).map((all) => Buffer.from(all)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(text, other), { minLength: 1, maxLength: 12 }), async (messages) => {
      const deflating = context(1, 15, false);
      for (const each of messages) {
        deflating.reset();
        if (Buffer.compare(oracleInflate([await deflating.deflate(each)]), each) !== 0)
          expect.fail("zlib reads something else");
      }
      deflating.close();
    }),
    { numRuns: 300 },
  );
}, 60_000);

test.each<[name: string, most: number, make: (seed: number) => Uint8Array]>([
  ["capitals", 1.4, (seed: number) => json(800, seed).map((byte) => (byte > 96 && byte < 123 ? byte - 32 : byte))],
  ["numbers in base 16", 1.05, (seed: number) => Buffer.from(Buffer.from(noise(400, seed)).toString("hex"))],
  ["base64", 1.05, (seed: number) => Buffer.from(Buffer.from(noise(600, seed)).toString("base64"))],
  [
    "a language with letters of its own",
    1.05,
    () => Buffer.from("Съешь ещё этих мягких французских булок, да выпей чаю. ".repeat(3)),
  ],
])("level 1 without a context makes %s no longer than %f times what zlib does", async (_name, most, make) => {
  const deflating = context(1, 15, false);
  const sizes = { ours: 0, zlibs: 0 };
  for (let seed = 1; seed < 33; seed++) {
    const each = make(seed);
    deflating.reset();
    sizes.ours += (await deflating.deflate(each)).length;
    sizes.zlibs += oracleDeflate(each, { level: 1 }).length;
  }
  deflating.close();
  expect(sizes.ours).toBeLessThan(sizes.zlibs * most);
});

test("what does not compress grows by a few bytes", async () => {
  for (const level of [0, 1, 6, 9]) {
    const deflating = context(level);
    for (const size of [1, 100, 1000, 32_768]) {
      // Five for each block that is stored, which holds no less than the smallest buffer has room for.
      const blocks = Math.ceil(size / 8192);
      expect((await deflating.deflate(noise(size, size))).length).toBeLessThanOrEqual(size + 7 + 5 * blocks);
    }
    deflating.close();
  }
});

test("codes that only a limit keeps within fifteen bits, and sets of a single code, are read by zlib", async () => {
  // Each byte twice as often as the one before: without a limit the rarest would take as many bits as there are bytes.
  const powers = concat(...Array.from({ length: 15 }, (_, index) => new Uint8Array(2 ** index).fill(97 + index * 3)));
  const mixed = Uint8Array.from(powers, (_, index) => powers[(index * 7919) % powers.length] ?? 0);
  for (const level of [1, 6, 9]) {
    for (const each of [mixed, new Uint8Array(20_000).fill(65), Uint8Array.of(1)]) {
      const deflating = context(level);
      expect(Buffer.compare(oracleInflate([await deflating.deflate(each)]), each)).toBe(0);
      deflating.close();
    }
  }
});

test("a message too large for the event loop goes to a thread, in the same window, at every level", async () => {
  for (const level of [0, 1, 3, 6]) {
    for (const windowBits of [9, 13, 15] as const) {
      const deflating = context(level, windowBits);
      const oracle = new OracleInflater(windowBits, true);
      for (const each of [json(500), json(40_000), json(500), copies(70_000, 3), json(700, 1), json(30_000)]) {
        const made = deflating.deflate(each);
        expect(made instanceof Promise).toBe(each.length > 32_768);
        if (Buffer.compare(oracle.inflate(await made), each) !== 0) expect.fail("zlib reads something else");
      }
      deflating.close();
    }
  }
}, 30_000);

test.each([1, 3, 6])("what went by way of a thread is found again, at level %i", async (level) => {
  for (const windowBits of [9, 13, 15] as const) {
    const deflating = context(level, windowBits);
    const large = noise(70_000);
    await deflating.deflate(large);
    expect((await deflating.deflate(large.subarray(-400))).length).toBeLessThan(40);
    deflating.close();
  }
});

test("a context that is closed while a thread works for it says so, and may be closed again", async () => {
  const deflating = context(6);
  const large = deflating.deflate(json(200_000));
  deflating.close();
  deflating.close();
  await expect(large).rejects.toMatchObject({ code: "CANCELLED" });
  expect(deflating.closed).toBe(true);
});
