import type { WebSocketHandler, WebSocketOptions } from "@sluice/server";
import { bounded, ProtocolViolationError, SluiceError } from "@sluice/server";
import { describe, expect, it } from "vitest";
import type { ExpectedFrame } from "../../src/case.js";
import { answer, bytes, clientClose, clientFrame, closeCode, concat, readFrame } from "../../src/frames.js";
import { CASES } from "../../src/index.js";
import type { Peer } from "../../src/peer.js";
import { handshake, open, send } from "../../src/peer.js";
import type { Served } from "../support/serve.js";
import { echo, rawRoute, route } from "../support/serve.js";
import { everySetup } from "../support/setups.js";
import { signal, stalls, turn, until } from "../support/until.js";
import type { ServeOn } from "./rule.js";
import { rule } from "./rule.js";

const CONTINUATION = 0;
const TEXT = 1;
const BINARY = 2;
const PING = 9;
const PONG = 10;
const MIB = 1024 * 1024;

/** What a session came to: what was said to the peer, and what its handler got. */
interface Outcome {
  /** Frames in front of the Close. */
  readonly answers: readonly ExpectedFrame[];
  /** `undefined` for an empty Close. */
  readonly close: number | undefined;
  /** The error that ended the iteration, if one did: its code, what was violated, and where. */
  readonly error: unknown;
}

/** An echo, and how each of its sessions ended, by the query of its request. */
function observed(): { readonly handler: WebSocketHandler<"">; readonly errors: Map<string, unknown> } {
  const errors = new Map<string, unknown>();
  return {
    errors,
    async handler(session) {
      try {
        await echo(session);
      } catch (error) {
        errors.set(session.call.request.uri, describeError(error));
        throw error;
      }
    },
  };
}

function describeError(error: unknown): unknown {
  if (!(error instanceof SluiceError)) return error;
  const { code } = error;
  const offset = "offset" in error ? error.offset : undefined;
  return error instanceof ProtocolViolationError ? [code, error.violation, offset] : [code, offset];
}

/** Reads up to the server's FIN. */
async function readAll(peer: Peer): Promise<{ answers: ExpectedFrame[]; close: number | undefined }> {
  const answers: ExpectedFrame[] = [];
  let rest: Uint8Array = await peer.end();
  for (let read = readFrame(rest); read !== undefined; read = readFrame(rest)) {
    answers.push(read.frame);
    rest = rest.subarray(read.size);
  }
  expect(rest).toHaveLength(0);
  const last = answers.pop();
  if (last === undefined) throw new Error("The server said nothing");
  return { answers, close: closeCode(last) };
}

/** Sends `input` to an echo with these options, and tells what came of it. */
async function outcomeOf(
  serve: ServeOn,
  input: readonly Uint8Array[],
  options: WebSocketOptions = {},
): Promise<Outcome> {
  const { handler, errors } = observed();
  const served = await serve(route(handler, options));
  const peer = await open(served, "/", ...input);
  return { ...(await readAll(peer)), error: errors.get("/") };
}

/** Tests that each input, in the first frames of a session, is a violation at this offset, and nothing is echoed. */
function violations(
  serve: ServeOn,
  violation: string,
  close: number,
  cases: Readonly<Record<string, readonly [input: Uint8Array, offset: number, answers?: readonly ExpectedFrame[]]>>,
): void {
  it.each(Object.entries(cases))("%s", async (_, [input, offset, answers = []]) => {
    const error = ["PROTOCOL_VIOLATION", violation, offset];
    expect(await outcomeOf(serve, [input])).toEqual({ answers, close, error });
  });
}

const text = (payload: string): Uint8Array => clientFrame({ opcode: TEXT, payload });
const hello = text("hello");

/** A header that declares `length` in 64 bits, and no payload. */
function declares(length: bigint, opcode = BINARY): Uint8Array {
  const extended = new DataView(new ArrayBuffer(8));
  extended.setBigUint64(0, length);
  return clientFrame({ opcode, length: { bits: 127, extended: new Uint8Array(extended.buffer) } });
}

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

