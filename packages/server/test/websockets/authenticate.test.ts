import { describe, expect, expectTypeOf, it } from "vitest";
import type {
  ApplicationModule,
  Authenticate,
  AuthenticateRefusal,
  WebSocketHandler,
  WebSocketOptions,
} from "../../src/index.js";
import { AttributeKey, AuthenticateCall, InvalidHeaderError, WebSockets } from "../../src/index.js";
import { connect } from "../support/client.js";
import type { Peer } from "../support/peer.js";
import { dial, handshake, open, send } from "../support/peer.js";
import type { Served } from "../support/serve.js";
import { echo, serve } from "../support/serve.js";
import { serveOn, setups } from "../support/setups.js";
import { signal, stalls, until } from "../support/until.js";
import { BINARY, close, frame, TEXT } from "../support/wire.js";

/** A module with one route, at `/`, and a gate in front of it. */
function gated(
  authenticate: Authenticate<unknown>,
  handler: WebSocketHandler<""> = echo,
  options: WebSocketOptions = {},
): ApplicationModule {
  return (app) => {
    app.install(WebSockets, options);
    app.routing((routing) => void routing.webSocket("/", { authenticate }, handler));
  };
}

/** Whatever the server sends until it ends the connection. */
async function rawAnswer(served: Served, request = handshake()): Promise<string> {
  return (await (await send(served, request)).end()).toString("latin1");
}

function size(served: Served): number {
  return served.server.application.plugin(WebSockets).sessions.size;
}

