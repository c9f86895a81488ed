import { constants, createDeflateRaw, deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SynchronousDrive } from "../../src/zlib/synchronous.js";
import { BlockWriter } from "../support/blocks.js";
import { InflateModule } from "../support/inflate-module.js";
import { concat, json, noise, oracleDeflate } from "../support/oracle.js";
import { createRandom } from "../support/random.js";

const KIB = 1024;
const WINDOW = 32 * KIB;
const STRATEGIES = {
  default: constants.Z_DEFAULT_STRATEGY,
  filtered: constants.Z_FILTERED,
  "Huffman only": constants.Z_HUFFMAN_ONLY,
  "run lengths": constants.Z_RLE,
  "fixed codes": constants.Z_FIXED,
};
const MESSAGES: readonly Uint8Array[] = [
  new Uint8Array(1),
  json(40),
  json(300, 1),
  json(9000, 2),
  noise(700),
  new Uint8Array(3000).fill(7),
  repeating(2500),
];

describe("a message alone is what zlib compressed", () => {
  test.each(Object.entries(STRATEGIES))("at every level, with the strategy %s", (_name, strategy) => {
    const module = new InflateModule(WINDOW);
    for (let level = 0; level <= 9; level++) {
      for (const memLevel of [1, 8, 9]) {
        for (const message of MESSAGES) {
          const options = { level, strategy, memLevel, finishFlush: constants.Z_SYNC_FLUSH };
          module.forget();
          expectOutput(module, deflateRawSync(message, options).subarray(0, -4), message);
        }
      }
    }
  });

  test("when it is empty, or one block with nothing", () => {
    const module = new InflateModule(WINDOW);
    expectOutput(module, Uint8Array.of(0), new Uint8Array());
    expectOutput(module, Uint8Array.of(2, 0), new Uint8Array());
  });

  test("when it repeats what is any distance back, for any length", () => {
    const module = new InflateModule(WINDOW);
    for (let distance = 1; distance <= 80; distance++) {
      const start = noise(distance, distance);
      for (const length of [3, 4, 15, 16, 17, 31, 32, 33, 64, 65, 257, 258, 259, 600]) {
        const message = Uint8Array.from({ length: distance + length }, (_, index) => start[index % distance] ?? 0);
        module.forget();
        expectOutput(module, oracleDeflate(message, { level: 9 }), message);
      }
    }
  });

  test("when it fills the input", () => {
    const module = new InflateModule(WINDOW);
    const text = json(112_000);
    const coded = deflateRawSync(text, { strategy: constants.Z_HUFFMAN_ONLY, finishFlush: constants.Z_SYNC_FLUSH });
    expect(coded.length).toBeGreaterThan(60_000);
    expectOutput(module, coded.subarray(0, -4), text);
    const bytes = noise(64 * KIB - 5);
    const stored = new BlockWriter().stored(bytes).bytes();
    expect(stored.length).toBe(64 * KIB);
    expectOutput(module, stored, bytes);
  });
});