rule(27, everySetup, (serve) => {
  it("a hundred peers that declare a mebibyte and send a byte cost a hundred bytes", async () => {
    const served = await serve(route(echo));
    const before = process.memoryUsage().arrayBuffers;
    const header = declares(BigInt(MIB));
    const peers = await Promise.all(Array.from({ length: 100 }, () => open(served, "/", header, Uint8Array.of(1))));
    await until(() => served.retained === 100);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * MIB);
    for (const peer of peers) peer.reset();
    await until(() => served.retained === 0);
  });

  it("what is held follows what came", async () => {
    const served = await serve(route(echo));
    const peer = await open(served, "/", declares(BigInt(MIB)));
    for (let sent = 1000; sent <= 100_000; sent += 9900) {
      peer.write(new Uint8Array(sent - served.retained));
      await until(() => served.retained === sent);
    }
  });
});

/** An input at a limit, and one past it. */
async function atAndPast(
  served: Served,
  at: readonly Uint8Array[],
  size: number,
  past: readonly Uint8Array[],
): Promise<void> {
  const fits = await open(served, "/", ...at);
  expect((await fits.frame()).payload).toHaveLength(size);
  const exceeds = await open(served, "/", ...past);
  expect(closeCode(await exceeds.frame())).toBe(1009);
}

rule(28, everySetup, (serve) => {
  const frame = (size: number): Uint8Array => clientFrame({ opcode: BINARY, payload: new Uint8Array(size) });

  it.each([125, 126, 65_535, 65_536, 100_000])("of %i bytes", async (maxFrameSize) => {
    const served = await serve(route(echo, { maxFrameSize }));
    await atAndPast(served, [frame(maxFrameSize)], maxFrameSize, [frame(maxFrameSize + 1)]);
  });

  it("at the header, before a byte of the payload", async () => {
    const { handler, errors } = observed();
    const peer = await open(await serve(route(handler, { maxFrameSize: 1000 })), "/", frame(1001).subarray(0, 4));
    expect(closeCode(await peer.frame())).toBe(1009);
    expect(errors.get("/")).toEqual(["FRAME_TOO_BIG", 3]);
  });

  it("in a raw session too", async () => {
    const served = await serve(
      rawRoute(
        async (session) => {
          for await (const received of session.incoming) await session.send(received);
        },
        { maxFrameSize: 1000 },
      ),
    );
    await atAndPast(served, [frame(1000)], 1000, [frame(1001)]);
  });
});

rule(29, everySetup, (serve) => {
  const fragments = (sizes: readonly number[]): Uint8Array[] =>
    sizes.map((size, index) =>
      clientFrame({
        opcode: index === 0 ? BINARY : CONTINUATION,
        payload: new Uint8Array(size),
        fin: index === sizes.length - 1,
      }),
    );

  it.each([
    [
      [500, 500],
      [500, 501],
    ],
    [
      [1, 999],
      [1, 1000],
    ],
    [
      [0, 1000, 0],
      [0, 1000, 1],
    ],
    [Array<number>(100).fill(10), [...Array<number>(100).fill(10), 1]],
  ])("%j fits, and %j does not", async (at, past) => {
    await atAndPast(await serve(route(echo, { maxFrameSize: 1000 })), fragments(at), 1000, fragments(past));
  });

  it("at the header of the fragment that is too many bytes", async () => {
    const { handler, errors } = observed();
    const [first = hello, second = hello] = fragments([600, 401]);
    const peer = await open(await serve(route(handler, { maxFrameSize: 1000 })), "/", first, second.subarray(0, 4));
    expect(closeCode(await peer.frame())).toBe(1009);
    expect(errors.get("/")).toEqual(["FRAME_TOO_BIG", first.length + 3]);
  });
});

rule(30, everySetup, (serve) => {
  /** A message in so many fragments, all of them empty. */
  const message = (count: number): Uint8Array =>
    concat(
      ...Array.from({ length: count }, (_, index) =>
        clientFrame({ opcode: index === 0 ? TEXT : CONTINUATION, fin: index === count - 1 }),
      ),
    );

  it.each([
    [{ maxFragments: 5 }, 5],
    [{}, 16_384],
  ])("with %j", async (options, most) => {
    const input = [message(most), message(most), message(most), message(most + 1)];
    expect(await outcomeOf(serve, input, options)).toEqual({
      answers: Array(3).fill(answer(TEXT)),
      close: 1008,
      error: ["PROTOCOL_VIOLATION", "TOO_MANY_FRAGMENTS", (3 * most + most) * 6],
    });
  });

  it("an unfinished message in millions of empty fragments holds nothing", async () => {
    const served = await serve(route(echo, { maxFragments: Number.POSITIVE_INFINITY }));
    const peer = await open(served, "/", clientFrame({ opcode: TEXT, fin: false }));
    const many = concat(...Array.from({ length: 10_000 }, () => clientFrame({ opcode: CONTINUATION, fin: false })));
    const before = process.memoryUsage().arrayBuffers;
    for (let round = 0; round < 20; round++) {
      peer.write(many, clientFrame({ opcode: PING, payload: `${round}` }));
      expect(await peer.frame()).toEqual(answer(PONG, `${round}`));
    }
    expect([served.retained, process.memoryUsage().arrayBuffers - before < 8 * MIB]).toEqual([0, true]);
  });
});

