import type { WebSocketHandler } from "@sluice/server";
import { bounded } from "@sluice/server";
import { expect, it } from "vitest";
import { answer, bytes, clientClose, clientFrame, closeCode, concat } from "../../src/frames.js";
import { open } from "../../src/peer.js";
import { echo, route } from "../support/serve.js";
import { everySetup } from "../support/setups.js";
import { signal, turn, until } from "../support/until.js";
import { observed, outcomeOf, readAll } from "./outcome.js";
import { rule } from "./rule.js";
import { BINARY, CONTINUATION, declares, PING, PONG, TEXT, text } from "./wire.js";

const hello = text("hello");

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
