import { describe, expect, it } from "vitest";
import type { RawWebSocketRouteOptions, WebSocketOptions, WebSocketRouteOptions } from "../../src/index.js";
import { bounded, InvalidOptionError, jsonConverter, unlimited, WebSockets } from "../../src/index.js";
import type { WebSocketRoute } from "../../src/routing/web-socket.js";
import { application } from "../support/application.js";
import { connect } from "../support/client.js";
import { Xor } from "../support/extensions.js";
import { handshake, send } from "../support/peer.js";
import { echo, serve } from "../support/serve.js";
import { serveOn, setups } from "../support/setups.js";
import { closeCode, frame, PING, TEXT } from "../support/wire.js";

/** What a route's options come to. */
function resolved(
  plugin: WebSocketOptions,
  options: WebSocketRouteOptions | RawWebSocketRouteOptions,
  mode: "webSocket" | "webSocketRaw" = "webSocket",
): WebSocketRoute["options"] {
  const app = application();
  app.install(WebSockets, plugin);
  app.routing((routing) => {
    if (mode === "webSocket") routing.webSocket("/a", options, () => undefined);
    else routing.webSocketRaw("/a", options, () => undefined);
  });
  const [match] = app.router.find("/a") ?? [];
  if (match?.route.kind !== "webSocket") throw new Error("There is no route");
  return match.route.options;
}

describe("the options of a route", () => {
  it("are the plugin's where it has none of its own", () => {
    const { settings, authenticateTimeout } = resolved({ maxFrameSize: 7, authenticateTimeout: "3s" }, {});
    expect(settings).toMatchObject({ maxFrameSize: 7, maxFragments: 16_384, pingPeriod: 30_000 });
    expect(authenticateTimeout).toBe(3_000);
  });

  it("say which extensions may be negotiated: on a raw route none, unless it asks for them", () => {
    const extensions = [Xor()];
    expect(resolved({ extensions }, {}).extensions).toBe(extensions);
    expect(resolved({ extensions }, { extensions: [] }).extensions).toEqual([]);
    expect(resolved({ extensions }, {}, "webSocketRaw").extensions).toEqual([]);
    expect(resolved({ extensions }, { negotiateExtensions: true }, "webSocketRaw").extensions).toBe(extensions);
    expect(() => resolved({}, { negotiateExtensions: true })).toThrow("negotiateExtensions of webSocket(/a)");
    expect(() => resolved({}, { negotiateExtensions: 1 as never }, "webSocketRaw")).toThrow("true or false");
  });

  it("stand before the plugin's, each for itself", () => {
    const converter = jsonConverter();
    const { settings, contentConverter, authenticateTimeout } = resolved(
      { maxFrameSize: 7, masking: true, channels: { incoming: bounded(1), outgoing: bounded(2) } },
      {
        maxFrameSize: 9,
        maxFragments: 3,
        pingPeriod: 0,
        timeout: "1s",
        closeTimeout: "2s",
        maxPause: 0,
        maxLifetime: "1h",
        idleTimeout: "1m",
        messageRate: { messages: 5, per: "1s" },
        channels: { outgoing: unlimited() },
        contentConverter: converter,
        authenticateTimeout: 5,
      },
    );
    expect(settings).toMatchObject({
      masking: true,
      maxFrameSize: 9,
      maxFragments: 3,
      pingPeriod: 0,
      timeout: 1_000,
      closeTimeout: 2_000,
      maxPause: 0,
      maxLifetime: 3_600_000,
      idleTimeout: 60_000,
      messageRate: { messages: 5, per: 1_000 },
      incoming: { capacity: 1 },
      outgoing: { capacity: Number.POSITIVE_INFINITY },
    });
    expect(contentConverter).toBe(converter);
    expect(authenticateTimeout).toBe(5);
  });

  it("that are undefined are as if they were left out", () => {
    const options = { maxFrameSize: undefined, channels: undefined, protocol: undefined } as unknown as object;
    expect(resolved({ maxFrameSize: 7 }, options).settings.maxFrameSize).toBe(7);
  });

  it.each<[string, object, string]>([
    ["maxFrameSize", { maxFrameSize: -1 }, "-1"],
    ["maxFragments", { maxFragments: 0 }, "0"],
    ["pingPeriod", { pingPeriod: "soon" }, '"soon"'],
    ["timeout", { timeout: 0 }, "0"],
    ["closeTimeout", { closeTimeout: Number.NaN }, "NaN"],
    ["maxPause", { maxPause: -1 }, "-1"],
    ["maxLifetime", { maxLifetime: "soon" }, '"soon"'],
    ["idleTimeout", { idleTimeout: -1 }, "-1"],
    ["messageRate.messages", { messageRate: { messages: "5", per: "1s" } }, '"5"'],
    ["masking", { masking: 1 }, "1"],
    ["channels", { channels: null }, "null"],
    ["incomming", { channels: { incomming: bounded(1) } }, "an object"],
    ["channels.incoming.capacity", { channels: { incoming: { capacity: 0, onOverflow: "close" } } }, "0"],
    ["contentConverter", { contentConverter: {} }, "an object"],
    ["origins", { origins: "example.com" }, '"example.com"'],
    ["authenticate", { authenticate: true }, "true"],
    ["authenticateTimeout", { authenticateTimeout: 0 }, "0"],
    ["protocol", { protocol: "no token" }, '"no token"'],
    ["protocol", { protocol: ["a", "b"] }, "an array"],
    ["maxConnections", { maxConnections: 5 }, "5"],
    ["maxConnectionsPerAddress", { maxConnectionsPerAddress: 5 }, "5"],
    ["validateText", { validateText: true }, "true"],
  ])("name themselves, their value and the route when %s is wrong: %o", (option, options, value) => {
    const resolve = (): unknown => resolved({}, options);
    expect(resolve).toThrow(InvalidOptionError);
    expect(resolve).toThrow(`${option} of webSocket(/a)`);
    expect(resolve).toThrow(value);
  });

  it("turn off what the plugin has on", () => {
    const plugin: WebSocketOptions = {
      maxLifetime: "1h",
      idleTimeout: "1m",
      messageRate: { messages: 5, per: "1s" },
    };
    const off = {
      maxLifetime: 0,
      idleTimeout: 0,
      messageRate: { messages: Number.POSITIVE_INFINITY, per: "1s" },
    } as const;
    for (const mode of ["webSocket", "webSocketRaw"] as const) {
      expect(resolved(plugin, {}, mode).settings.messageRate?.messages).toBe(5);
      const expected = { maxLifetime: 0, idleTimeout: 0, messageRate: undefined };
      expect(resolved(plugin, off, mode).settings).toMatchObject(expected);
    }
  });

  it("of a raw route have no pings, but say whether text is validated", () => {
    expect(resolved({}, { validateText: true }, "webSocketRaw").validateText).toBe(true);
    expect(resolved({}, {}, "webSocketRaw").validateText).toBe(false);
    const raw = (options: object) => (): unknown => resolved({}, options, "webSocketRaw");
    expect(raw({ pingPeriod: 5 })).toThrow("pingPeriod of webSocketRaw(/a)");
    expect(raw({ timeout: 5 })).toThrow("timeout of webSocketRaw(/a)");
    expect(raw({ validateText: 1 })).toThrow("validateText of webSocketRaw(/a)");
  });
});