describe("messages of one context are what zlib compressed", () => {
  test.each([9, 10, 11, 12, 13, 14, 15])("with a window of 2^%s, long after the buffer was full", (windowBits) => {
    const window = 2 ** windowBits;
    for (const capacity of [2 * window, 2 * window + 777]) {
      const random = createRandom(windowBits);
      const module = new InflateModule(window, capacity);
      const compressor = new Compressor(windowBits, random(10));
      const history = json(2 * window, 5);
      let total = 0;
      for (let count = 0; total < 12 * capacity; count++) {
        // Pieces of what came before, of every distance, among new ones.
        const at = random(history.length);
        const message = concat(history.subarray(at, at + 1 + random(window)), noise(random(20), count));
        expectOutput(module, compressor.compress(message), message);
        total += message.length;
        expect(module.history).toBe(Math.min(window, total));
      }
      compressor.close();
    }
  });

  test("in every size of pieces, each with no more than one copy over its room", () => {
    for (const strategy of Object.values(STRATEGIES)) {
      const random = createRandom(strategy);
      for (const room of [1, 2, 3, 4, 255, 258, 259, 1000, 4096, () => 1 + random(600)]) {
        const module = new InflateModule(512);
        const compressor = new Compressor(9, 6, strategy);
        for (const message of [json(500), json(3000), noise(2000), new Uint8Array(2000), json(3000), json(100)]) {
          const { outcome, output, sizes } = module.inflate(compressor.compress(message), room);
          expect(outcome).toBe("DONE");
          expect(Buffer.compare(output, message)).toBe(0);
          if (typeof room === "number") expect(sizes.length).toBeGreaterThanOrEqual(message.length / (room + 258));
        }
        compressor.close();
      }
    }
  });

  test("and a stored block stops exactly where the room does", () => {
    const module = new InflateModule(WINDOW);
    const message = noise(1000);
    expect(module.inflate(oracleDeflate(message, { level: 0 }), 300).sizes).toEqual([300, 300, 300, 100]);
  });

  test("after a window from elsewhere", () => {
    const module = new InflateModule(WINDOW);
    const message = json(400, 3);
    for (const dictionary of [json(300, 3), json(WINDOW - 400, 3), json(WINDOW, 3)]) {
      const payload = deflateRawSync(message, { dictionary, finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
      module.reset(dictionary);
      expectOutput(module, payload, message);
    }
  });

  test("whatever they are, in whatever pieces", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(3000).map(json)), { maxLength: 8 }),
        fc.integer({ min: 9, max: 15 }),
        fc.integer({ min: 0, max: 9 }),
        fc.constantFrom(...Object.values(STRATEGIES)),
        fc.integer({ min: 1, max: 2000 }),
        (messages, windowBits, level, strategy, room) => {
          const module = new InflateModule(2 ** windowBits);
          const compressor = new Compressor(windowBits, level, strategy);
          for (const message of messages) {
            const { outcome, output } = module.inflate(compressor.compress(message), room);
            expect([outcome, Buffer.compare(output, message)]).toEqual(["DONE", 0]);
          }
          compressor.close();
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("blocks with BFINAL", () => {
  const first = json(100);
  const second = json(300, 1);

  test.each<[string, Uint8Array, Uint8Array]>([
    ["end a message, with the padding of RFC 7692 section 7.2.3.4", concat(final(second), Uint8Array.of(0)), second],
    ["end a message without it", final(second), second],
    ["end a message together with the tail", concat(oracleDeflate(second), Uint8Array.of(0, 0, 255, 255, 1)), second],
    ["stand within a message", concat(final(first), final(second), Uint8Array.of(0)), concat(first, second)],
    ["are followed by blocks without", concat(final(first), oracleDeflate(second)), concat(first, second)],
    ["say nothing, often", concat(...emptyFinals(50), oracleDeflate(second)), second],
  ])("%s", (_what, payload, message) => {
    const module = new InflateModule(WINDOW);
    for (const room of [1, 100, 100_000]) {
      const { outcome, output } = module.inflate(payload, room);
      expect([outcome, output]).toEqual(["DONE", message]);
      module.reset();
    }
  });

  test("leave nothing that the next block, or the next message, could refer to", () => {
    const reference = deflateRawSync(first, { dictionary: first, finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
    for (const room of [1, 100_000]) {
      const module = new InflateModule(WINDOW);
      expectOutput(module, oracleDeflate(first), first);
      expectOutput(module, reference, first);
      expect(module.inflate(concat(final(first), reference), room).outcome).toBe("INVALID_DISTANCE_TOO_FAR_BACK");
      module.reset();
      expectOutput(module, final(first), first);
      expect(module.history).toBe(0);
      expect(module.inflate(reference, room).outcome).toBe("INVALID_DISTANCE_TOO_FAR_BACK");
    }
  });

  test("are at most 1024 in a message", () => {
    const module = new InflateModule(WINDOW);
    expectOutput(module, concat(...emptyFinals(1024), Uint8Array.of(0)), new Uint8Array());
    expect(module.inflate(concat(...emptyFinals(1025), Uint8Array.of(0))).outcome).toBe("TOO_MANY_FINAL_BLOCKS");
  });
});

/** A sender of messages that all go through one context. */
class Compressor {
  readonly #stream;
  readonly #drive: SynchronousDrive;
  readonly #scratch: Uint8Array = new Uint8Array(256 * KIB);

  constructor(windowBits: number, level: number, strategy: number = constants.Z_DEFAULT_STRATEGY) {
    this.#stream = createDeflateRaw({ windowBits, level, strategy, flush: constants.Z_SYNC_FLUSH });
    this.#drive = new SynchronousDrive(this.#stream);
  }

  compress(message: Uint8Array): Uint8Array {
    if (message.length === 0) return Uint8Array.of(0);
    this.#drive.step(message, 0, message.length, this.#scratch, this.#scratch.length);
    return this.#scratch.slice(0, this.#drive.produced - 4);
  }

  close(): void {
    this.#stream.close();
  }
}

function expectOutput(module: InflateModule, payload: Uint8Array, message: Uint8Array): void {
  const { outcome, output } = module.inflate(payload);
  expect(outcome).toBe("DONE");
  if (Buffer.compare(output, message) !== 0) expect(output).toEqual(message);
}

function final(message: Uint8Array): Uint8Array {
  return Uint8Array.from(deflateRawSync(message, { finishFlush: constants.Z_FINISH }));
}

function emptyFinals(count: number): Uint8Array[] {
  return Array<Uint8Array>(count).fill(Uint8Array.of(3, 0));
}

function repeating(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => index % (1 + (index >> 6)));
}