rule(31, everySetup, (serve) => {
  it("an unfinished message past it is 1008, and the others go on", async () => {
    const served = await serve(route(echo, { maxRetainedBytes: 300_000 }));
    const part = clientFrame({ opcode: BINARY, payload: new Uint8Array(100_000), fin: false });
    const peers: Peer[] = [];
    for (const expected of [100_000, 200_000, 300_000]) {
      peers.push(await open(served, "/", part));
      await until(() => served.retained === expected);
    }
    const fourth = await open(served, "/", part);
    expect(closeCode(await fourth.frame())).toBe(1008);
    await until(() => served.retained === 300_000);
    for (const peer of peers) {
      peer.write(clientFrame({ opcode: CONTINUATION }));
      expect((await peer.frame()).payload).toHaveLength(100_000);
    }
    expect(served.retained).toBe(0);
  });

  it("a backlog past it is 1008", async () => {
    const options = { maxRetainedBytes: 10_000, channels: { incoming: bounded(1) }, closeTimeout: 50 };
    const gate = signal();
    const served = await serve(route(() => gate.promise, options));
    const peer = await open(served, "/", ...Array.from({ length: 1000 }, () => text("x".repeat(100))));
    expect(closeCode(await peer.frame())).toBe(1008);
    await until(() => served.retained === 0);
    gate.resolve();
  });
});

/** Where a text first cannot be UTF-8 any more: its bytes, and the index of the first that is wrong. */
const NOT_UTF8: readonly (readonly [bytes: readonly number[], wrong: number])[] = [
  [[0x80], 0],
  [[0x61, 0xff], 1],
  [[0xc0, 0xaf], 0],
  [[0xc3, 0x28], 1],
  [[0xe0, 0x80, 0x80], 1],
  [[0xed, 0xa0, 0x80], 1],
  [[0xf0, 0x80, 0x80, 0x80], 1],
  [[0xf4, 0x90, 0x80, 0x80], 1],
  [[0xf5, 0x80, 0x80, 0x80], 0],
  [[...bytes("αβγδ, and then some more text to fill a vector or two "), 0xe2, 0x28, 0xa1], 59],
];

rule(32, everySetup, (serve) => {
  it.each(NOT_UTF8)("%j at byte %i: in one frame, before it ends, and over fragments", async (sequence, wrong) => {
    const { handler, errors } = observed();
    const served = await serve(route(handler));
    const payload = Uint8Array.from(sequence);
    const whole = clientFrame({ opcode: TEXT, payload });
    const unfinished = clientFrame({ opcode: TEXT, payload: concat(payload, new Uint8Array(100)) });
    const fragments = [...payload].map((byte, index) =>
      clientFrame({ opcode: index === 0 ? TEXT : CONTINUATION, payload: Uint8Array.of(byte), fin: false }),
    );
    const header = unfinished.length - payload.length - 100;
    const inputs: Record<string, readonly [Uint8Array, number]> = {
      "/?whole": [whole, 6 + wrong],
      // Up to and including the wrong byte, of a frame that goes on.
      "/?unfinished": [unfinished.subarray(0, header + wrong + 1), header + wrong],
      // Seven bytes each, of a message that goes on.
      "/?fragments": [concat(...fragments.slice(0, wrong + 1)), wrong * 7 + 6],
    };
    for (const [path, [input, offset]] of Object.entries(inputs)) {
      const peer = await open(served, path, input);
      expect(closeCode(await peer.frame())).toBe(1007);
      expect(errors.get(path)).toEqual(["PROTOCOL_VIOLATION", "INVALID_UTF8", offset]);
    }
  });

  it("a character that its message does not end is 1007, behind the message", async () => {
    for (const cut of [[0xe2, 0x98], [0xf0, 0x9f, 0x98], [0xc3]]) {
      const input = clientFrame({ opcode: TEXT, payload: Uint8Array.from(cut) });
      expect(await outcomeOf(serve, [input])).toEqual({
        answers: [],
        close: 1007,
        error: ["PROTOCOL_VIOLATION", "INVALID_UTF8", input.length],
      });
    }
  });

  it("the bytes of a character may come one by one", async () => {
    const peer = await open(await serve(route(echo)));
    for (const byte of text("aé☃😀")) {
      peer.write(Uint8Array.of(byte));
      await turn();
    }
    expect(await peer.frame()).toEqual(answer(TEXT, "aé☃😀"));
  });
});