describe("authenticate", () => {
  it("lets a client in, and hands the handler what it found out", async () => {
    const user = new AttributeKey<string>("user");
    const served = await serve((app) => {
      app.install(WebSockets);
      app.routing((routing) => {
        routing.webSocket(
          "/rooms/{room}",
          {
            authenticate: async (call) => {
              await new Promise(setImmediate);
              call.attributes.put(user, `${call.request.header("authorization")} of ${call.parameters.room}`);
            },
          },
          (session) => session.send(session.call.attributes.get(user)),
        );
      });
    });
    const client = await connect(served, "/rooms/tea", { headers: { authorization: "Ada" } });
    expect(await client.receiveText()).toBe("Ada of tea");
    expect((await client.closed).code).toBe(1000);
  });

  it.each<[string, Authenticate]>([
    ["nothing", () => undefined],
    ["true", () => true],
    ["a promise of nothing", async () => {}],
    ["a promise of true", async () => true],
  ])("goes on with %s", async (_, authenticate) => {
    expect(await (await connect(await serve(gated(authenticate)))).askText("hi")).toBe("hi");
  });

  it("adds headers and cookies to the 101", async () => {
    const served = await serve(
      gated((call) => {
        call.response.headers.append("Set-Cookie", "a=1; HttpOnly");
        call.response.headers.append("Set-Cookie", "b=2");
        call.response.headers.append("X-Trace", "77");
      }),
    );
    const peer = await send(served, handshake(), close(1000));
    const answer = (await peer.end()).toString("latin1");
    expect(answer).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
    expect(answer).toContain("\r\nSet-Cookie: a=1; HttpOnly\r\nSet-Cookie: b=2\r\nX-Trace: 77\r\n\r\n");
  });

  it.each<[string, AuthenticateRefusal | false, number, Record<string, string>, string]>([
    ["false", false, 403, { "content-length": "10" }, "Forbidden\n"],
    ["a status", { status: 401 }, 401, { "content-length": "0" }, ""],
    [
      "a status, headers and a body",
      { status: 429, headers: { "Retry-After": "5", "Content-Type": "application/json" }, body: '{"wait":"5 s…"}' },
      429,
      { "retry-after": "5", "content-type": "application/json", "content-length": "17" },
      '{"wait":"5 s…"}',
    ],
    ["a redirect", { status: 302, headers: [["Location", "/login"]] }, 302, { location: "/login" }, ""],
    [
      "web headers",
      { status: 401, headers: new Headers({ "www-authenticate": "Basic" }) },
      401,
      {
        "www-authenticate": "Basic",
      },
      "",
    ],
  ])("refuses with %s", async (_, answer, status, headers, body) => {
    let sessions = 0;
    const served = await serve(
      gated(
        async (call) => {
          call.response.headers.append("Set-Cookie", "gone=; Max-Age=0");
          return answer;
        },
        () => void sessions++,
      ),
    );
    const peer = await send(served, handshake(), frame(TEXT, "hi"));
    const response = await peer.response();
    expect(response).toMatchObject({ status, body });
    expect(Object.fromEntries(response.headers)).toMatchObject({
      ...headers,
      connection: "close",
      "set-cookie": "gone=; Max-Age=0",
    });
    expect(await peer.end()).toHaveLength(0);
    expect([sessions, size(served)]).toEqual([0, 0]);
  });

  it.each<[string, () => unknown]>([
    [
      "throws",
      () => {
        throw new Error("the secret");
      },
    ],
    ["rejects", () => Promise.reject(new Error("the secret"))],
  ])("that %s is answered with 500, and not with a word of why", async (_, fails) => {
    const served = await serve(gated(fails as Authenticate));
    const answer = await rawAnswer(served);
    expect(answer).toMatch(/^HTTP\/1\.1 500 /);
    expect(answer).not.toContain("secret");
    expect(served.takeLog()).toMatchObject([
      { error: { message: "the secret" }, message: "authenticate of webSocket(/) failed" },
    ]);
    expect(size(served)).toBe(0);
  });

  it.each<[string, unknown]>([
    ["null", null],
    ["a user", { name: "Ada" }],
    ["text", "yes"],
    ["a number", 401],
    ["the status of a session", { status: 101 }],
    ["no status at all", { status: "401" }],
    ["a body that is no text", { status: 401, body: { error: 1 } }],
    ["a fetch response, whose body is a stream", new Response("no", { status: 401 })],
    ["a header that is no text", { status: 401, headers: { "Retry-After": 5 } }],
    ["headers that are none", { status: 401, headers: "Retry-After: 5" }],
    ["a header that ends its line", { status: 401, headers: { "X-A": "a\r\nSet-Cookie: evil=1" } }],
    ["a header's name that ends its line", { status: 401, headers: { "X-A: a\r\nSet-Cookie": "evil=1" } }],
    ["the server's own header", { status: 401, headers: { "Content-Length": "0" } }],
  ])("lets nobody in with %s, which is a mistake", async (_, answer) => {
    const served = await serve(gated((() => answer) as Authenticate));
    const got = await rawAnswer(served);
    expect(got).toMatch(/^HTTP\/1\.1 500 /);
    expect(got).not.toContain("evil");
    expect(served.takeLog()).toHaveLength(1);
  });

  it("cannot put a line into the answer", async () => {
    const caught: unknown[] = [];
    const served = await serve(
      gated((call) => {
        for (const [name, value] of [
          ["X-Name", `${call.request.queryParameters.get("name")}`],
          ["X-Name\r\nX-Evil", "1"],
          ["Sec-WebSocket-Accept", "1"],
          ["Upgrade", "h2c"],
        ] as const) {
          try {
            call.response.headers.append(name, value);
          } catch (error) {
            caught.push(error);
          }
        }
      }),
    );
    const peer = await send(served, handshake("/?name=a%0d%0aSet-Cookie:%20evil=1"));
    const response = await peer.response(true);
    expect(response.status).toBe(101);
    expect([...response.headers.keys()]).toEqual(["upgrade", "connection", "sec-websocket-accept"]);
    expect(caught).toHaveLength(4);
    for (const error of caught) expect(error).toBeInstanceOf(InvalidHeaderError);
  });

  it("cannot add a header behind the answer", async () => {
    const late = signal<unknown>();
    const served = await serve(
      gated(
        () => undefined,
        ({ call }) => {
          try {
            if (call instanceof AuthenticateCall) call.response.headers.append("X-Late", "1");
          } catch (error) {
            late.resolve(error);
          }
        },
      ),
    );
    await connect(served);
    expect(await late.promise).toMatchObject({ code: "INVALID_HEADER", header: "X-Late" });
  });

  it("is not asked where the handshake or its origin is wrong", async () => {
    let asked = 0;
    const served = await serve(gated(() => void asked++));
    for (const [headers, status] of [
      [{ "Sec-WebSocket-Key": "short" }, 400],
      [{ Origin: "https://evil.example" }, 403],
    ] as const) {
      expect((await (await send(served, handshake("/", headers))).response()).status).toBe(status);
    }
    expect(asked).toBe(0);
    expect(served.takeLog()).toHaveLength(1);
  });

  it("that does not decide in time is answered with 503, and its signal aborts", async () => {
    const aborted = signal<unknown>();
    const served = await serve(
      gated(
        (call) => new Promise(() => call.signal.addEventListener("abort", () => aborted.resolve(call.signal.reason))),
        echo,
        { authenticateTimeout: "20ms" },
      ),
    );
    expect((await (await send(served, handshake())).response()).status).toBe(503);
    expect(await aborted.promise).toMatchObject({ code: "AUTHENTICATE_TIMEOUT", timeout: 20, route: "webSocket(/)" });
    expect(served.takeLog()).toMatchObject([{ error: { code: "AUTHENTICATE_TIMEOUT" } }]);
    expect(size(served)).toBe(0);
  });

  it("counts as a session while it decides", async () => {
    const gate = signal<boolean>();
    const asked = signal();
    const served = await serve(
      gated(
        (call) => {
          if (call.request.uri !== "/?first") return true;
          asked.resolve();
          return gate.promise;
        },
        echo,
        { maxConnections: 1 },
      ),
    );
    const first = await send(served, handshake("/?first"));
    await asked.promise;
    expect((await (await send(served, handshake())).response()).status).toBe(503);
    gate.resolve(false);
    expect((await first.response()).status).toBe(403);
    const client = await connect(served);
    expect(await client.askText("alive")).toBe("alive");
    await expect(connect(served)).rejects.toThrow("503");
    await client.close();
    await until(() => size(served) === 0);
  });

  it("does not hold up stop: who waits gets 503", async () => {
    const asked = signal<AbortSignal>();
    let sessions = 0;
    const answer = signal();
    const served = await serve(
      gated(
        (call) => {
          asked.resolve(call.signal);
          return answer.promise;
        },
        () => void sessions++,
      ),
    );
    const peer = await send(served, handshake());
    const aborts = await asked.promise;
    const stopped = served.server.stop();
    expect((await peer.response()).status).toBe(503);
    await stopped;
    expect(aborts.aborted).toBe(true);
    answer.resolve();
    await new Promise(setImmediate);
    expect(sessions).toBe(0);
  });

  it("that fails when nobody waits any more is no news", async () => {
    const asked = signal<AbortSignal>();
    const served = await serve(
      gated((call) => {
        asked.resolve(call.signal);
        return new Promise((_, reject) => call.signal.addEventListener("abort", () => reject(call.signal.reason)));
      }),
    );
    const peer = await send(served, handshake());
    const aborts = await asked.promise;
    peer.reset();
    await until(() => aborts.aborted);
    expect(aborts.reason).toMatchObject({ code: "CANCELLED" });
    expect(size(served)).toBe(0);
  });

  it("types its call", () => {
    const check: Authenticate<{ readonly room: string }> = (call) => {
      expectTypeOf(call.parameters.room).toEqualTypeOf<string>();
      expectTypeOf(call.signal).toEqualTypeOf<AbortSignal>();
      return call.parameters.room === "open";
    };
    expectTypeOf(check).returns.toExtend<unknown>();
    // @ts-expect-error A user is no decision: one that is not found would be let in.
    const user: Authenticate = (): { name: string } | undefined => undefined;
    // @ts-expect-error Neither is null.
    const none: Authenticate = async () => null;
    expect([check, user, none]).toHaveLength(3);
  });
});

