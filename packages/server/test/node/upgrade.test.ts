import { describe, expect, it } from "vitest";
import { WebSockets } from "../../src/index.js";
import { certificate } from "../support/certificate.js";
import { connect } from "../support/client.js";
import type { Peer } from "../support/peer.js";
import { dial, handshake, open, send } from "../support/peer.js";
import { echo, route, serve } from "../support/serve.js";
import { signal, until } from "../support/until.js";
import { BINARY, close, frame, TEXT } from "../support/wire.js";

describe.each([
  ["TCP", {}],
  ["TLS", { tls: certificate }],
])("a refusal over %s", (_, config) => {
  it.each([
    ["with nothing behind the request", Buffer.alloc(0)],
    ["with frames right behind the request", frame(TEXT, "I could not wait")],
    ["with megabytes right behind the request", Buffer.concat(Array(40).fill(frame(BINARY, Buffer.alloc(100_000))))],
  ])("arrives whole %s", async (_name, behind) => {
    const served = await serve(route(echo), config);
    const peer = await send(served, handshake("/nowhere"), behind);
    const response = await peer.response();
    expect(response.status).toBe(404);
    expect(response.body).toBe("Nothing is here\n");
    expect(await peer.end()).toHaveLength(0);
    peer.socket.end();
    await peer.gone();
    expect(peer.error).toBeUndefined();
  });

  it("arrives whole at a client that goes on sending behind it", async () => {
    const served = await serve(route(echo), config);
    const peer = await send(served, handshake("/nowhere"));
    await peer.end();
    const piece = frame(BINARY, Buffer.alloc(60_000));
    for (let index = 0; index < 50; index++) {
      await new Promise<void>((resolve) => peer.socket.write(piece, () => resolve()));
    }
    expect((await peer.response().catch((error: unknown) => error)) as object).toMatchObject({ status: 404 });
    peer.socket.end();
    await peer.gone();
    expect(peer.error).toBeUndefined();
  });
});

describe("a client that is refused and never closes its side", () => {
  it("is cut off", async () => {
    const served = await serve(route(echo));
    const peer = await send(served, handshake("/nowhere"));
    await peer.end();
    await until(() => {
      if (!peer.closed) peer.write("x");
      return peer.closed;
    });
  });
});

describe("a reset", () => {
  const moments: readonly (readonly [string, (peer: Peer) => void])[] = [
    ["in the middle of the request", (peer) => resetBehind(peer, handshake().slice(0, 40))],
    ["right behind the request", (peer) => resetBehind(peer, handshake())],
    ["right behind a request that is refused", (peer) => resetBehind(peer, handshake("/nowhere"))],
    ["behind frames that came with the request", (peer) => resetBehind(peer, handshake(), frame(TEXT, "hi"))],
    ["in the middle of a frame", (peer) => resetBehind(peer, handshake(), frame(TEXT, "hello").subarray(0, 5))],
    ["right behind Close", (peer) => resetBehind(peer, handshake(), close(1000))],
    ["behind a violation", (peer) => resetBehind(peer, handshake(), frame(3))],
    ["behind something that is no HTTP", (peer) => resetBehind(peer, "\x16\x03\x01 hello\r\n\r\n")],
    ["before anything was said", (peer) => peer.reset()],
  ];

  function resetBehind(peer: Peer, ...bytes: readonly (string | Uint8Array)[]): void {
    const all = Buffer.concat(bytes.map((part) => Buffer.from(part as Uint8Array)));
    peer.socket.write(all, () => peer.reset());
  }

  it.each(moments)("%s leaves the server alive", async (_, act) => {
    const served = await serve(route(echo));
    for (let round = 0; round < 20; round++) {
      const peer = await dial(served);
      act(peer);
      await peer.gone();
    }
    expect(await (await connect(served)).askText("alive")).toBe("alive");
  });

  it("at any of these moments, a thousand times, leaves no socket behind", async () => {
    const served = await serve(route(echo));
    const sockets = (): number => process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length;
    const before = sockets();
    const { sessions, retained } = served.server.application.plugin(WebSockets);
    for (let round = 0; round < 1000 / moments.length; round++) {
      await Promise.all(
        moments.map(async ([, act]) => {
          const peer = await dial(served);
          act(peer);
          await peer.gone();
        }),
      );
    }
    await until(() => sockets() <= before && sessions.size === 0);
    expect(retained.used).toBe(0);
  });

  it("while the handler sends leaves the server alive", async () => {
    const served = await serve(
      route(async (session) => {
        for (;;) await session.send(Buffer.alloc(100_000));
      }),
    );
    for (let round = 0; round < 5; round++) {
      const peer = await open(served);
      await peer.frame();
      peer.reset();
    }
    const peer = await open(served);
    expect((await peer.frame()).opcode).toBe(BINARY);
    peer.reset();
  });
});