rule(33, everySetup, (serve) => {
  const legal = {
    "a byte order mark": "\ufeffa\ufeff",
    noncharacters: "\ufffe\uffff\ufdd0\u{1fffe}\u{10ffff}",
    "the ends of each length": "\u0000\u007f\u0080\u07ff\u0800\ud7ff\ue000\u{10000}",
  };

  it.each(Object.entries(legal))("%s", async (_, payload) => {
    const peer = await open(await serve(route(echo)), "/", text(payload));
    expect(await peer.frame()).toEqual(answer(TEXT, payload));
  });

  it("the handler gets every character of it", async () => {
    const seen = signal<string>();
    const all = Object.values(legal).join("");
    const served = await serve(
      route(async (session) => {
        const frame = await session.incoming.receive();
        seen.resolve(frame.type === "text" ? frame.readText() : "");
      }),
    );
    await open(served, "/", text(all));
    expect(await seen.promise).toBe(all);
  });

  // Overlong forms, surrogates and code points past U+10FFFF are among them.
  it.each(NOT_UTF8)("not %j", async (sequence) => {
    const input = clientFrame({ opcode: TEXT, payload: Uint8Array.from(sequence) });
    expect(await outcomeOf(serve, [input])).toMatchObject({ answers: [], close: 1007 });
  });
});

rule(34, everySetup, (serve) => {
  it("each code that must not be sent, and each that may", async () => {
    const may = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999];
    const mustNot = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535];
    const served = await serve(route(echo));
    for (const code of [...may, ...mustNot]) {
      const peer = await open(served, "/", clientClose(code));
      expect([code, closeCode(await peer.frame())]).toEqual([code, may.includes(code) ? code : 1002]);
    }
  });

  it.each<[string, Uint8Array, number, string]>([
    ["one byte", clientFrame({ opcode: 8, payload: Uint8Array.of(3) }), 1002, "INVALID_CLOSE_PAYLOAD"],
    ["a wrong reason", clientClose(1000, Uint8Array.of(0x61, 0xff)), 1007, "INVALID_UTF8"],
    ["a reason cut off", clientClose(1000, Uint8Array.of(0xe2, 0x98)), 1007, "INVALID_UTF8"],
    ["a wrong code with a wrong reason", clientClose(1005, Uint8Array.of(0xff)), 1002, "INVALID_CLOSE_CODE"],
  ])("%s", async (_, input, close, violation) => {
    const error = ["PROTOCOL_VIOLATION", violation, expect.any(Number)];
    expect(await outcomeOf(serve, [input])).toEqual({ answers: [], close, error });
  });
});

rule(35, everySetup, (serve) => {
  it("nothing behind a Close is answered or read, whatever it is", async () => {
    for (const behind of [
      hello,
      clientFrame({ opcode: PING }),
      clientFrame({ opcode: 3 }),
      clientClose(4000),
      new Uint8Array(100_000),
    ]) {
      const outcome = await outcomeOf(serve, [clientClose(4321, "enough"), behind]);
      expect(outcome).toEqual({ answers: [], close: 4321, error: undefined });
    }
  });

  it("an empty Close is answered with one", async () => {
    expect(await outcomeOf(serve, [clientClose()])).toEqual({ answers: [], close: undefined, error: undefined });
  });
});

