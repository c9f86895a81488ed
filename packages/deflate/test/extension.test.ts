import { deflateRawSync } from "node:zlib";
import { Frame, printWebSocketExtensions } from "@sluice/core";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { WebSocketDeflateOptions } from "../src/index.js";
import { deflatePath, WebSocketDeflate } from "../src/index.js";
import { concat, json, noise, oracleDeflate, oracleInflate } from "./support/oracle.js";
import { describeEachPath } from "./support/paths.js";
import { answerTo, connect, outcome, serve } from "./support/session.js";

const PLAIN_OFFER = "permessage-deflate";

afterEach(() => {
  vi.restoreAllMocks();
});

describe("a server's options, a client's offers and the answer", () => {
  test.each<[WebSocketDeflateOptions, string, string]>([
    // By default a server asks for nothing, but of clients that offered it a smaller window.
    [{}, "permessage-deflate", "permessage-deflate"],
    [{}, "permessage-deflate; client_max_window_bits", "permessage-deflate; client_max_window_bits=13"],
    [{}, "permessage-deflate; client_max_window_bits=10", "permessage-deflate; client_max_window_bits=10"],
    [{}, "permessage-deflate; client_max_window_bits=14", "permessage-deflate; client_max_window_bits=13"],
    [{}, "permessage-deflate; server_max_window_bits=14", "permessage-deflate; server_max_window_bits=14"],
    [{}, "permessage-deflate; server_max_window_bits=9", "permessage-deflate; server_max_window_bits=9"],
    [{ clientMaxWindowBits: 15 }, "permessage-deflate; client_max_window_bits", "permessage-deflate"],
    [
      { clientMaxWindowBits: 9, serverMaxWindowBits: 10 },
      "permessage-deflate; client_max_window_bits",
      "permessage-deflate; server_max_window_bits=10; client_max_window_bits=9",
    ],
    [
      { clientNoContextTakeOver: true, serverNoContextTakeOver: true },
      "permessage-deflate",
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
    ],
    [
      {},
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
    ],
    // The first offer that can be taken.
    [{}, "permessage-deflate; server_max_window_bits=8, permessage-deflate", "permessage-deflate"],
    [{}, "x-webkit-deflate-frame, permessage-deflate; mystery, permessage-deflate", "permessage-deflate"],
    // None: the session goes on without.
    [{}, "permessage-bzip2", ""],
    [{}, "permessage-deflate; server_max_window_bits=8", ""],
    [{}, "permessage-deflate; client_max_window_bits=08", ""],
    [{}, "permessage-deflate; server_no_context_takeover; server_no_context_takeover", ""],
  ])("%o with %s: %s", (options, offers, answer) => {
    expect(printWebSocketExtensions(answerTo(WebSocketDeflate(options).create(), offers))).toBe(answer);
  });
});

test("what was negotiated can be read, when it was", () => {
  const extension = WebSocketDeflate({ serverMaxWindowBits: 10 }).create();
  expect(() => extension.negotiated).toThrow(expect.objectContaining({ code: "EXTENSION_NOT_NEGOTIATED" }));
  answerTo(extension, "permessage-deflate; client_max_window_bits; client_no_context_takeover");
  expect(extension.negotiated).toEqual({
    serverNoContextTakeover: false,
    clientNoContextTakeover: true,
    serverMaxWindowBits: 10,
    clientMaxWindowBits: 13,
  });
});

test("the path can be read, and chosen", () => {
  expect(WebSocketDeflate().create().path).toBe(deflatePath());
  expect(WebSocketDeflate({ path: "auto" }).create().path).toBe(deflatePath());
  expect(WebSocketDeflate({ path: "asynchronous" }).create().path).toBe("asynchronous");
});

