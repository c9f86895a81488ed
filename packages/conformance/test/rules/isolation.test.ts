import type { DefaultWebSocketServerSession, WebSocketHandler } from "@sluice/server";
import { Frame, WebSockets } from "@sluice/server";
import { expect, it } from "vitest";
import { answer, clientClose, clientFrame, closeCode, concat } from "../../src/frames.js";
import type { Peer } from "../../src/peer.js";
import { dial, handshake, open } from "../../src/peer.js";
import { echo, route } from "../support/serve.js";
import { everySetup } from "../support/setups.js";
import { turn, until } from "../support/until.js";
import { rule } from "./rule.js";
import { BINARY, MIB, PING, TEXT, text } from "./wire.js";

rule(56, everySetup, (serve) => {
  const bad: Readonly<Record<string, { readonly handler: WebSocketHandler<"/bad">; readonly close?: number }>> = {
    throws: {
      handler: () => {
        throw new Error("a bug");
      },
      close: 1011,
    },
    rejects: { handler: () => Promise.reject(new Error("a bug")), close: 1011 },
    "rejects without an error": { handler: () => Promise.reject(undefined), close: 1011 },
    "throws in a job": {
      handler: async (session) => {
        session.launch(() => Promise.reject(new Error("a bug")));
        for await (const _ of session.incoming);
      },
      close: 1011,
    },
    "throws in a function that reads": {
      handler: async (session) => {
        await session.incoming.consumeEach(() => {
          throw new Error("a bug");
        });
      },
      close: 1011,
    },
    "never returns": { handler: () => new Promise(() => undefined) },
    "never reads": {
      handler: ({ signal: ended }) => new Promise((resolve) => ended.addEventListener("abort", resolve)),
    },
  };

  it.each(Object.entries(bad))("one that %s", async (_, { handler, close }) => {
    const served = await serve((app) => {
      app.install(WebSockets, { closeTimeout: 50 });
      app.routing((routing) => {
        routing.webSocket("/bad", handler);
        routing.webSocket("/", echo);
      });
    });
    const good = await open(served);
    const input = Array.from({ length: 200 }, (__, index) => text(`${index}`.repeat(1000)));
    const worse = await open(served, "/bad", ...input);
    for (let index = 0; index < 20; index++) {
      good.write(text(`${index}`));
      expect(await good.frame()).toEqual(answer(TEXT, `${index}`));
    }
    if (close === undefined) {
      expect(worse.isOver).toBe(false);
      worse.reset();
    } else {
      expect(closeCode(await worse.frame())).toBe(close);
      expect(served.takeLog()).toHaveLength(1);
    }
    good.write(text("alive"));
    expect(await good.frame()).toEqual(answer(TEXT, "alive"));
  });
});

rule(57, everySetup, (serve) => {
  /** Everything that gives a promise or calls back, and nobody looks. */
  function careless(session: DefaultWebSocketServerSession): void {
    void session.incoming.receive();
    void session.incoming.receiveCatching();
    void session.incoming.consumeEach(() => undefined);
    void session.receiveDeserialized();
    void session.sendSerialized({});
    void session.send(new Uint8Array(2 * MIB));
    void session.send(5 as never);
    void session.send("text");
    void session.outgoing.send(new Frame.Text("text"));
    void session.outgoing.send(5 as never);
    void session.flush();
    void session.closeReason;
    session.launch(() => Promise.reject(new Error("a bug in a job")));
    session.launch(async (aborted) => {
      await new Promise((resolve) => aborted.addEventListener("abort", resolve));
      throw new Error("a bug in the cleaning up");
    });
    void session.close();
    void session.closeExceptionally(new Error("a bug"));
    void session.close(5 as never);
    void session.send("behind Close");
    void session.flush();
  }

  const ways: Readonly<Record<string, (peer: Peer) => void>> = {
    Close: (peer) => peer.write(clientClose(1000)),
    reset: (peer) => peer.reset(),
    FIN: (peer) => void peer.socket.end(),
    "a violation": (peer) => peer.write(clientFrame({ opcode: 3 })),
    "a ping, and silence": (peer) => peer.write(clientFrame({ opcode: PING })),
  };

  // What reaches the process fails the test: `support/uncaught.ts` sees to it, for every test there is.
  it.each(Object.entries(ways))("of a handler that looks at no promise, ended by %s", async (_, end) => {
    const served = await serve(
      route(
        (session) => {
          careless(session);
          if (session.call.request.queryParameters.get("throws") === "") throw new Error("a bug in the handler");
        },
        { closeTimeout: 30 },
      ),
    );
    for (const path of ["/", "/?throws"]) {
      const peer = await open(served, path, text("one"));
      end(peer);
      await until(() => served.sessions === 0);
    }
    served.takeLog();
  });
});

rule(58, everySetup, (serve) => {
  const conversation = Buffer.concat([
    Buffer.from(handshake()),
    text("hello"),
    clientFrame({ opcode: TEXT, payload: "in ", fin: false }),
    clientFrame({ opcode: PING, payload: "?" }),
    clientFrame({ opcode: 0, payload: "fragments" }),
    clientClose(1000, "bye"),
  ]);

  it("behind each byte of a conversation", { timeout: 60_000 }, async () => {
    const served = await serve(route(echo, { closeTimeout: 50 }));
    const lengths = Array.from({ length: conversation.length + 1 }, (_, length) => length);
    await Promise.all(
      lengths.map(async (length) => {
        const peer = await dial(served);
        await new Promise((resolve) => peer.socket.write(conversation.subarray(0, length), resolve));
        // Half of them before the server has read it, the others behind its answer.
        if (length % 2 === 0) for (let turns = 0; turns < 4; turns++) await turn();
        peer.reset();
        await peer.gone();
      }),
    );
    await until(() => served.sessions === 0);
    expect(served.retained).toBe(0);
    const alive = await open(served, "/", text("alive"));
    expect(await alive.frame()).toEqual(answer(TEXT, "alive"));
  });

  it.each([
    ["in a refusal", handshake("/nowhere")],
    ["in what is no HTTP", "\u0016\u0003\u0001 hello\r\n\r\n"],
    ["in a gate", handshake("/gate")],
    ["while the server sends", handshake("/flood")],
    ["in the closing handshake", concat(Buffer.from(handshake("/closes")))],
    ["behind a violation", concat(Buffer.from(handshake("/")), clientFrame({ opcode: 3 }))],
    [
      "with megabytes unread",
      concat(
        Buffer.from(handshake("/deaf")),
        clientFrame({ opcode: BINARY, payload: new Uint8Array(MIB) }),
        new Uint8Array(MIB),
      ),
    ],
  ])("%s", async (_, input) => {
    const served = await serve((app) => {
      app.install(WebSockets, { closeTimeout: 50, maxPause: 50 });
      app.routing((routing) => {
        routing.webSocket("/", echo);
        routing.webSocket("/gate", { authenticate: () => new Promise(() => undefined) }, echo);
        routing.webSocket("/closes", (session) => session.close());
        routing.webSocket(
          "/deaf",
          (session) => new Promise((resolve) => session.signal.addEventListener("abort", resolve)),
        );
        routing.webSocket("/flood", async (session) => {
          for (;;) await session.send(new Uint8Array(50_000));
        });
      });
    });
    for (let round = 0; round < 20; round++) {
      const peer = await dial(served);
      peer.write(input);
      for (let turns = 0; turns < round; turns++) await turn();
      peer.reset();
      await peer.gone();
    }
    await until(() => served.sessions === 0);
    const alive = await open(served, "/", text("alive"));
    expect(await alive.frame()).toEqual(answer(TEXT, "alive"));
  });
});