rule(36, everySetup, (serve) => {
  const before = [text("one"), clientFrame({ opcode: PING, payload: "two" }), text("three")];
  const ends = {
    "a Close": [clientClose(1000), 1000],
    "a violation": [clientFrame({ opcode: 3 }), 1002],
    "text that is none": [clientFrame({ opcode: TEXT, payload: Uint8Array.of(0xff) }), 1007],
    "a frame that is too big": [declares(2n ** 40n), 1009],
  } as const;

  it.each(Object.entries(ends))("%s", async (_, [end, code]) => {
    const { answers, close } = await outcomeOf(serve, [...before, end]);
    expect([answers.length, close]).toEqual([3, code]);
    for (const said of [answer(TEXT, "one"), answer(PONG, "two"), answer(TEXT, "three")])
      expect(answers).toContainEqual(said);
  });

  it("however slow the handler is, and however many they are", async () => {
    const served = await serve(
      route(
        async (session) => {
          for await (const frame of session.incoming) {
            await turn();
            await session.send(frame);
          }
        },
        { channels: { incoming: bounded(2) } },
      ),
    );
    const all = Array.from({ length: 300 }, (_, index) => text(`${index}`));
    const { answers, close } = await readAll(await open(served, "/", ...all, clientFrame({ opcode: 3 })));
    expect(close).toBe(1002);
    expect(answers).toEqual(all.map((_, index) => answer(TEXT, `${index}`)));
  });
});

rule(37, everySetup, (serve) => {
  it("a peer that does not answer is cut", async () => {
    const served = await serve(route((session) => session.close(), { closeTimeout: 40 }));
    const peer = await open(served);
    expect(closeCode(await peer.frame())).toBe(1000);
    await peer.end();
    await until(() => served.sessions === 0);
  });

  it("a peer that has its answer and does not hang up is cut", async () => {
    const served = await serve(route(echo, { closeTimeout: 40 }));
    const peer = await open(served, "/", clientClose(1000));
    expect(closeCode(await peer.frame())).toBe(1000);
    await until(() => served.sessions === 0);
  });

  it("the server's FIN comes first, and no reset", async () => {
    const peer = await open(await serve(route(echo)), "/", clientClose(1000));
    expect(closeCode(await peer.frame())).toBe(1000);
    await peer.end();
    expect(peer.closed).toBe(false);
    peer.socket.end();
    await peer.gone();
    expect(peer.error).toBeUndefined();
  });

  it.each<[string, WebSocketHandler<"">, Uint8Array, number]>([
    ["our own Close", (session) => session.close(), new Uint8Array(0), 1000],
    ["the answer to a Close", echo, clientClose(4000), 4000],
    ["the answer to a violation", echo, clientFrame({ opcode: 3 }), 1002],
  ])("%s reaches a peer that floods on", async (_, handler, input, code) => {
    const served = await serve(route(handler));
    const peer = await open(served, "/", input);
    const flood = clientFrame({ opcode: BINARY, payload: new Uint8Array(60_000) });
    for (let round = 0; round < 50; round++) peer.write(flood);
    expect(closeCode(await peer.frame())).toBe(code);
    peer.write(flood, clientClose(code));
    await peer.end();
    expect(peer.error).toBeUndefined();
  });
});

rule(38, everySetup, (serve) => {
  it("they are answered one and all, and another's message between them", async () => {
    const served = await serve(route(echo));
    const tiny = concat(...Array.from({ length: 10_000 }, () => text("x")));
    const other = await open(served);
    const peer = await open(served, "/", tiny);
    other.write(text("other"));
    expect(await other.frame()).toEqual(answer(TEXT, "other"));
    expect(peer.received.length).toBeLessThan(30_000);
    for (let index = 0; index < 10_000; index++) expect((await peer.frame()).payload).toHaveLength(1);
  });

  it("neither do pings, empty fragments, or a handler that reads with a function", async () => {
    const served = await serve(
      route(async (session) => {
        await session.incoming.consumeEach((frame) => void session.send(frame));
      }),
    );
    const many = (frame: Uint8Array): Uint8Array => concat(...Array.from({ length: 10_000 }, () => frame));
    const peer = await open(
      served,
      "/",
      many(clientFrame({ opcode: PING })),
      clientFrame({ opcode: TEXT, fin: false }),
    );
    peer.write(
      many(clientFrame({ opcode: CONTINUATION, fin: false })),
      clientFrame({ opcode: CONTINUATION, payload: "end" }),
    );
    peer.write(many(text("")), clientClose(1000));
    const { answers, close } = await readAll(peer);
    expect(close).toBe(1000);
    expect(answers.filter(({ firstByte }) => firstByte === 0x81)).toHaveLength(10_001);
  });
});

