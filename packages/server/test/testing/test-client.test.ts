import { describe, expect, it } from "vitest";
import type { ApplicationModule, Authenticate, Frame } from "../../src/index.js";
import { CloseReason, Frame as Frames, jsonConverter, WebSockets, webSocketExtension } from "../../src/index.js";
import { testApplication } from "../../src/testing.js";
import { Xor } from "../support/extensions.js";
import { echo, route } from "../support/serve.js";
import { signal } from "../support/until.js";

const module: ApplicationModule = (app) => {
  app.install(WebSockets, { pingPeriod: 0, maxFrameSize: 4 << 20 });
  app.routing((routing) => {
    routing.webSocket("/echo", async (session) => {
      for await (const frame of session.incoming) await session.send(frame);
    });
    routing.webSocket("/chat", { protocol: "chat.v2" }, (session) => session.send(session.protocol ?? "none"));
    routing.webSocket("/from", (session) => session.send(session.call.request.header("x-name") ?? "nobody"));
    routing.webSocketRaw("/raw", async (session) => {
      for await (const frame of session.incoming) await session.send(frame);
    });
  });
};

function textOf(frame: Frame): string {
  return frame.type === "text" ? frame.readText() : frame.type;
}

describe("sessions of the test client", () => {
  it("are closed with 1000 when the block is done, which gives what it gave", async () => {
    let reason: Promise<CloseReason | null> | undefined;
    const handler: ApplicationModule = route(async (session) => {
      reason = session.closeReason;
      await echo(session);
    });
    await testApplication(handler, async ({ client }) => {
      const text = await client.webSocket("/", async (session) => {
        await session.send("Hi");
        return textOf(await session.incoming.receive());
      });
      expect(text).toBe("Hi");
      expect(await reason).toEqual(new CloseReason(1000));
    });
  });

  it("are cut when the block throws, which is thrown on", async () => {
    const cause = new Error("not what I expected");
    await testApplication(module, async ({ client }) => {
      await expect(client.webSocket("/echo", () => Promise.reject(cause))).rejects.toBe(cause);
    });
  });

  it("mask their frames, which a server requires", async () => {
    await testApplication(module, async ({ client }) => {
      await client.webSocket("/echo", { session: { masking: false } }, async (session) => {
        await session.send("bare");
        expect((await session.closeReason)?.code).toBe(1002);
      });
    });
  });

  it("agree on a subprotocol", async () => {
    await testApplication(module, async ({ client }) => {
      const protocols = ["chat.v3", "chat.v2"];
      await client.webSocket("/chat", { protocols }, async (session) => {
        expect([session.protocol, textOf(await session.incoming.receive())]).toEqual(["chat.v2", "chat.v2"]);
      });
      await client.webSocket("/echo", (session) => expect(session.protocol).toBeNull());
    });
  });

  it("carry the headers of the test, and show those of the response", async () => {
    await testApplication(module, async ({ client }) => {
      await client.webSocket("/from", { headers: { "x-name": "Ada" } }, async (session) => {
        expect(textOf(await session.incoming.receive())).toBe("Ada");
        expect(session.headers.get("upgrade")).toBe("websocket");
      });
    });
  });

  it("carry messages that are longer than what is under way at once", async () => {
    await testApplication(module, async ({ client }) => {
      await client.webSocket("/echo", async (session) => {
        const bytes = new Uint8Array(3 << 20).map((_, index) => index);
        await session.send(bytes);
        expect(Buffer.compare((await session.incoming.receive()).data, bytes)).toBe(0);
      });
    });
  });

  it("of single frames show every one of them, and answer none", async () => {
    await testApplication(module, async ({ client }) => {
      await client.webSocketRaw("/raw", async (session) => {
        await session.send(new Frames.Text("one", { fin: false }));
        await session.send(new Frames.Ping("two"));
        await session.send(new Frames.Text("three"));
        const frames = [];
        for (let index = 0; index < 3; index++) frames.push(await session.incoming.receive());
        expect(frames.map(({ type, fin }) => [type, fin])).toEqual([
          ["text", false],
          ["ping", true],
          ["text", true],
        ]);
      });
    });
  });

  it("send and receive values", async () => {
    const contentConverter = jsonConverter();
    const typed = route(async (session) => session.sendSerialized({ got: await session.receiveDeserialized() }), {
      contentConverter,
    });
    await testApplication(typed, async ({ client }) => {
      await client.webSocket("/", { session: { contentConverter } }, async (session) => {
        await session.sendSerialized([1, 2]);
        expect(await session.receiveDeserialized()).toEqual({ got: [1, 2] });
      });
    });
  });

  it("pass the gate of their route, or learn why not", async () => {
    const gated: ApplicationModule = (app) => {
      app.install(WebSockets);
      app.routing((routing) => {
        const authenticate: Authenticate = async (call) => {
          call.response.headers.append("Set-Cookie", "seen=yes");
          await Promise.resolve();
          if (call.request.header("authorization") === undefined) return { status: 401, body: "who are you?" };
          return undefined;
        };
        routing.webSocket("/", { authenticate }, (session) => session.send("welcome"));
      });
    };
    await testApplication(gated, async ({ client }) => {
      const refused = await client.webSocketSession("/").catch((error: unknown) => error);
      expect(refused).toMatchObject({ status: 401, body: "who are you?" });
      await client.webSocket("/", { headers: { Authorization: "Bearer 1" } }, async (session) => {
        expect(session.headers.getSetCookie()).toEqual(["seen=yes"]);
        expect(textOf(await session.incoming.receive())).toBe("welcome");
      });
    });
  });

  it("that wait at their route's gate when the test is over are abandoned", async () => {
    let reason: unknown;
    const gated: ApplicationModule = (app) => {
      app.install(WebSockets);
      app.routing((routing) => {
        const authenticate: Authenticate = async ({ signal }) => {
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
          reason = signal.reason;
        };
        routing.webSocket("/", { authenticate }, () => expect.unreachable());
      });
    };
    await testApplication(gated, ({ client }) => void client.webSocketSession("/"));
    expect(reason).toMatchObject({ code: "CANCELLED" });
  });

  it("outlive the call that opened them, until they are closed", async () => {
    await testApplication(module, async ({ client }) => {
      const session = await client.webSocketSession("/echo");
      await session.send("still here");
      expect(textOf(await session.incoming.receive())).toBe("still here");
      await session.close(new CloseReason(4000));
      await session.ended;
    });
  });

  it("end with 1006 for the server when they are cancelled", async () => {
    let reason: Promise<CloseReason | null> | undefined;
    const handler = route(async (session) => {
      reason = session.closeReason;
      await echo(session);
    });
    await testApplication(handler, async ({ client }) => {
      const session = await client.webSocketSession("/");
      session.cancel();
      await session.ended;
      expect((await reason)?.code).toBe(1006);
    });
  });

  it.each([
    ["no route has the path", "/nowhere", {}, 404],
    ["the route speaks another subprotocol", "/chat", { protocols: ["chat.v1"] }, 400],
    ["the origin is another one", "/echo", { headers: { Origin: "https://evil.example" } }, 403],
    ["a header is missing", "/echo", { headers: { "sec-websocket-key": undefined } }, 400],
    ["the version is another one", "/echo", { headers: { "Sec-WebSocket-Version": "8" } }, 426],
  ])("are refused where %s", async (_, path, options, status) => {
    await testApplication(module, async ({ client }) => {
      const refused = await client.webSocketSession(path, options).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: "HANDSHAKE_REFUSED", path, status, body: expect.stringMatching(/.\n$/) });
      expect(refused).toHaveProperty("headers", expect.any(Headers));
    });
  });
});