describe.each(setups)("while authenticate decides ($codec codec, TLS: $tls)", (setup) => {
  /** A server whose gate is opened by hand, and what its handler gets. */
  async function waiting(): Promise<{
    served: Served;
    asked: Promise<AbortSignal>;
    decide: (answer: boolean) => void;
    texts: string[];
    ended: Promise<void>;
  }> {
    const asked = signal<AbortSignal>();
    const gate = signal<boolean>();
    const ended = signal();
    const texts: string[] = [];
    const module = gated(
      (call) => {
        asked.resolve(call.signal);
        return gate.promise;
      },
      async (session) => {
        for await (const message of session.incoming) if (message.type === "text") texts.push(message.readText());
        ended.resolve();
      },
    );
    const served = await serveOn(setup, module);
    return { served, asked: asked.promise, decide: gate.resolve, texts, ended: ended.promise };
  }

  /** RST, where the client can: Node has none for TLS. */
  const reset = (peer: Peer): void => (setup.tls ? void peer.socket.destroy() : peer.reset());
  const numbers = (from: number, to: number): string[] =>
    Array.from({ length: to - from }, (_, index) => `${from + index}`);
  const frames = (from: number, to: number): Buffer =>
    Buffer.concat(numbers(from, to).map((text) => frame(TEXT, text)));

  it("what comes in the write of the request and behind it is kept, in order", async () => {
    const { served, asked, decide, texts, ended } = await waiting();
    const half = frame(TEXT, "300");
    const peer = await send(served, handshake(), frames(0, 300), half.subarray(0, 4));
    await asked;
    peer.write(half.subarray(4), frames(301, 600));
    await new Promise(setImmediate);
    peer.write(frames(600, 900));
    expect(peer.received).toHaveLength(0);
    decide(true);
    expect((await peer.response(true)).status).toBe(101);
    peer.write(frames(900, 1000), close(1000));
    await ended;
    expect(texts).toEqual(numbers(0, 1000));
  });

  it("much more than is kept waits with the client, and none of it is lost", async () => {
    const decided = signal<boolean>();
    const bytes = signal<number>();
    const served = await serveOn(
      setup,
      gated(
        () => decided.promise,
        async (session) => {
          let count = 0;
          for await (const message of session.incoming) count += message.data.length;
          bytes.resolve(count);
        },
      ),
    );
    const peer = await send(served, handshake());
    const part = frame(BINARY, Buffer.alloc(1 << 20));
    const sent = 48;
    for (let count = 0; count < sent; count++) peer.write(part);
    peer.write(close(1000));
    await stalls(() => peer.socket.bytesWritten - peer.socket.writableLength);
    expect(peer.socket.writableLength).toBeGreaterThan(16 << 20);
    decided.resolve(true);
    expect(await bytes.promise).toBe(sent << 20);
    expect((await peer.response(true)).status).toBe(101);
  });

  it.each<[string, (peer: Peer) => void]>([
    ["resets", reset],
    ["ends its side", (peer) => void peer.socket.end()],
    ["ends its side behind frames", (peer) => void peer.socket.end(frame(TEXT, "hi"))],
    ["goes away", (peer) => void peer.socket.destroy()],
  ])("a client that %s leaves nothing behind, whatever is decided", async (_, leave) => {
    for (const answer of [true, false]) {
      const { served, asked, decide, texts } = await waiting();
      const peer = await send(served, handshake(), frame(TEXT, "never mind"));
      const aborts = await asked;
      leave(peer);
      await until(() => aborts.aborted);
      expect(size(served)).toBe(0);
      decide(answer);
      await peer.gone();
      expect(texts).toEqual([]);
      expect((await dial(served)).closed).toBe(false);
    }
  });

  it("a client that leaves just as it is let in harms nobody", async () => {
    const asked: ((answer: boolean) => void)[] = [];
    const served = await serveOn(
      setup,
      gated(() => new Promise((resolve) => asked.push(resolve))),
    );
    for (let round = 0; round < 20; round++) {
      const peer = await send(served, handshake(), frame(TEXT, "hi"));
      await until(() => asked.length === 1);
      reset(peer);
      for (let turns = 0; turns < round % 5; turns++) await new Promise(setImmediate);
      asked.pop()?.(round % 2 === 0);
    }
    await until(() => size(served) === 0);
    const last = open(served);
    await until(() => asked.length === 1);
    asked.pop()?.(true);
    const peer = await last;
    peer.write(frame(TEXT, "alive"));
    expect((await peer.frame()).payload.toString()).toBe("alive");
  });
});