describe("what comes in the write of the request", () => {
  it("is kept while the handler begins", async () => {
    const got = signal<string[]>();
    const served = await serve(
      route(async (session) => {
        await new Promise(setImmediate);
        await new Promise(setImmediate);
        const texts: string[] = [];
        for await (const message of session.incoming) if (message.type === "text") texts.push(message.readText());
        got.resolve(texts);
      }),
    );
    const frames = Array.from({ length: 3000 }, (_, index) => frame(TEXT, `${index}`));
    await open(served, ...frames, close(1000));
    expect(await got.promise).toEqual(Array.from({ length: 3000 }, (_, index) => `${index}`));
  });

  it("is nothing to a handler that cancels at once", async () => {
    const served = await serve(
      route((session) => {
        session.cancel();
      }),
    );
    const peer = await send(served, handshake(), frame(TEXT, "never mind"));
    await peer.dropped();
  });
});

describe("a handshake behind a request that is not answered yet", () => {
  it("ends the connection: two answers at once would make one mess", async () => {
    const asked = signal();
    const gate = signal();
    let sessions = 0;
    const served = await serve((app) => {
      app.install(WebSockets);
      app.routing((routing) => {
        routing.get("/slow", async (call) => {
          asked.resolve();
          await gate.promise;
          call.respondText("slow");
        });
        routing.webSocket("/", () => void sessions++);
      });
    });
    const peer = await send(served, "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n", handshake(), frame(TEXT, "hi"));
    await asked.promise;
    await peer.dropped();
    gate.resolve();
    expect(peer.received).toHaveLength(0);
    expect(sessions).toBe(0);
  });

  it("is answered where the request before it was", async () => {
    const served = await serve(route(echo));
    const peer = await send(served, "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n");
    expect((await peer.response()).status).toBe(404);
    peer.write(handshake(), frame(TEXT, "hi"));
    expect((await peer.response(true)).status).toBe(101);
    expect(await peer.frame()).toMatchObject({ payload: Buffer.from("hi") });
  });
});

describe("a request that would like another protocol", () => {
  const upgrade = { Upgrade: "h2c", Connection: "Upgrade, HTTP2-Settings", "HTTP2-Settings": "AAMAAABkAAQAAP__" };
  const without = { "Sec-WebSocket-Key": undefined, "Sec-WebSocket-Version": undefined };

  it("is answered as the request that it is", async () => {
    const served = await serve((app) => {
      app.install(WebSockets, {});
      app.routing((routing) => {
        routing.get("/page", (call) => call.respondText("a page"));
        routing.webSocket("/chat", echo);
      });
    });
    const page = await send(served, handshake("/page", { ...upgrade, ...without }));
    expect(await page.response()).toMatchObject({ status: 200, body: "a page" });
    await page.end();
    const chat = await send(served, handshake("/chat", { ...upgrade, ...without }));
    expect((await chat.response()).status).toBe(426);
    const gone = await send(served, handshake("/page", { ...upgrade, ...without }));
    gone.reset();
    expect(await (await connect(served, "/chat")).askText("alive")).toBe("alive");
  });
});
