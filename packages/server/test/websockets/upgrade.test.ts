import { describe, expect, it } from "vitest";
import type { ApplicationModule, WebSocketOptions } from "../../src/index.js";
import { WebSockets } from "../../src/index.js";
import { connect } from "../support/client.js";
import type { Response } from "../support/peer.js";
import { dial, handshake, send } from "../support/peer.js";
import type { Served } from "../support/serve.js";
import { echo, route, serve } from "../support/serve.js";
import { signal, until } from "../support/until.js";

/** What a handshake is answered with. */
async function answer(served: Served, request: string): Promise<Response> {
  return await (await send(served, request)).response();
}

function chat(options: WebSocketOptions = {}): ApplicationModule {
  return (app) => {
    app.install(WebSockets, options);
    app.routing((routing) => {
      routing.webSocket("/chat", echo);
      routing.get("/page", (call) => call.respondText("a page"));
    });
  };
}

describe("a handshake", () => {
  it("is answered with 101 and the key that belongs to the client's", async () => {
    const response = await answer(await serve(route(echo)), handshake());
    expect(response.status).toBe(101);
    expect(Object.fromEntries(response.headers)).toEqual({
      upgrade: "websocket",
      connection: "Upgrade",
      "sec-websocket-accept": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
    });
  });

  it.each<[string, Parameters<typeof handshake>, number, Record<string, string>]>([
    ["for a path without a route", ["/nowhere"], 404, {}],
    ["for a path with only a page", ["/page"], 404, {}],
    ["for a malformed path", ["/%zz"], 400, {}],
    ["with another version", ["/chat", { "Sec-WebSocket-Version": "8" }], 426, { "sec-websocket-version": "13" }],
    ["without a version", ["/chat", { "Sec-WebSocket-Version": undefined }], 426, { "sec-websocket-version": "13" }],
    ["without a key", ["/chat", { "Sec-WebSocket-Key": undefined }], 400, {}],
    ["with a key that is none", ["/chat", { "Sec-WebSocket-Key": "short" }], 400, {}],
    ["without Host", ["/chat", { Host: undefined }], 400, {}],
    ["with a body", ["/chat", { "Content-Length": "5" }], 400, {}],
    ["with malformed extensions", ["/chat", { "Sec-WebSocket-Extensions": "a; =" }], 400, {}],
    ["with a subprotocol twice", ["/chat", { "Sec-WebSocket-Protocol": "a, a" }], 400, {}],
    ["from another origin", ["/chat", { Origin: "http://evil.example" }], 403, {}],
    ["from no origin that can be told", ["/chat", { Origin: "null" }], 403, {}],
  ])("%s is refused", async (_, request, status, headers) => {
    const served = await serve(chat());
    const peer = await send(served, handshake(...request));
    const response = await peer.response();
    expect(response.status).toBe(status);
    expect(response.headers.get("connection")).toContain("close");
    expect(Object.fromEntries(response.headers)).toMatchObject(headers);
    expect(response.body).not.toBe("");
    expect(await peer.end()).toHaveLength(0);
    expect(served.takeLog()).toHaveLength(status === 403 ? 1 : 0);
  });

  it("with another method is refused with 405", async () => {
    const response = await answer(await serve(chat()), handshake("/chat").replace("GET", "POST"));
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("GET");
  });

  it("with HTTP/1.0 is refused", async () => {
    const response = await answer(await serve(chat()), handshake("/chat").replace("HTTP/1.1", "HTTP/1.0"));
    expect(response.status).toBe(400);
  });

  it("with more headers than Node keeps is refused, and no error", async () => {
    const served = await serve(chat());
    const many = Object.fromEntries(Array.from({ length: 2100 }, (_, index) => [`h${index}`, undefined]));
    const lines = Object.keys(many).map(() => "a:\r\n");
    const request = handshake("/chat").replace("Host:", `${lines.join("")}Host:`);
    expect((await answer(served, request)).status).toBeGreaterThanOrEqual(400);
    expect(await (await connect(served, "/chat")).askText("alive")).toBe("alive");
  });

  it("of the page's own origin passes, on any scheme", async () => {
    const served = await serve(chat());
    const request = handshake("/chat", { Host: "chat.example", Origin: "https://chat.example" });
    expect((await answer(served, request)).status).toBe(101);
  });

  it("of an origin that the option lists passes", async () => {
    const served = await serve(chat({ origins: ["https://app.example"] }));
    expect((await answer(served, handshake("/chat", { Origin: "https://app.example" }))).status).toBe(101);
    const refused = await answer(served, handshake("/chat", { Origin: "https://evil-app.example" }));
    expect(refused.status).toBe(403);
    expect(refused.body).toContain("https://evil-app.example");
    expect(refused.body).toContain("origins");
    expect(served.takeLog()).toMatchObject([{ message: refused.body.trimEnd() }]);
  });

  it("is answered with 500 where the function that judges its origin throws", async () => {
    const origins = (): never => {
      throw new Error("no database");
    };
    const served = await serve(chat({ origins }));
    expect((await answer(served, handshake("/chat", { Origin: "http://a.example" }))).status).toBe(500);
    expect(served.takeLog()).toMatchObject([{ error: { message: "no database" } }]);
    expect(await (await connect(served, "/chat")).askText("alive")).toBe("alive");
  });

  it("takes a moment longer than a handler that is ready with its answer, and loses neither", async () => {
    const served = await serve(
      route(async (session) => {
        await session.send("first");
        await session.close();
      }),
    );
    const client = await connect(served);
    expect(await client.receiveText()).toBe("first");
    expect((await client.closed).code).toBe(1000);
  });
});

