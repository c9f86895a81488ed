import { describe, expect, it } from "vitest";
import { answer, clientClose, clientFrame, concat } from "../../src/frames.js";
import { everySetup } from "../support/setups.js";
import { outcomeOf, violations } from "./outcome.js";
import { rule } from "./rule.js";
import { BINARY, CONTINUATION, declares, MIB, PING, PONG, TEXT, text } from "./wire.js";

const hello = text("hello");

rule(20, everySetup, (serve) => {
  const bare = (opcode: number, payload = ""): Uint8Array => clientFrame({ opcode, payload, masked: false });
  violations(serve, "MASK_MISSING", 1002, {
    "a text": [bare(TEXT, "hello"), 1],
    "an empty binary": [bare(BINARY), 1],
    "a ping": [bare(PING), 1],
    "a Close": [bare(8), 1],
    "behind a masked one": [concat(hello, bare(TEXT, "hello")), hello.length + 1, [answer(TEXT, "hello")]],
    "a continuation": [concat(clientFrame({ opcode: TEXT, fin: false }), bare(CONTINUATION)), 7],
  });
});

rule(21, everySetup, (serve) => {
  const bits = [0x40, 0x20, 0x10, 0x70];
  const cases = bits.flatMap((rsv) =>
    [TEXT, BINARY, PING, PONG, 8].map((opcode) => [
      `0x${rsv.toString(16)} on opcode ${opcode}`,
      [clientFrame({ opcode, rsv }), 0] as const,
    ]),
  );
  violations(serve, "RESERVED_BITS", 1002, {
    ...(Object.fromEntries(cases) as Record<string, readonly [Uint8Array, number]>),
    "on a continuation": [
      concat(clientFrame({ opcode: TEXT, fin: false }), clientFrame({ opcode: CONTINUATION, rsv: 0x40 })),
      6,
    ],
  });
});

rule(22, everySetup, (serve) => {
  const opcodes = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15];
  violations(
    serve,
    "RESERVED_OPCODE",
    1002,
    Object.fromEntries(opcodes.map((opcode) => [`opcode ${opcode}`, [clientFrame({ opcode }), 0] as const])),
  );
});

rule(23, everySetup, (serve) => {
  describe("fragmented", () => {
    const fragment = (opcode: number) => [clientFrame({ opcode, fin: false }), 0] as const;
    violations(serve, "FRAGMENTED_CONTROL_FRAME", 1002, {
      ping: fragment(PING),
      pong: fragment(PONG),
      Close: fragment(8),
    });
  });

  describe("too long", () => {
    const long = (opcode: number, size: number) => [clientFrame({ opcode, payload: new Uint8Array(size) }), 1] as const;
    violations(serve, "CONTROL_FRAME_TOO_LONG", 1002, {
      "a ping of 126 bytes": long(PING, 126),
      "a pong of 126 bytes": long(PONG, 126),
      "a Close of 126 bytes": long(8, 126),
      "a ping of 70,000 bytes": long(PING, 70_000),
    });
  });

  it("125 bytes are not too long", async () => {
    const payload = "p".repeat(125);
    const input = [
      clientFrame({ opcode: PING, payload }),
      clientFrame({ opcode: PONG, payload }),
      clientClose(1000, "c".repeat(123)),
    ];
    expect(await outcomeOf(serve, input)).toEqual({ answers: [answer(PONG, payload)], close: 1000, error: undefined });
  });
});

rule(24, everySetup, (serve) => {
  describe("a continuation of nothing", () => {
    const stray = clientFrame({ opcode: CONTINUATION, payload: "what?" });
    violations(serve, "UNEXPECTED_CONTINUATION", 1002, {
      "first of all": [stray, 0],
      "behind a whole message": [concat(hello, stray), hello.length, [answer(TEXT, "hello")]],
      "without FIN": [clientFrame({ opcode: CONTINUATION, fin: false }), 0],
    });
  });

  describe("a new message inside another", () => {
    const begun = clientFrame({ opcode: TEXT, payload: "one", fin: false });
    violations(serve, "MESSAGE_UNFINISHED", 1002, {
      "of the same type": [concat(begun, hello), begun.length],
      "of another type": [concat(begun, clientFrame({ opcode: BINARY })), begun.length],
      "behind a ping": [concat(begun, clientFrame({ opcode: PING }), hello), begun.length + 6, [answer(PONG)]],
    });
  });
});

rule(25, everySetup, (serve) => {
  // It is decided at the last byte of 16 bits, and of 64 at the last of those that a shorter form does without.
  const padded = (bits: number, ...extended: number[]) =>
    [
      clientFrame({ opcode: BINARY, length: { bits, extended: Uint8Array.from(extended) } }),
      bits === 126 ? 3 : 7,
    ] as const;
  violations(serve, "LENGTH_NOT_MINIMAL", 1002, {
    "0 in 16 bits": padded(126, 0, 0),
    "125 in 16 bits": padded(126, 0, 125),
    "0 in 64 bits": padded(127, 0, 0, 0, 0, 0, 0, 0, 0),
    "125 in 64 bits": padded(127, 0, 0, 0, 0, 0, 0, 0, 125),
    "65,535 in 64 bits": padded(127, 0, 0, 0, 0, 0, 0, 0xff, 0xff),
  });
});

rule(26, everySetup, (serve) => {
  describe("the top bit", () => {
    violations(serve, "LENGTH_TOP_BIT", 1002, {
      alone: [declares(2n ** 63n), 2],
      "of all bits": [declares(2n ** 64n - 1n), 2],
      "of a small length": [declares(2n ** 63n + 65_536n), 2],
    });
  });

  // Among them what is small, or nothing, in either half or as a double.
  it.each(
    [MIB + 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 5, 2 ** 33]
      .map(BigInt)
      .concat(2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n),
  )("%i bytes are 1009", async (length) => {
    const outcome = await outcomeOf(serve, [declares(length)]);
    expect(outcome).toMatchObject({ answers: [], close: 1009, error: ["FRAME_TOO_BIG", expect.any(Number)] });
  });

  it.each([2n ** 32n, 2n ** 53n])("%i bytes in a fragment behind another are 1009", async (length) => {
    const begun = clientFrame({ opcode: BINARY, payload: "1", fin: false });
    const outcome = await outcomeOf(serve, [begun, declares(length, CONTINUATION)]);
    expect(outcome).toMatchObject({ answers: [], close: 1009 });
  });
});