describeEachPath("a session", (path) => {
  const compressAll: WebSocketDeflateOptions = { path, compressIfBiggerThan: 0 };
  const TAKEOVERS: readonly WebSocketDeflateOptions[] = [
    compressAll,
    { ...compressAll, serverNoContextTakeOver: true, clientNoContextTakeOver: true },
  ];

  test("sends text as text and binary as binary, compressed and marked, and gives them back unmarked", async () => {
    for (const options of TAKEOVERS) {
      const { server, client, close } = connect(WebSocketDeflate(options), WebSocketDeflate(options));
      for (const [from, to] of [
        [server, client],
        [client, server],
      ] as const) {
        for (const frame of [new Frame.Text("Grüße, Grüße, Grüße"), new Frame.Binary(json(100))]) {
          const sent = await from.send(frame);
          expect(sent).toMatchObject({ type: frame.type, fin: true, rsv1: true, rsv2: false, rsv3: false });
          expect(sent.data.length).toBeLessThan(frame.data.length);
          const received = await to.receive(sent);
          expect(received).toMatchObject({ type: frame.type, fin: true, rsv1: false, rsv2: false, rsv3: false });
          expect(received.data).toEqual(frame.data);
        }
      }
      close();
    }
  });

  test("answers at once where the path is synchronous, and with a promise otherwise", async () => {
    for (const options of TAKEOVERS) {
      const { server, client, close } = connect(WebSocketDeflate(options), WebSocketDeflate(options));
      const small = server.send(new Frame.Text("small, small, small"));
      expect(small instanceof Promise).toBe(path === "asynchronous");
      const received = client.receive(await small);
      expect(received instanceof Promise).toBe(path === "asynchronous");
      await received;
      const large = server.send(new Frame.Binary(json(500_000)));
      expect(large).toBeInstanceOf(Promise);
      const largeReceived = client.receive(await large);
      expect(largeReceived).toBeInstanceOf(Promise);
      expect((await largeReceived).data.length).toBe(500_000);
      close();
    }
  });

  test("leaves the bits of other extensions as they are", async () => {
    const { server, client, close } = connect(WebSocketDeflate(compressAll), WebSocketDeflate(compressAll));
    for (const bits of [{ rsv2: true }, { rsv3: true }, { rsv2: true, rsv3: true }]) {
      const sent = await server.send(new Frame.Text("text ".repeat(20), bits));
      expect(sent).toMatchObject({ ...bits, rsv1: true });
      expect(await client.receive(sent)).toMatchObject({ ...bits, rsv1: false });
    }
    close();
  });

  test("takes messages that were not compressed as they are", async () => {
    const { server, close } = connect(WebSocketDeflate(compressAll), WebSocketDeflate(compressAll));
    const frame = new Frame.Text("as it is");
    expect(server.receive(frame)).toBe(frame);
    close();
  });

  test("sends plain what compressIf refuses, and never asks about what is too short", async () => {
    for (const options of TAKEOVERS) {
      const compressIf = vi.fn((frame: Frame.Data) => frame.type === "text");
      const installed = WebSocketDeflate({ ...options, compressIf, compressIfBiggerThan: 50 });
      const { server, client, close } = connect(installed, WebSocketDeflate(options));
      const binary = new Frame.Binary(json(100));
      expect(await server.send(binary)).toBe(binary);
      const text = new Frame.Text("yes ".repeat(30));
      const sent = await server.send(text);
      expect(sent.rsv1).toBe(true);
      // Plain messages in between are no part of the context.
      expect((await client.receive(sent)).data).toEqual(text.data);
      const short = new Frame.Text("x".repeat(50));
      expect(await server.send(short)).toBe(short);
      expect(compressIf.mock.calls).toEqual([[binary], [text]]);
      close();
    }
  });

  test("clears a mark that somebody set by hand on what goes plain, and on nothing else", async () => {
    for (const options of TAKEOVERS) {
      const { server, close } = connect(
        WebSocketDeflate({ ...options, compressIf: () => false }),
        WebSocketDeflate(options),
      );
      const sent = await server.send(new Frame.Text("by hand", { rsv1: true, rsv3: true }));
      expect(sent).toMatchObject({ type: "text", rsv1: false, rsv2: false, rsv3: true });
      expect(new TextDecoder().decode(sent.data)).toBe("by hand");
      close();
    }
  });

  test("by default compresses what is longer than 32 bytes with its context, and than 128 without", async () => {
    for (const [offer, bytes] of [
      [PLAIN_OFFER, 32],
      ["permessage-deflate; server_no_context_takeover", 128],
    ] as const) {
      const server = serve(WebSocketDeflate({ path }), offer);
      const short = new Frame.Binary(new Uint8Array(bytes));
      expect(await server.send(short)).toBe(short);
      expect(await server.send(new Frame.Binary(new Uint8Array(bytes + 1)))).toMatchObject({ rsv1: true });
      server.close();
    }
  });

  test("without context sends plain what does not shrink", async () => {
    const server = serve(WebSocketDeflate(compressAll), "permessage-deflate; server_no_context_takeover");
    for (const size of [1, 5, 1000, 100_000]) {
      const frame = new Frame.Binary(noise(size));
      expect(await server.send(frame)).toBe(frame);
    }
    server.close();
  });

  test("with context sends compressed what does not shrink either, since the next message may refer to it", async () => {
    const { server, client, close } = connect(WebSocketDeflate(compressAll), WebSocketDeflate(compressAll));
    const frame = new Frame.Binary(noise(1000));
    const first = await server.send(frame);
    expect(first.rsv1).toBe(true);
    expect(first.data.length).toBeGreaterThan(1000);
    expect(first.data.length).toBeLessThanOrEqual(1010);
    const second = await server.send(frame);
    expect(second.data.length).toBeLessThan(30);
    expect((await client.receive(first)).data).toEqual(frame.data);
    expect((await client.receive(second)).data).toEqual(frame.data);
    close();
  });

  test("sends an empty message plain, and takes a compressed one", async () => {
    for (const options of TAKEOVERS) {
      const { server, close } = connect(WebSocketDeflate(options), WebSocketDeflate(options));
      const empty = new Frame.Text("");
      expect(await server.send(empty)).toBe(empty);
      for (const payload of [Uint8Array.of(0), new Uint8Array(), Uint8Array.of(3, 0, 0)]) {
        const received = await server.receive(new Frame.Text(payload, { rsv1: true }));
        expect(received).toMatchObject({ type: "text", rsv1: false });
        expect(received.data.length).toBe(0);
      }
      close();
    }
  });

  test("takes blocks with BFINAL, at the end of a message and within", async () => {
    for (const options of TAKEOVERS) {
      const { server, close } = connect(WebSocketDeflate(options), WebSocketDeflate(options));
      const final = concat(Uint8Array.of(3, 0), Uint8Array.from(deflateRawSync(json(300))), Uint8Array.of(0));
      for (let round = 0; round < 3; round++) {
        expect((await server.receive(new Frame.Binary(final, { rsv1: true }))).data).toEqual(json(300));
      }
      close();
    }
  });

  test("ends with 1009 when a message grows over maxFrameSize, as it is at the time", async () => {
    for (const offer of [PLAIN_OFFER, "permessage-deflate; client_no_context_takeover"]) {
      const server = serve(WebSocketDeflate({ path }), offer, 1000);
      const bomb = new Frame.Binary(oracleDeflate(new Uint8Array(1001)), { rsv1: true });
      await expect(outcome(() => server.receive(bomb))).rejects.toMatchObject({
        code: "FRAME_TOO_BIG",
        closeCode: 1009,
        maxFrameSize: 1000,
        size: 1001,
      });
      server.session.maxFrameSize = 1001;
      expect((await server.receive(bomb)).data.length).toBe(1001);
      server.session.maxFrameSize = 100;
      await expect(outcome(() => server.receive(bomb))).rejects.toMatchObject({ maxFrameSize: 100 });
      server.close();
    }
  });

  test("ends with 1009 when a message grows over maxInflatedFrameSize, where that is the smaller bound", async () => {
    const server = serve(WebSocketDeflate({ path, maxInflatedFrameSize: 500 }), PLAIN_OFFER, 1000);
    const of = (size: number): Frame.Data =>
      new Frame.Binary(oracleDeflate(new Uint8Array(size), { level: 9 }), { rsv1: true });
    expect((await server.receive(of(500))).data.length).toBe(500);
    for (const size of [501, 100_000_000]) {
      await expect(outcome(() => server.receive(of(size)))).rejects.toMatchObject({
        code: "INFLATED_FRAME_TOO_BIG",
        closeCode: 1009,
        maxInflatedFrameSize: 500,
      });
    }
    server.session.maxFrameSize = 499;
    await expect(outcome(() => server.receive(of(500)))).rejects.toMatchObject({ code: "FRAME_TOO_BIG" });
    // Messages that came plain are the core's.
    expect((await server.receive(new Frame.Binary(new Uint8Array(600)))).data.length).toBe(600);
    server.close();
  });

  test("ends with 1007 when a message is corrupt", async () => {
    for (const offer of [PLAIN_OFFER, "permessage-deflate; client_no_context_takeover"]) {
      const server = serve(WebSocketDeflate({ path }), offer);
      for (const payload of [
        Uint8Array.of(7),
        concat(oracleDeflate(json(200)).slice(0, 50), noise(20)),
        noise(90_000),
      ]) {
        await expect(outcome(() => server.receive(new Frame.Text(payload, { rsv1: true })))).rejects.toMatchObject({
          code: "CORRUPT_MESSAGE",
          closeCode: 1007,
        });
      }
      server.close();
    }
  });

  test("throws what compressIf throws", async () => {
    const compressIf = (): boolean => {
      throw new Error("no");
    };
    for (const options of TAKEOVERS) {
      const { server, close } = connect(WebSocketDeflate({ ...options, compressIf }), WebSocketDeflate(options));
      await expect(outcome(() => server.send(new Frame.Text("text")))).rejects.toThrow("no");
      close();
    }
  });

  test("whose window zlib cannot do sends plain, and still takes what the server compressed", async () => {
    const { server, client, close } = connect(
      WebSocketDeflate({ ...compressAll, clientMaxWindowBits: 8 }),
      WebSocketDeflate(compressAll),
    );
    expect(client.extension.negotiated.clientMaxWindowBits).toBe(8);
    const frame = new Frame.Text("plain ".repeat(20));
    expect(client.send(frame)).toBe(frame);
    expect(client.send(new Frame.Binary(json(10), { rsv1: true }))).toMatchObject({ rsv1: false });
    expect((await client.receive(await server.send(frame))).data).toEqual(frame.data);
    close();
  });

  test("that was idle for long lends its context, goes on with an empty window, and its peer notices nothing", async () => {
    let now = 0;
    vi.spyOn(performance, "now").mockImplementation(() => now);
    const [server, clients] = [WebSocketDeflate({ path }), WebSocketDeflate({ path })];
    const [one, other] = [connect(server, clients), connect(server, clients)];
    const frame = new Frame.Binary(json(1000));
    const sizes: number[] = [];
    for (const { from, pause } of [
      { from: one, pause: 0 },
      { from: one, pause: 60_000 },
      // Nobody needed its context meanwhile.
      { from: one, pause: 60_000 },
      { from: other, pause: 0 },
      { from: other, pause: 0 },
      { from: one, pause: 0 },
    ]) {
      const sent = await from.server.send(frame);
      expect((await from.client.receive(sent)).data).toEqual(frame.data);
      sizes.push(sent.data.length);
      now += pause;
    }
    expect(sizes.map((size) => size > 200)).toEqual([true, false, false, true, false, true]);
    one.close();
    other.close();
  });

  test("points back no further than a window of 2^13 bytes by default, and as far as serverMaxWindowBits says", async () => {
    for (const [options, reaches] of [
      [{}, false],
      [{ serverMaxWindowBits: 15 }, true],
    ] as const) {
      const server = serve(WebSocketDeflate({ path, ...options }), PLAIN_OFFER);
      const frame = new Frame.Binary(noise(1000));
      const payloads = [(await server.send(frame)).data];
      payloads.push((await server.send(new Frame.Binary(noise(9000, 2)))).data);
      const again = (await server.send(frame)).data;
      expect(again.length < 500).toBe(reaches);
      expect(oracleInflate([...payloads, again]).length).toBe(11_000);
      server.close();
    }
  });
});
