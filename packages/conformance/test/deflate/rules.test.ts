import { DeflateRaw, deflateRawSync, InflateRaw } from "node:zlib";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { ClientFrame } from "../../src/frames.js";
import { clientFrame, concat } from "../../src/frames.js";
import { everySetup } from "../support/setups.js";
import { Client } from "./client.js";
import { Context } from "./context.js";
import { json, noise } from "./messages.js";
import { PATHS } from "./paths.js";
import type { Echo, EchoOptions } from "./server.js";
import { serveEcho } from "./server.js";

const MIB = 1024 * 1024;
const CONTINUATION = 0;
const TEXT = 1;
const BINARY = 2;
const PING = 9;
const PONG = 0x8a;
const RSV1 = 0x40;

const HOSTS = everySetup.flatMap((setup) => PATHS.map((path) => ({ setup, path })));

/** Offers with and without the client's context. */
const WAYS = [
  { offer: "permessage-deflate", takeover: true },
  { offer: "permessage-deflate; client_no_context_takeover; server_no_context_takeover", takeover: false },
] as const;

afterEach(() => {
  vi.restoreAllMocks();
});

function compressed(payload: Uint8Array, frame: Partial<ClientFrame> = {}): Uint8Array {
  return clientFrame({ opcode: BINARY, rsv: RSV1, payload, ...frame });
}

/** The payload of the next frame, restored where it is compressed. */
async function nextMessage(client: Client, context: Context): Promise<Uint8Array | undefined> {
  const frame = await client.next();
  if (frame === undefined) return undefined;
  return (frame.firstByte & RSV1) === 0 ? frame.payload : context.inflate(frame.payload);
}

describe("an offer (RFC 7692 section 7.1)", () => {
  async function answerTo(
    offers: readonly string[],
    deflate: EchoOptions["deflate"] = {},
  ): Promise<string | undefined> {
    const { port } = await serveEcho({ deflate });
    const client = await Client.connect(port, ...offers);
    // The session is there, whatever came of the offers.
    client.send(clientFrame({ opcode: TEXT, payload: "here" }));
    expect((await client.next())?.payload).toEqual(Uint8Array.from(Buffer.from("here")));
    await client.close();
    return client.extensions;
  }

  test.each([
    ["unknown", "permessage-deflate; window_bits=10"],
    ["named like a property of every object", "permessage-deflate; __proto__"],
    ["repeated", "permessage-deflate; client_max_window_bits; client_max_window_bits"],
    ["out of 8-15, below", "permessage-deflate; server_max_window_bits=7"],
    ["out of 8-15, above", "permessage-deflate; client_max_window_bits=16"],
    ["with a leading zero", "permessage-deflate; server_max_window_bits=09"],
    ["without the value that it needs", "permessage-deflate; server_max_window_bits"],
    ["with a value where none belongs", "permessage-deflate; server_no_context_takeover=1"],
    ["huge", `permessage-deflate; server_max_window_bits=${"9".repeat(1000)}`],
  ])("P41: with a parameter that is %s declines, and the session goes on without", async (_what, offer) => {
    expect(await answerTo([offer])).toBeUndefined();
    // Another one can still be taken, on the same line or the next.
    expect(await answerTo([`${offer}, permessage-deflate`])).toBe("permessage-deflate");
    expect(await answerTo([offer, "permessage-deflate"])).toBe("permessage-deflate");
  });

  test("P42: the answer's window bits are never larger than the offer's; 8 for the server declines", async () => {
    expect(await answerTo(["permessage-deflate; server_max_window_bits=8"])).toBeUndefined();
    for (const wanted of [undefined, 9, 12, 15] as const) {
      for (const offered of [9, 11, 13, 15]) {
        const deflate = wanted === undefined ? {} : { serverMaxWindowBits: wanted, clientMaxWindowBits: wanted };
        const answer = await answerTo(
          [`permessage-deflate; server_max_window_bits=${offered}; client_max_window_bits=${offered}`],
          deflate,
        );
        const server = Number(/server_max_window_bits=(\d+)/.exec(answer ?? "")?.[1]);
        const client = Number(/client_max_window_bits=(\d+)/.exec(answer ?? "")?.[1] ?? 15);
        expect(server).toBe(Math.min(offered, wanted ?? 15));
        expect(client).toBe(Math.min(offered, wanted ?? 13));
      }
    }
  });

  test("P43: client_max_window_bits is answered only where it was offered", async () => {
    const deflate = { clientMaxWindowBits: 10 } as const;
    expect(await answerTo(["permessage-deflate"], deflate)).toBe("permessage-deflate");
    expect(await answerTo(["permessage-deflate; client_max_window_bits"], deflate)).toBe(
      "permessage-deflate; client_max_window_bits=10",
    );
  });
});