rule(39, everySetup, (serve) => {
  const ping = (payload: string): Uint8Array => clientFrame({ opcode: PING, payload });

  it("thirty of the longest in one chunk, which are just under 4 KiB", async () => {
    const peer = await open(await serve(route(echo)));
    const payloads = Array.from({ length: 30 }, (_, index) => `${index}`.padEnd(125, "."));
    peer.write(...payloads.map(ping), clientClose(1000));
    for (const payload of payloads) expect(await peer.frame()).toEqual(answer(PONG, payload));
  });

  it("to a peer that reads, thousands of them", async () => {
    const peer = await open(await serve(route(echo)));
    for (let index = 0; index < 3000; index++) {
      peer.write(ping(`${index}`));
      expect(await peer.frame()).toEqual(answer(PONG, `${index}`));
    }
  });

  it("of more in one chunk the first and the newest, and no more memory", async () => {
    const peer = await open(await serve(route(echo)));
    const payloads = Array.from({ length: 1000 }, (_, index) => `${index}`.padEnd(125, "."));
    peer.write(...payloads.map(ping), text("end"));
    const pongs: string[] = [];
    while (pongs.at(-1) !== payloads.at(-1)) {
      const { firstByte, payload } = await peer.frame();
      if (firstByte === 0x8a) pongs.push(Buffer.from(payload).toString());
    }
    expect(pongs).toEqual([...payloads.slice(0, pongs.length - 1), payloads.at(-1)]);
    expect(pongs.length * 127).toBeLessThanOrEqual(4096 + 127);
  });

  it("of those that come while output is blocked the newest", async () => {
    let blocked = 0;
    const block = new Uint8Array(60_000);
    const served = await serve(
      route(async (session) => {
        for (; blocked < 200; blocked++) await session.send(block);
      }),
    );
    const peer = await open(served);
    peer.socket.pause();
    await stalls(() => blocked);
    for (let index = 0; index < 2000; index++) peer.write(ping(`${index}`));
    await stalls(() => peer.socket.bytesWritten);
    peer.socket.resume();
    const pongs: string[] = [];
    for (;;) {
      const { firstByte, payload } = await peer.frame();
      if (firstByte === 0x88) break;
      if (firstByte === 0x8a) pongs.push(Buffer.from(payload).toString());
    }
    expect([pongs.length < 50, pongs.at(-1)]).toEqual([true, "1999"]);
  });
});

rule(40, everySetup, (serve) => {
  const vectors = Object.values(CASES).flat();

  /** The pieces of a vector: each byte alone, or all of its header and a byte at a time behind it where it is long. */
  function bitByBit(input: Uint8Array): Uint8Array[] {
    const alone = Math.min(input.length, 200);
    const pieces = Array.from({ length: alone }, (_, index) => input.subarray(index, index + 1));
    for (let at = alone; at < input.length; at += 977) pieces.push(input.subarray(at, at + 977));
    return pieces;
  }

  /** Two pieces. The codecs' own tests cut at every place. */
  function inTwo(input: Uint8Array): Uint8Array[][] {
    const places = [1, Math.floor(input.length / 2), input.length - 1];
    return places.map((at) => [input.subarray(0, at), input.subarray(at)]);
  }

  async function converse(served: Served, path: string, pieces: readonly Uint8Array[]): Promise<object> {
    const peer = await send(served, handshake(path));
    expect((await peer.response()).status).toBe(101);
    for (const piece of pieces) {
      if (peer.isOver) break;
      peer.write(piece);
      // A turn for the write, and one in which the server reads.
      await turn();
      await turn();
    }
    return await readAll(peer);
  }

  it("the same answers, the same Close, and the same error at the same byte", { timeout: 60_000 }, async () => {
    const { handler, errors } = observed();
    const served = await serve(route(handler));
    const all = vectors.map(async ({ send: input, answers, close }, index) => {
      const ways = [[input], bitByBit(input), ...inTwo(input)];
      const found: unknown[] = [];
      for (const [way, pieces] of ways.entries()) {
        const path = `/?${index}-${way}`;
        found.push({ ...(await converse(served, path, pieces)), error: errors.get(path) });
      }
      expect(found[0]).toMatchObject({ answers, close: close ?? undefined });
      for (const other of found) expect(other).toEqual(found[0]);
    });
    await Promise.all(all);
  });
});
