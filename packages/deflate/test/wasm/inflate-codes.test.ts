import { afterAll, describe, expect, test } from "vitest";
import type { Block } from "../support/blocks.js";
import {
  A,
  B,
  codeLengths,
  DEEP,
  DEEP_LITERALS,
  dynamicPayload,
  END_OF_BLOCK,
  FOUR_CODES,
  fixedPayload,
  THREE,
} from "../support/blocks.js";
import { InflateModule } from "../support/inflate-module.js";
import { Judge, named } from "../support/judge.js";

const WINDOW = 32 * 1024;
const judge = new Judge();

afterAll(() => {
  judge.close();
});

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
    const payload = dynamicPayload(block);
    const message = Uint8Array.from(Buffer.from(text, "latin1"));
    expect(new InflateModule(WINDOW).inflate(payload)).toMatchObject({ outcome: "DONE", output: message });
    expect(judge.message(payload).output).toEqual(message);
  });
});

describe("what zlib refuses is refused in its words", () => {
  test.each<[string, Uint8Array]>([
    ["a block of the fourth type", Uint8Array.of(7)],
    ["a stored block whose lengths differ", Uint8Array.of(0, 1, 0, 0xff, 0xff, 7)],
    ["287 literals and lengths", dynamicPayload({ literals: FOUR_CODES.concat(codeLengths(29, {})) })],
    ["31 distances", dynamicPayload({ distances: codeLengths(31, { 0: 1, 1: 1 }) })],
    ["too many codes for code lengths", dynamicPayload({ lengthCodes: codeLengths(19, { 0: 1, 1: 2, 2: 2, 18: 2 }) })],
    ["too few codes for code lengths", dynamicPayload({ lengthCodes: codeLengths(19, { 0: 1, 1: 2, 2: 3 }) })],
    ["one code for code lengths", dynamicPayload({ lengthCodes: codeLengths(19, { 1: 1 }) })],
    ["a repeated length before there is one", dynamicPayload({ lengths: [[16, 0], ...FOUR_CODES] })],
    ["a repeated length too often", dynamicPayload({ distances: [1, 1], lengths: [...FOUR_CODES, [16, 0]] })],
    ["a few lengths too many", dynamicPayload({ distances: [1, 1], lengths: [...FOUR_CODES, [17, 0]] })],
    ["many lengths too many", dynamicPayload({ distances: [1, 1], lengths: [...FOUR_CODES, [18, 127]] })],
    ["no end of the block", dynamicPayload({ literals: codeLengths(257, { [A]: 1, [B]: 1 }) })],
    ["too many literals", dynamicPayload({ literals: codeLengths(257, { [A]: 1, [B]: 1, [END_OF_BLOCK]: 1 }) })],
    ["too few literals", dynamicPayload({ literals: codeLengths(257, { [A]: 2, [B]: 2, [END_OF_BLOCK]: 2 }) })],
    ["one literal, of two bits", dynamicPayload({ literals: codeLengths(257, { [END_OF_BLOCK]: 2 }) })],
    ["too many distances", dynamicPayload({ distances: [1, 1, 1] })],
    ["too few distances", dynamicPayload({ distances: [2, 2, 2] })],
    ["one distance, of two bits", dynamicPayload({ distances: [2] })],
    [
      "a literal that has no code",
      dynamicPayload({ literals: codeLengths(257, { [END_OF_BLOCK]: 1 }), symbols: ["1"] }),
    ],
    ["a distance that has no code", dynamicPayload({ distances: [1], symbols: [A, THREE, "1"] })],
    ["a distance where there are none", dynamicPayload({ distances: [0], symbols: [A, THREE, "0"] })],
    ["the fixed length 286", fixedPayload([A, 286, 0])],
    ["the fixed length 287", fixedPayload([A, 287, 0])],
    ["the fixed distance 30", fixedPayload([A, THREE, 30])],
    ["the fixed distance 31", fixedPayload([A, THREE, 31])],
    ["a reference to nothing", fixedPayload([THREE, 0])],
    ["a reference one further back than there is", fixedPayload([A, B, THREE, 2])],
  ])("%s", (_what, payload) => {
    const { error } = judge.message(payload);
    expect(error).toBeDefined();
    expect(new InflateModule(WINDOW).inflate(payload).outcome).toBe(named(error));
  });
});