describe("extensions of the test client", () => {
  const XorModule: ApplicationModule = route(echo, { extensions: [Xor()] });

  it("are offered, agreed on, and at work on both sides", async () => {
    await testApplication(XorModule, async ({ client }) => {
      await client.webSocket("/", { session: { extensions: [Xor({ key: 9, later: true })] } }, async (session) => {
        expect(session.headers.get("sec-websocket-extensions")).toBe("x-xor; key=9");
        expect(session.extension(Xor).key).toBe(9);
        for (const message of ["one", "two", "three"]) await session.send(message);
        for (const message of ["one", "two", "three"]) expect(textOf(await session.incoming.receive())).toBe(message);
      });
      await client.webSocket("/", (session) => expect(session.extensionOrNull(Xor)).toBeNull());
    });
  });

  it("fail the connection where the server answers what was not offered", async () => {
    const Liar = webSocketExtension({
      key: "liar",
      install: () => () => ({
        protocols: [{ name: "x-xor", parameters: [] }],
        serverNegotiation: (requested) =>
          requested.map(({ name }) => ({ name, parameters: [{ name: "key", value: "0" }] })),
        processIncomingFrame: (frame) => frame,
        processOutgoingFrame: (frame) => frame,
      }),
    });
    const ended = signal<CloseReason | null>();
    const module = route(async (session) => ended.resolve(await session.closeReason), { extensions: [Liar()] });
    await testApplication(module, async ({ client }) => {
      const opened = client.webSocketSession("/", { session: { extensions: [Xor()] } });
      await expect(opened).rejects.toMatchObject({ code: "INVALID_EXTENSION_ANSWER", extension: "x-xor" });
      expect((await ended.promise)?.code).toBe(1006);
    });
  });
});
