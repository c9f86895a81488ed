import { constants, deflateRawSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import type { CodeLength } from "../support/blocks.js";
import {
  BlockWriter,
  codeLengths,
  END_OF_BLOCK,
  FIXED_DISTANCES,
  FIXED_LITERALS,
  PLAIN_LENGTH_CODES,
  writeCodes,
} from "../support/blocks.js";
import { InflateModule } from "../support/inflate-module.js";
import { Judge } from "../support/judge.js";
import { concat, json, noise, oracleDeflate } from "../support/oracle.js";
import type { Random } from "../support/random.js";
import { createRandom } from "../support/random.js";
import { randomBlocks } from "../support/random-blocks.js";

const WINDOW = 32 * 1024;
const judge = new Judge();

afterAll(() => {
  judge.close();
});

/** The symbols of two literals, and of the length 3. */
const [A, B, THREE] = [65, 66, 257];
const FOUR_CODES = codeLengths(258, { [A]: 2, [B]: 2, [END_OF_BLOCK]: 2, [THREE]: 2 });
/** One code of each length up to 15, and a second one of 15 bits. */
const DEEP = [15, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1];
const DEEP_LITERALS = [0, ...DEEP.slice(1), ...codeLengths(241, { [END_OF_BLOCK - 16]: 15 })];

/** A block all of whose codes are long, so that it ends within one wherever it is cut. */
const DEEP_MESSAGE = written({ literals: DEEP_LITERALS, distances: DEEP, symbols: Array<number>(40).fill(1) });

interface Block {
  readonly literals?: readonly number[];
  readonly distances?: readonly number[];
  readonly lengthCodes?: readonly number[];
  /** As they are written, where that is not one after the other. */
  readonly lengths?: readonly CodeLength[];
  /** Literals, lengths, and bits as they are. */
  readonly symbols?: readonly (number | string)[];
}

describe("a set of codes", () => {
  test.each<[string, Block, string]>([
    ["is complete", { distances: [1, 1], symbols: [A, B, THREE, "1"] }, "ABABA"],
    ["of distances is a single one, of one bit", { distances: [1], symbols: [A, THREE, "0"] }, "AAAA"],
    ["of distances is a single one, not the first", { distances: [0, 1], symbols: [A, B, THREE, "0"] }, "ABABA"],
    ["of distances is empty where there are none", { distances: [0], symbols: [A, B] }, "AB"],
    ["of literals is the end of the block alone", { literals: codeLengths(257, { [END_OF_BLOCK]: 1 }) }, ""],
    [
      "has lengths up to fifteen bits",
      { literals: DEEP_LITERALS, symbols: [15, 1, 2, 5, 15, 3] },
      "\x0f\x01\x02\x05\x0f\x03",
    ],
    ["of distances has too", { distances: DEEP, symbols: [A, THREE, "111111111111110"] }, "AAAA"],
    [
      "repeats a length from literals to distances",
      { distances: [2, 2, 2, 2], lengths: [...FOUR_CODES, [16, 1]], symbols: [A, THREE, "00"] },
      "AAAA",
    ],
  ])("%s", (_what, block, text) => {
    const payload = written(block);
    const message = Uint8Array.from(Buffer.from(text, "latin1"));
    expect(new InflateModule(WINDOW).inflate(payload)).toMatchObject({ outcome: "DONE", output: message });
    expect(judge.message(payload).output).toEqual(message);
  });
});

describe("what zlib refuses is refused in its words", () => {
  test.each<[string, Uint8Array]>([
    ["a block of the fourth type", Uint8Array.of(7)],
    ["a stored block whose lengths differ", Uint8Array.of(0, 1, 0, 0xff, 0xff, 7)],
    ["287 literals and lengths", written({ literals: FOUR_CODES.concat(codeLengths(29, {})) })],
    ["31 distances", written({ distances: codeLengths(31, { 0: 1, 1: 1 }) })],
    ["too many codes for code lengths", written({ lengthCodes: codeLengths(19, { 0: 1, 1: 2, 2: 2, 18: 2 }) })],
    ["too few codes for code lengths", written({ lengthCodes: codeLengths(19, { 0: 1, 1: 2, 2: 3 }) })],
    ["one code for code lengths", written({ lengthCodes: codeLengths(19, { 1: 1 }) })],
    ["a repeated length before there is one", written({ lengths: [[16, 0], ...FOUR_CODES] })],
    ["a repeated length too often", written({ distances: [1, 1], lengths: [...FOUR_CODES, [16, 0]] })],
    ["a few lengths too many", written({ distances: [1, 1], lengths: [...FOUR_CODES, [17, 0]] })],
    ["many lengths too many", written({ distances: [1, 1], lengths: [...FOUR_CODES, [18, 127]] })],
    ["no end of the block", written({ literals: codeLengths(257, { [A]: 1, [B]: 1 }) })],
    ["too many literals", written({ literals: codeLengths(257, { [A]: 1, [B]: 1, [END_OF_BLOCK]: 1 }) })],
    ["too few literals", written({ literals: codeLengths(257, { [A]: 2, [B]: 2, [END_OF_BLOCK]: 2 }) })],
    ["one literal, of two bits", written({ literals: codeLengths(257, { [END_OF_BLOCK]: 2 }) })],
    ["too many distances", written({ distances: [1, 1, 1] })],
    ["too few distances", written({ distances: [2, 2, 2] })],
    ["one distance, of two bits", written({ distances: [2] })],
    ["a literal that has no code", written({ literals: codeLengths(257, { [END_OF_BLOCK]: 1 }), symbols: ["1"] })],
    ["a distance that has no code", written({ distances: [1], symbols: [A, THREE, "1"] })],
    ["a distance where there are none", written({ distances: [0], symbols: [A, THREE, "0"] })],
    ["the fixed length 286", writtenFixed([A, 286, 0])],
    ["the fixed length 287", writtenFixed([A, 287, 0])],
    ["the fixed distance 30", writtenFixed([A, THREE, 30])],
    ["the fixed distance 31", writtenFixed([A, THREE, 31])],
    ["a reference to nothing", writtenFixed([THREE, 0])],
    ["a reference one further back than there is", writtenFixed([A, B, THREE, 2])],
  ])("%s", (_what, payload) => {
    const { error } = judge.message(payload);
    expect(error).toBeDefined();
    expect(new InflateModule(WINDOW).inflate(payload).outcome).toBe(named(error));
  });
});

describe("a reference reaches", () => {
  test.each([8, 9, 10, 11, 12, 13, 14, 15])("as far as a window of 2^%s, though more may be there", (windowBits) => {
    const window = 2 ** windowBits;
    const before = noise(window + 50);
    for (const distance of [window, window + 1, window + 50]) {
      if (distance > WINDOW) continue;
      const writer = new BlockWriter().stored(before).bits(2, 3).symbol(FIXED_LITERALS, THREE);
      const payload = writer
        .distance(FIXED_DISTANCES, distance)
        .symbol(FIXED_LITERALS, END_OF_BLOCK)
        .bits(0, 3)
        .bytes();
      for (const room of [500, 100_000]) {
        const { outcome, output } = new InflateModule(window, 4 * window).inflate(payload, room);
        expect(outcome).toBe(distance === window ? "DONE" : "INVALID_DISTANCE_TOO_FAR_BACK");
        const at = before.length - distance;
        if (distance === window) expect(output).toEqual(concat(before, before.subarray(at, at + 3)));
      }
    }
  });

  test("as far as the message, and what came before it where that is kept", () => {
    const module = new InflateModule(WINDOW);
    const before = noise(300);
    const payload = new BlockWriter().bits(2, 3).symbol(FIXED_LITERALS, A).symbol(FIXED_LITERALS, THREE);
    payload.distance(FIXED_DISTANCES, 301).symbol(FIXED_LITERALS, END_OF_BLOCK).bits(0, 3);
    module.reset(before);
    const output = concat(Uint8Array.of(A), before.subarray(0, 3));
    expect(module.inflate(payload.bytes())).toMatchObject({ outcome: "DONE", output });
    module.reset(before.subarray(1));
    expect(module.inflate(payload.bytes()).outcome).toBe("INVALID_DISTANCE_TOO_FAR_BACK");
    module.reset(before);
    module.forget();
    expect(module.inflate(payload.bytes()).outcome).toBe("INVALID_DISTANCE_TOO_FAR_BACK");
  });

  test("as far as zlib says, in messages for larger windows", () => {
    const random = createRandom(3);
    const history = json(20_000);
    for (const windowBits of [9, 10, 12]) {
      const narrow = new Judge(windowBits, 1);
      const module = new InflateModule(2 ** windowBits);
      for (let count = 0; count < 60; count++) {
        const pieces = Array.from({ length: 6 }, () => {
          const at = random(random(2 ** (windowBits + 1)));
          return history.subarray(at, at + random(200));
        });
        const payload = oracleDeflate(concat(...pieces, json(5)));
        module.forget();
        const { outcome, output } = module.inflate(payload, 1 + random(500));
        const verdict = narrow.message(payload);
        expect(outcome).toBe(verdict.output === undefined ? named(verdict.error) : "DONE");
        if (verdict.output !== undefined) expect(Buffer.compare(output, verdict.output)).toBe(0);
      }
      narrow.close();
    }
  });
});

test("a message ends where a block does that is stored or the last one, and not where another happens to fill a byte", () => {
  const module = new InflateModule(WINDOW);
  expect(module.inflate(new BlockWriter().stored(Uint8Array.of(A)).bytes())).toMatchObject({
    outcome: "DONE",
    output: Uint8Array.of(A),
  });
  // Nine bits for each literal, seven for the end, three for each beginning: so the next block begins with a byte.
  const filled = writtenFixed([200, 201, 202, 203, 204, 205]);
  expect(filled.length).toBe(9);
  expect(module.inflate(filled).outcome).toBe("DONE");
  expect(module.inflate(filled.subarray(0, 8)).outcome).toBe("ENDS_WITHIN_A_BLOCK");
});

test("a message that was cut anywhere ends within a block, or where zlib says, whatever lies behind it", () => {
  const module = new InflateModule(WINDOW);
  const stored = new BlockWriter().stored(noise(50)).bytes();
  for (const whole of [oracleDeflate(json(60)), oracleDeflate(json(900)), concat(stored, stored), DEEP_MESSAGE]) {
    for (let size = 1; size <= whole.length; size++) {
      const payload = whole.subarray(0, size);
      for (const behind of [0x00, 0xff, 0x55]) {
        module.forget();
        expectAgreement(payload, module, undefined, behind);
      }
    }
  }
});

describe("zlib agrees, and nothing else is written to,", () => {
  test("on 100,000 damaged messages", () => {
    const random = createRandom(1);
    const whole = Array.from({ length: 600 }, () => randomPayload(random));
    const counts = agreements(100_000, random, () => damaged(whole[random(whole.length)] ?? new Uint8Array(1), random));
    expect(counts.accepted).toBeGreaterThan(5000);
    expect(counts.unfinished).toBeGreaterThan(5000);
    expect(counts.refused).toBeGreaterThan(30_000);
  });

  test("on 10,000 messages of blocks that nobody would send", () => {
    const random = createRandom(2);
    const counts = agreements(10_000, random, () => randomBlocks(random));
    expect(counts.accepted).toBeGreaterThan(1000);
    expect(counts.refused).toBeGreaterThan(3000);
  });
});

interface Counts {
  accepted: number;
  unfinished: number;
  refused: number;
}

function agreements(count: number, random: Random, next: () => Uint8Array): Counts {
  const module = new InflateModule(WINDOW);
  module.markForeignMemory();
  const before = module.foreignMemory();
  const counts: Counts = { accepted: 0, unfinished: 0, refused: 0 };
  for (let index = 0; index < count; index++) {
    module.forget();
    const room = random(4) === 0 ? 1 + random(700) : undefined;
    const outcome = expectAgreement(next(), module, room);
    counts[outcome === "DONE" ? "accepted" : outcome === "ENDS_WITHIN_A_BLOCK" ? "unfinished" : "refused"] += 1;
  }
  expect(Buffer.compare(module.foreignMemory(), before)).toBe(0);
  return counts;
}

/** Both take a message for the same bytes, or neither takes it. */
function expectAgreement(payload: Uint8Array, module: InflateModule, room?: number, behind?: number): string {
  const { outcome, output } = module.inflate(payload, room, behind);
  const verdict = judge.message(payload);
  const agreed =
    outcome === "DONE"
      ? verdict.output !== undefined && Buffer.compare(output, verdict.output) === 0
      : outcome === "ENDS_WITHIN_A_BLOCK"
        ? verdict.error === undefined && (verdict.output === undefined || verdict.withoutTail)
        : verdict.output === undefined;
  if (!agreed)
    expect.fail(`${outcome}, but zlib: ${JSON.stringify(verdict)}, of ${Buffer.from(payload).toString("hex")}`);
  return outcome;
}

function written({
  literals = FOUR_CODES,
  distances = [1, 1],
  lengthCodes = PLAIN_LENGTH_CODES,
  lengths = [...literals, ...distances],
  symbols = [],
}: Block): Uint8Array {
  const writer = new BlockWriter();
  writeCodes(writer, { literals: literals.length, distances: distances.length, lengthCodes, lengths });
  for (const symbol of symbols) {
    if (typeof symbol === "number") writer.symbol(literals, symbol);
    else for (const bit of symbol) writer.bits(Number(bit), 1);
  }
  return writer.symbol(literals, END_OF_BLOCK).bits(0, 3).bytes();
}

/** Literals, and lengths without extra bits, each with a distance behind it, without extra bits too. */
function writtenFixed(symbols: readonly number[]): Uint8Array {
  const writer = new BlockWriter().bits(2, 3);
  for (const [index, symbol] of symbols.entries()) {
    writer.symbol((symbols[index - 1] ?? 0) > END_OF_BLOCK ? FIXED_DISTANCES : FIXED_LITERALS, symbol);
  }
  return writer.symbol(FIXED_LITERALS, END_OF_BLOCK).bits(0, 3).bytes();
}

/** What assembly/inflate-result.ts calls an error of zlib. */
function named(error: string | undefined): string {
  return (error ?? "ends within a block").toUpperCase().replaceAll(/[^A-Z]+/g, "_");
}

function randomPayload(random: Random): Uint8Array {
  const size = random(4) === 0 ? random(6000) : random(300);
  const message = [
    () => json(size, random(100)),
    () => noise(size, random(100)),
    () => new Uint8Array(size).fill(random(256)),
    () => Uint8Array.from({ length: size }, () => A + random(4)),
  ][random(4)]?.();
  const isFinal = random(4) === 0;
  const payload = deflateRawSync(message ?? new Uint8Array(), {
    level: random(10),
    strategy: random(5),
    memLevel: 1 + random(9),
    windowBits: 9 + random(7),
    finishFlush: isFinal ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
  });
  const sent = concat(isFinal || random(20) === 0 ? payload : payload.subarray(0, -4), new Uint8Array(random(2)));
  return random(8) === 0 ? concat(sent, randomPayload(random)) : sent;
}

function damaged(payload: Uint8Array, random: Random): Uint8Array {
  let bytes: Uint8Array = Uint8Array.from(payload);
  for (let left = random(4); left > 0; left--) {
    const at = random(bytes.length);
    switch (random(4)) {
      case 0:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
        break;
      case 1:
        // Where a block brings its codes.
        bytes[at % 20] = random(256);
        break;
      case 2:
        bytes = bytes.slice(0, at + 1);
        break;
      default:
        bytes = concat(bytes, noise(1 + random(3), random(1000)));
    }
  }
  return bytes.length === 0 ? Uint8Array.of(0) : bytes;
}