describe("a plain request for a WebSocket route", () => {
  it("is told to upgrade", async () => {
    const served = await serve(chat());
    const response = await answer(served, "GET /chat HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(response.status).toBe(426);
    expect(response.headers.get("upgrade")).toBe("websocket");
  });

  it("with another method is refused with 405", async () => {
    const served = await serve(chat());
    const response = await answer(served, "POST /chat HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
    expect(response.status).toBe(405);
  });
});

describe("a subprotocol", () => {
  const spoken: ApplicationModule = (app) => {
    app.install(WebSockets, {});
    app.routing((routing) => {
      routing.webSocket("/", { protocol: "v2" }, (session) => session.send(`v2 ${session.protocol}`));
      routing.webSocket("/", { protocol: "v1" }, (session) => session.send(`v1 ${session.protocol}`));
      routing.webSocket("/any", (session) => session.send(`any ${session.protocol}`));
    });
  };

  it("tells routes of one path apart", async () => {
    const served = await serve(spoken);
    for (const protocol of ["v1", "v2"]) {
      const client = await connect(served, "/", { protocols: ["v0", protocol] });
      expect(client.socket.protocol).toBe(protocol);
      expect(await client.receiveText()).toBe(`${protocol} ${protocol}`);
    }
  });

  it("that no route speaks is refused", async () => {
    const response = await answer(await serve(spoken), handshake("/", { "Sec-WebSocket-Protocol": "v3" }));
    expect(response.status).toBe(400);
  });

  it("is not agreed on where the route speaks none", async () => {
    const response = await answer(await serve(spoken), handshake("/any", { "Sec-WebSocket-Protocol": "v1" }));
    expect(response.status).toBe(101);
    expect(response.headers.has("sec-websocket-protocol")).toBe(false);
  });
});

describe("maxConnections", () => {
  it("refuses with 503 past it, and takes sessions again when others have ended", async () => {
    const served = await serve(route(echo, { maxConnections: 2 }));
    const [first, second] = [await connect(served), await connect(served)];
    expect((await answer(served, handshake())).status).toBe(503);
    await expect(connect(served)).rejects.toThrow("503");
    await first.close();
    await until(() => second.socket.readyState === second.socket.OPEN);
    for (;;) {
      const response = await answer(served, handshake());
      if (response.status === 101) break;
      expect(response.status).toBe(503);
    }
    expect(await second.askText("alive")).toBe("alive");
  });

  it("counts a session whose handler is still at work", async () => {
    const gate = signal();
    const served = await serve(route(async () => await gate.promise, { maxConnections: 1, closeTimeout: 20 }));
    await (await connect(served)).close();
    expect((await answer(served, handshake())).status).toBe(503);
    gate.resolve();
  });
});

describe("a call", () => {
  it("has the request that opened the session", async () => {
    const served = await serve((app) => {
      app.install(WebSockets, {});
      app.routing((routing) => {
        routing.webSocket("/rooms/{room}", ({ call }) => {
          const { request, parameters } = call;
          seen.resolve([
            parameters.room,
            request.path,
            request.uri,
            request.queryParameters.get("name"),
            request.header("X-Trace"),
            request.remoteAddress,
            request.method,
            request.httpVersion,
          ]);
        });
      });
    });
    await connect(served, "/rooms/a%20b?name=Ada", { headers: { "x-trace": "77" } });
    expect(await seen.promise).toEqual([
      "a b",
      "/rooms/a%20b",
      "/rooms/a%20b?name=Ada",
      "Ada",
      "77",
      "127.0.0.1",
      "GET",
      "1.1",
    ]);
  });

  const seen = signal<unknown[]>();
});

describe("a client that connects and says nothing", () => {
  it("does not keep others waiting", async () => {
    const served = await serve(route(echo));
    await dial(served);
    expect(await (await connect(served)).askText("alive")).toBe("alive");
  });
});
