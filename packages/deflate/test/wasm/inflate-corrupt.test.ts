import { constants, deflateRawSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import {
  A,
  BlockWriter,
  DEEP,
  DEEP_LITERALS,
  dynamicPayload,
  END_OF_BLOCK,
  FIXED_DISTANCES,
  FIXED_LITERALS,
  fixedPayload,
  THREE,
} from "../support/blocks.js";
import { InflateModule } from "../support/inflate-module.js";
import type { Verdict } from "../support/judge.js";
import { Judge, named } from "../support/judge.js";
import { concat, json, noise, oracleDeflate } from "../support/oracle.js";
import type { Random } from "../support/random.js";
import { createRandom } from "../support/random.js";
import { randomBlocks } from "../support/random-blocks.js";

const WINDOW = 32 * 1024;
const judge = new Judge();

afterAll(() => {
  judge.close();
});

/** A block all of whose codes are long, so that it ends within one wherever it is cut. */
const DEEP_MESSAGE = dynamicPayload({ literals: DEEP_LITERALS, distances: DEEP, symbols: Array<number>(40).fill(1) });

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
  const filled = fixedPayload([200, 201, 202, 203, 204, 205]);
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

/** Both take a message for the same bytes, or both refuse it, or it ends too early for both. */
function expectAgreement(payload: Uint8Array, module: InflateModule, room?: number, behind?: number): string {
  const { outcome, output } = module.inflate(payload, room, behind);
  const verdict = judge.message(payload);
  if (!agrees(outcome, output, verdict)) {
    expect.fail(`${outcome}, but zlib: ${JSON.stringify(verdict)}, of ${Buffer.from(payload).toString("hex")}`);
  }
  return outcome;
}

function agrees(outcome: string, output: Uint8Array, verdict: Verdict): boolean {
  switch (outcome) {
    case "DONE":
      return verdict.output !== undefined && Buffer.compare(output, verdict.output) === 0;
    case "ENDS_WITHIN_A_BLOCK":
      return verdict.error === undefined && (verdict.output === undefined || verdict.withoutTail);
    case "INVALID_CODE_LENGTHS_SET":
      // Where code lengths have no codes at all, zlib reads on, and then finds that nothing ends the block.
      return verdict.output === undefined;
    default:
      return verdict.error !== undefined;
  }
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