describe.each(setups)("routes of one application ($codec codec, TLS: $tls)", (setup) => {
  it("have sizes, fragments and pings of their own", async () => {
    const served = await serveOn(setup, (app) => {
      app.install(WebSockets, { maxFrameSize: 10 });
      app.routing((routing) => {
        routing.webSocket("/plain", echo);
        routing.webSocket("/large", { maxFrameSize: 1000 }, echo);
        routing.webSocket("/whole", { maxFragments: 1 }, echo);
        routing.webSocket("/pinged", { pingPeriod: 1 }, echo);
        routing.webSocketRaw("/raw", { validateText: true }, async (session) => {
          for await (const _ of session.incoming);
        });
      });
    });
    const opened = async (path: string, ...bytes: Uint8Array[]) => {
      const peer = await send(served, handshake(path), ...bytes);
      await peer.response(true);
      return peer;
    };
    const long = frame(TEXT, "x".repeat(11));
    expect(closeCode(await (await opened("/plain", long)).frame())).toBe(1009);
    expect((await (await opened("/large", long)).frame()).payload).toHaveLength(11);
    const halves = [frame(TEXT, "a", { fin: false }), frame(0, "b")];
    expect((await (await opened("/plain", ...halves)).frame()).payload.toString()).toBe("ab");
    expect(closeCode(await (await opened("/whole", ...halves)).frame())).toBe(1008);
    expect((await (await opened("/pinged")).frame()).opcode).toBe(PING);
    expect(closeCode(await (await opened("/raw", frame(TEXT, Buffer.from([0xff])))).frame())).toBe(1007);
  });
});

describe("a route", () => {
  it("has origins of its own", async () => {
    const served = await serve((app) => {
      app.install(WebSockets, { origins: ["https://app.example"] });
      app.routing((routing) => {
        routing.webSocket("/app", echo);
        routing.webSocket("/public", { origins: "*" }, echo);
      });
    });
    const status = async (path: string, origin: string): Promise<number> =>
      (await (await send(served, handshake(path, { Origin: origin }))).response()).status;
    expect(await status("/app", "https://app.example")).toBe(101);
    expect(await status("/app", "https://other.example")).toBe(403);
    expect(await status("/public", "https://other.example")).toBe(101);
    expect(served.takeLog()).toMatchObject([{ error: { origin: "https://other.example" } }]);
  });

  it("has a converter and masking of its own", async () => {
    const served = await serve((app) => {
      app.install(WebSockets);
      app.routing((routing) => {
        routing.webSocket("/json", { contentConverter: jsonConverter(), masking: true }, async (session) => {
          await session.sendSerialized({ masking: session.masking, got: await session.receiveDeserialized() });
        });
        routing.webSocket("/none", async (session) => {
          await session.send(await session.sendSerialized({}).catch((error) => error.code));
        });
      });
    });
    const peer = await send(served, handshake("/json"), frame(TEXT, "[1]"));
    await peer.response(true);
    const answer = await peer.frame();
    expect(answer.masked).toBe(true);
    expect(JSON.parse(answer.payload.toString())).toEqual({ masking: true, got: [1] });
    expect(await (await connect(served, "/none")).receiveText()).toBe("WEBSOCKET_CONVERTER_NOT_FOUND");
  });
});