describe.each(HOSTS)("on $setup.name, compression $path", ({ setup, path }) => {
  const serve = (options: EchoOptions = {}): Promise<Echo> =>
    serveEcho({ ...options, setup, deflate: { path, compressIfBiggerThan: 0, ...options.deflate } });

  describe.each([
    ["with", true],
    ["without", false],
  ] as const)("P44: %s context takeover", (_word, takeover) => {
    test.each([9, 10, 12, 15] as const)("window bits of %s are honoured both ways", async (windowBits) => {
      const { port } = await serve({ deflate: { serverMaxWindowBits: windowBits, clientMaxWindowBits: windowBits } });
      const flags = takeover ? "" : "; server_no_context_takeover; client_no_context_takeover";
      const windows = `server_max_window_bits=15; client_max_window_bits=15`;
      const client = await Client.connect(port, `permessage-deflate; ${windows}${flags}`);
      expect(client.extensions).toContain(`server_max_window_bits=${windowBits}`);
      const [up, down] = [new Context({ windowBits, takeover }), new Context({ windowBits, takeover })];
      // Every message is there again after more than the window, and after less.
      for (const [length, seed] of [
        [3000, 1],
        [200, 2],
        [3000, 1],
        [200, 2],
        [70_000, 3],
        [3000, 1],
      ] as const) {
        const message = json(length, seed);
        client.send(compressed(up.deflate(message)));
        const echo = await nextMessage(client, down);
        expect(Buffer.compare(echo ?? new Uint8Array(), message)).toBe(0);
      }
      await client.close();
    });
  });

  test("P45: context takeover holds over thousands of messages", async () => {
    const { port } = await serve();
    const client = await Client.connect(port, "permessage-deflate");
    const [up, down] = [new Context(), new Context()];
    let wireBytes = 0;
    const count = 3000;
    for (let sent = 0; sent < count; sent += 50) {
      const messages = Array.from({ length: 50 }, (_, index) => json(200, (sent + index) % 20));
      client.send(concat(...messages.map((message) => compressed(up.deflate(message)))));
      for (const message of messages) {
        const frame = await client.next();
        wireBytes += frame?.payload.length ?? 0;
        if (frame === undefined || Buffer.compare(down.inflate(frame.payload), message) !== 0) {
          expect.fail(`a message near ${sent} came back differently`);
        }
      }
    }
    // Twenty messages, again and again: each is little more than a reference.
    expect(wireBytes / count).toBeLessThan(40);
    await client.close();
  });

  test("P46: fragmented compressed messages with control frames between them work", async () => {
    const { port } = await serve();
    for (const { offer, takeover } of WAYS) {
      const client = await Client.connect(port, offer);
      const [up, down] = [new Context({ takeover }), new Context({ takeover })];
      for (let round = 0; round < 3; round++) {
        const message = json(500, round);
        const payload = up.deflate(message);
        const cuts = [0, 1, 1, 50, payload.length];
        const frames = cuts.slice(1).flatMap((cut, index) => [
          clientFrame({
            opcode: index === 0 ? TEXT : CONTINUATION,
            rsv: index === 0 ? RSV1 : 0,
            payload: payload.slice(cuts[index], cut),
            fin: cut === payload.length,
          }),
          clientFrame({ opcode: PING, payload: `ping ${index}` }),
        ]);
        client.send(concat(...frames));
        const pongs: string[] = [];
        for (let answer = 0; answer < 5; answer++) {
          const frame = await client.next();
          if (frame?.firstByte === PONG) pongs.push(Buffer.from(frame.payload).toString());
          else expect(down.inflate(frame?.payload ?? new Uint8Array())).toEqual(message);
        }
        expect(pongs).toEqual(["ping 0", "ping 1", "ping 2", "ping 3"]);
      }
      await client.close();
    }
  });

  test("a raw session gets compressed messages whole and unmarked, and others in fragments as they came", async () => {
    const { port } = await serve();
    const client = await Client.connectTo("/raw", port, "permessage-deflate");
    const [up, down] = [new Context(), new Context()];
    const payload = up.deflate(json(500));
    client.send(
      concat(
        compressed(payload.slice(0, 20), { fin: false }),
        clientFrame({ opcode: PING, payload: "between" }),
        clientFrame({ opcode: CONTINUATION, payload: payload.slice(20) }),
      ),
    );
    // The raw echo sends the ping back as one.
    expect(await client.next()).toEqual({ firstByte: 0x80 | PING, payload: Uint8Array.from(Buffer.from("between")) });
    const whole = await client.next();
    expect(whole?.firstByte).toBe(0x80 | RSV1 | BINARY);
    expect(down.inflate(whole?.payload ?? new Uint8Array())).toEqual(json(500));
    // Fragments that are sent are put together, and compressed as one message.
    client.send(
      concat(
        clientFrame({ opcode: TEXT, payload: "one, one, one, ", fin: false }),
        clientFrame({ opcode: CONTINUATION, payload: "one" }),
      ),
    );
    const together = await client.next();
    expect(together?.firstByte).toBe(0x80 | RSV1 | TEXT);
    expect(Buffer.from(down.inflate(together?.payload ?? new Uint8Array())).toString()).toBe("one, one, one, one");
    await client.close();
  });

  test("a frame that a flow brings to many sessions without context is compressed once", async () => {
    const compressIf = vi.fn(() => true);
    const { port } = await serve({ deflate: { serverNoContextTakeOver: true, compressIf } });
    const clients = await Promise.all(
      Array.from({ length: 30 }, () => Client.connectTo("/broadcast", port, "permessage-deflate")),
    );
    const [first] = clients;
    for (let round = 0; round < 5; round++) {
      first?.send(clientFrame({ opcode: BINARY, payload: json(1000, round) }));
      for (const client of clients) {
        expect(new Context().inflate((await client.next())?.payload ?? new Uint8Array())).toEqual(json(1000, round));
      }
    }
    // Whether to compress is asked before it is done.
    expect(compressIf).toHaveBeenCalledTimes(5);
    for (const client of clients) client.destroy();
  });

  test("P47: blocks with BFINAL and empty messages work", async () => {
    const { port } = await serve();
    for (const { offer, takeover } of WAYS) {
      const client = await Client.connect(port, offer);
      const [up, down] = [new Context({ takeover }), new Context({ takeover })];
      for (let round = 0; round < 3; round++) {
        for (const [message, payload] of [
          [json(300), up.deflate(json(300))],
          [new Uint8Array(), Uint8Array.of(0)],
          [json(300), up.deflateFinal(json(300))],
          [new Uint8Array(), new Uint8Array()],
          [new Uint8Array(), Uint8Array.of(3, 0, 0)],
        ] as const) {
          client.send(compressed(payload));
          expect(await nextMessage(client, down)).toEqual(message);
        }
      }
      await client.close();
    }
  });

  test.each<[string, Uint8Array]>([
    [
      "a continuation",
      concat(
        compressed(Uint8Array.of(0), { fin: false }),
        clientFrame({ opcode: CONTINUATION, rsv: RSV1, payload: Uint8Array.of(0) }),
      ),
    ],
    [
      "a continuation of a message that is not compressed",
      concat(clientFrame({ opcode: BINARY, fin: false }), clientFrame({ opcode: CONTINUATION, rsv: RSV1 })),
    ],
    ["a ping", clientFrame({ opcode: PING, rsv: RSV1 })],
    ["a pong", clientFrame({ opcode: 10, rsv: RSV1 })],
    ["a Close", clientFrame({ opcode: 8, rsv: RSV1 })],
  ])("P48: RSV1 on %s is 1002", async (_what, bytes) => {
    const { port } = await serve();
    const client = await Client.connect(port, "permessage-deflate");
    client.send(bytes);
    expect(await client.closeCode()).toBe(1002);
    client.destroy();
  });

  test("P48: RSV1 is 1002 where nothing was negotiated, RSV2 and RSV3 always", async () => {
    const { port } = await serve();
    for (const [offers, rsv] of [
      [[], RSV1],
      [["permessage-deflate; mystery"], RSV1],
      [["permessage-deflate"], 0x20],
      [["permessage-deflate"], 0x50],
    ] as const) {
      const client = await Client.connect(port, ...offers);
      client.send(compressed(Uint8Array.of(0), { rsv }));
      expect(await client.closeCode()).toBe(1002);
      client.destroy();
    }
  });

  test("P49: a corrupt stream is 1007, behind the answers to what came before it", async () => {
    const { port, errors } = await serve();
    for (const { offer, takeover } of WAYS) {
      for (const corrupt of [
        Uint8Array.of(7),
        concat(new Context().deflate(json(300)).slice(0, 60), noise(30)),
        // Points back behind the beginning.
        Uint8Array.of(0x4b, 0x04, 0xff, 0x02),
        noise(100_000),
      ]) {
        const client = await Client.connect(port, offer);
        const [up, down] = [new Context({ takeover }), new Context({ takeover })];
        client.send(concat(compressed(up.deflate(json(100))), compressed(corrupt)));
        expect(await nextMessage(client, down)).toEqual(json(100));
        expect(await client.closeCode()).toBe(1007);
        client.destroy();
      }
    }
    await expect.poll(() => errors.length).toBe(8);
    for (const error of errors) expect(error).toMatchObject({ code: "CORRUPT_MESSAGE" });
  });

  test("P49: text that is not UTF-8 once it is restored is 1007, and well-formed text is text", async () => {
    const { port } = await serve();
    const client = await Client.connect(port, "permessage-deflate");
    const [up, down] = [new Context(), new Context()];
    const text = Uint8Array.from(Buffer.from("Grüße, 世界, 🎉"));
    client.send(compressed(up.deflate(text), { opcode: TEXT }));
    const echo = await client.next();
    expect(echo?.firstByte).toBe(0x80 | RSV1 | TEXT);
    expect(down.inflate(echo?.payload ?? new Uint8Array())).toEqual(text);
    client.send(compressed(up.deflate(text.slice(0, -1)), { opcode: TEXT }));
    expect(await client.closeCode()).toBe(1007);
    client.destroy();
  });

  describe.each([
    ["maxFrameSize", { webSockets: { maxFrameSize: 100_000 } }, "FRAME_TOO_BIG"],
    ["maxInflatedFrameSize", { deflate: { maxInflatedFrameSize: 100_000 } }, "INFLATED_FRAME_TOO_BIG"],
  ] as const)("P50: past %s", (_option, options, code) => {
    test.each([
      ["in one frame", 1],
      ["spread over fragments", 20],
    ])("a bomb %s stops at the limit with 1009, and exactly at the limit passes", async (_how, fragments) => {
      const { port, errors } = await serve(options);
      const fragmented = (payload: Uint8Array): Uint8Array =>
        concat(
          ...Array.from({ length: fragments }, (_, index) => {
            const [from, to] = [index, index + 1].map((at) => Math.floor((at * payload.length) / fragments));
            return compressed(payload.slice(from, to), {
              opcode: index === 0 ? BINARY : CONTINUATION,
              rsv: index === 0 ? RSV1 : 0,
              fin: index === fragments - 1,
            });
          }),
        );
      for (const { offer, takeover } of WAYS) {
        const client = await Client.connect(port, offer);
        const [up, down] = [new Context({ takeover }), new Context({ takeover })];
        client.send(fragmented(up.deflate(new Uint8Array(100_000))));
        expect((await nextMessage(client, down))?.length).toBe(100_000);
        client.send(fragmented(up.deflate(new Uint8Array(100_001))));
        expect(await client.closeCode()).toBe(1009);
        client.destroy();

        const bomber = await Client.connect(port, offer);
        bomber.send(fragmented(BOMB));
        expect(await bomber.closeCode()).toBe(1009);
        bomber.destroy();
      }
      await expect.poll(() => errors.length).toBe(4);
      for (const error of errors) expect(error).toMatchObject({ code, closeCode: 1009 });
    });
  });

  test("P51: input that makes no progress ends, and holds up no other session", async () => {
    const { port } = await serve();
    const empties = (count: number): Uint8Array => Uint8Array.from(Array(count).fill([3, 0]).flat());
    for (const payload of [
      concat(empties(30_000), Uint8Array.of(0)),
      concat(empties(500_000), Uint8Array.of(0)),
      // Stored blocks of no bytes, and a sync flush inside.
      Uint8Array.from(Array(20_000).fill([0, 0, 0, 0xff, 0xff]).flat()),
      // Cut off in the midst of a block.
      new Context().deflate(json(5000)).slice(0, 100),
    ]) {
      const [client, other] = [
        await Client.connect(port, "permessage-deflate"),
        await Client.connect(port, "permessage-deflate"),
      ];
      client.send(compressed(payload));
      const [up, down] = [new Context(), new Context()];
      other.send(compressed(up.deflate(json(100))));
      expect(await nextMessage(other, down)).toEqual(json(100));
      // An answer, or a Close: but not nothing.
      expect(await client.next()).toBeDefined();
      client.destroy();
      await other.close();
    }
  });

  test("P52: a socket that dies while a message is inflated or compressed leaks nothing and calls nothing back late", async () => {
    const streams = watchStreams();
    const failures: unknown[] = [];
    const note = (error: unknown): void => {
      failures.push(error);
    };
    process.on("unhandledRejection", note);
    const { port, sessions } = await serve({ webSockets: { maxFrameSize: 8 * MIB }, deflate: { maxThreads: 1 } });
    const frame = compressed(new Context().deflate(json(4 * MIB)));
    for (const { offer } of WAYS) {
      for (const writes of [0, 1, 2, 3, 4]) {
        const clients = await Promise.all(Array.from({ length: 3 }, () => Client.connect(port, offer)));
        const begun = streams.afterWrites(writes);
        for (const client of clients) client.send(frame);
        await expect.poll(() => sessions.size).toBe(3);
        await begun;
        for (const client of clients) client.destroy();
        await expect.poll(() => sessions.size).toBe(0);
      }
    }
    // Without takeover some stay, for others: as many each way as work at once.
    await expect.poll(() => streams.open()).toBeLessThanOrEqual(2);
    expect(failures).toEqual([]);
    process.off("unhandledRejection", note);
    const client = await Client.connect(port, "permessage-deflate");
    const [up, down] = [new Context(), new Context()];
    client.send(compressed(up.deflate(json(1000))));
    expect(await nextMessage(client, down)).toEqual(json(1000));
    await client.close();
  });
});

/** 50 KB that begin to inflate to 50 MB. */
const BOMB: Uint8Array = Uint8Array.from(deflateRawSync(new Uint8Array(60 * MIB), { level: 9 }).subarray(0, 50_000));

/** The zlib streams that had work on threads. */
function watchStreams(): { open(): number; afterWrites(count: number): Promise<void> } {
  const streams = new Set<DeflateRaw | InflateRaw>();
  let written = (): void => {};
  for (const prototype of [DeflateRaw.prototype, InflateRaw.prototype]) {
    const write = prototype.write;
    vi.spyOn(prototype, "write").mockImplementation(function (this: DeflateRaw | InflateRaw, ...args: unknown[]) {
      streams.add(this);
      written();
      return Reflect.apply(write, this, args) as boolean;
    });
  }
  return {
    open: () => [...streams].filter((stream) => !stream.closed).length,
    afterWrites: (count) =>
      new Promise((resolve) => {
        let missing = count;
        written = () => {
          missing -= 1;
          if (missing <= 0) resolve();
        };
        if (count === 0) resolve();
      }),
  };
}
