import type { ApplicationModule, WebSocketOptions, WebSocketRouteOptions } from "@sluice/server";
import { bounded, WebSockets, webSocketExtension } from "@sluice/server";
import { expect, it } from "vitest";
import { answer, clientClose, clientFrame, closeCode } from "../../src/frames.js";
import type { HeaderLines, Peer, Response } from "../../src/peer.js";
import { dial, handshake, open, send } from "../../src/peer.js";
import type { Report } from "../../src/subject/protocol.js";
import type { Served } from "../support/serve.js";
import { echo, route } from "../support/serve.js";
import { everySetup, oneSetup } from "../support/setups.js";
import { startSubjectForTest } from "../support/subject.js";
import { signal, stalls, until } from "../support/until.js";
import { rule } from "./rule.js";

const TEXT = 1;

/** An echo at `/chat` and a page at `/page`. */
function chat(options: WebSocketOptions = {}, own: WebSocketRouteOptions = {}): ApplicationModule {
  return (app) => {
    app.install(WebSockets, options);
    app.routing((routing) => {
      routing.webSocket("/chat", own, echo);
      routing.get("/page", (call) => call.respondText("a page"));
    });
  };
}

/** What a request is answered with. */
async function ask(served: Served, request: string): Promise<Response> {
  return await (await send(served, request)).response();
}

/** What a handshake with these headers is answered with. */
const shake = (served: Served, headers: HeaderLines = {}): Promise<Response> =>
  ask(served, handshake("/chat", headers));

/** The statuses of handshakes with these headers, by what they are. */
async function statuses(served: Served, cases: Readonly<Record<string, HeaderLines>>): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const [name, headers] of Object.entries(cases)) found[name] = (await shake(served, headers)).status;
  return found;
}

/** The same status for each of these cases. */
function all(status: number, cases: object): Record<string, number> {
  return Object.fromEntries(Object.keys(cases).map((name) => [name, status]));
}

rule(1, oneSetup, (serve) => {
  it.each(["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "HEAD"])(
    "%s is 405, as an upgrade and without one",
    async (method) => {
      const served = await serve(chat());
      const headers = { Upgrade: undefined, Connection: "close", "Content-Length": "0" };
      for (const request of [handshake("/chat"), handshake("/chat", headers)]) {
        const peer = await send(served, request.replace("GET", method));
        const head = (await peer.end()).toString("latin1");
        expect(head).toMatch(/^HTTP\/1\.1 405 /);
        expect(head).toMatch(/^allow: GET\r$/im);
      }
    },
  );

  it("a path without a WebSocket route is 404, and a malformed one 400", async () => {
    const served = await serve(chat());
    const paths = { "/": 404, "/chat/more": 404, "/page": 404, "/CHAT": 404, "/%zz": 400, "/%ff": 400 };
    for (const [path, status] of Object.entries(paths))
      expect((await ask(served, handshake(path))).status).toBe(status);
  });
});

rule(2, oneSetup, (serve) => {
  const cases: Readonly<Record<string, HeaderLines>> = {
    "no Host": { Host: undefined },
    "two Hosts": { Host: ["a.example", "b.example"] },
    "the same Host twice": { Host: ["a.example", "a.example"] },
    "an empty Host": { Host: "" },
    "a Host that is a URL": { Host: "http://a.example/" },
    "a body": { "Content-Length": "5" },
    "a body in chunks": { "Transfer-Encoding": "chunked" },
  };

  it("each is 400", async () => {
    expect(await statuses(await serve(chat()), cases)).toEqual(all(400, cases));
  });

  it("HTTP/1.0 is 400", async () => {
    const served = await serve(chat());
    expect((await ask(served, handshake("/chat").replace("HTTP/1.1", "HTTP/1.0"))).status).toBe(400);
  });
});

rule(3, oneSetup, (serve) => {
  const taken: Readonly<Record<string, HeaderLines>> = {
    "in capitals": { Upgrade: "WEBSOCKET", Connection: "UPGRADE" },
    "as lists": { Upgrade: "h2c, websocket", Connection: "keep-alive, Upgrade" },
    "over several lines": { Connection: ["keep-alive", "Upgrade"] },
  };
  const broken: Readonly<Record<string, HeaderLines>> = {
    "without Connection": { Connection: undefined },
    "with another Connection": { Connection: "keep-alive" },
    "without Upgrade": { Upgrade: undefined },
    "to something else, with a key": { Upgrade: "h2c" },
    "to what only looks like it": { Connection: "upgraded" },
    "without both, as a proxy leaves it": { Upgrade: undefined, Connection: undefined },
  };

  it("each spelling is taken", async () => {
    expect(await statuses(await serve(chat()), taken)).toEqual(all(101, taken));
  });

  it("a broken upgrade is 400", async () => {
    expect(await statuses(await serve(chat()), broken)).toEqual(all(400, broken));
  });

  it("a plain GET is 426 and told how", async () => {
    const response = await ask(await serve(chat()), "GET /chat HTTP/1.1\r\nHost: a\r\n\r\n");
    expect([response.status, response.headers.get("upgrade")]).toEqual([426, ["websocket"]]);
  });
});

rule(4, oneSetup, (serve) => {
  const cases: Readonly<Record<string, HeaderLines>> = {
    none: { "Sec-WebSocket-Key": undefined },
    empty: { "Sec-WebSocket-Key": "" },
    twice: { "Sec-WebSocket-Key": ["dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ=="] },
    "of 15 bytes": { "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25j" },
    "of 17 bytes": { "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZTE=" },
    "without padding": { "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ" },
    "in base64url": { "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25_-Q==" },
  };

  it("any other key is 400", async () => {
    expect(await statuses(await serve(chat()), cases)).toEqual(all(400, cases));
  });

  it("the answer belongs to the key", async () => {
    const { headers } = await shake(await serve(chat()));
    expect(headers.get("sec-websocket-accept")).toEqual(["s3pPLMBiTxaQ9kYGzzhZRbK+xOo="]);
  });
});

rule(5, oneSetup, (serve) => {
  it.each([[undefined], ["8"], ["14"], ["013"], ["13, 8"], ["0xd"], [["13", "13"]]])("%j is 426", async (version) => {
    const { status, headers } = await shake(await serve(chat()), { "Sec-WebSocket-Version": version });
    expect([status, headers.get("sec-websocket-version")]).toEqual([426, ["13"]]);
  });
});

rule(6, oneSetup, (serve) => {
  const many = "a:\r\n".repeat(2100);

  it.each([
    ["more headers than Node keeps, Upgrade behind them", handshake("/chat").replace("Host:", `${many}Host:`)],
    ["more headers than Node keeps, behind Upgrade", handshake("/chat").replace("\r\n\r\n", `\r\n${many}\r\n`)],
    ["a header without end", handshake("/chat", { "X-Long": "a".repeat(100_000) })],
    ["a path without end", handshake(`/chat?${"a".repeat(100_000)}`)],
    ["many headers without end", handshake("/chat", { "X-Long": Array<string>(5000).fill("a".repeat(50)) })],
  ])("%s: 400 or 431, and the server goes on", async (_, request) => {
    const served = await serve(chat());
    expect([400, 431]).toContain((await ask(served, request)).status);
    expect((await shake(served)).status).toBe(101);
  });
});

rule(7, oneSetup, (serve) => {
  const spoken: ApplicationModule = (app) => {
    app.install(WebSockets);
    app.routing((routing) => {
      for (const protocol of ["v1", "v2"]) routing.webSocket("/chat", { protocol }, echo);
      routing.webSocket("/any", echo);
    });
  };

  it.each([
    ["v1", "v1"],
    ["v2, v1", "v2"],
    ["v1, v2", "v1"],
    ["v0, v2", "v2"],
  ])("of %s it is %s", async (offered, chosen) => {
    const { headers } = await shake(await serve(spoken), { "Sec-WebSocket-Protocol": offered });
    expect(headers.get("sec-websocket-protocol")).toEqual([chosen]);
  });

  it.each([["v3"], ["V1"], [undefined]])("of %s there is none to choose: 400", async (offered) => {
    expect((await shake(await serve(spoken), { "Sec-WebSocket-Protocol": offered })).status).toBe(400);
  });

  it("a route that speaks none echoes none", async () => {
    const { status, headers } = await ask(await serve(spoken), handshake("/any", { "Sec-WebSocket-Protocol": "v1" }));
    expect([status, headers.has("sec-websocket-protocol")]).toEqual([101, false]);
  });
});

rule(8, oneSetup, (serve) => {
  const cases: Readonly<Record<string, HeaderLines>> = Object.fromEntries(
    [
      "",
      ",",
      "a,",
      "a,,b",
      "a b",
      '"a"',
      "a, a",
      "a;b",
      "a/b",
      "\u00e9",
      `a${" ".repeat(8000)}b`,
      ",".repeat(8000),
    ].map((header) => [header.slice(0, 20) + header.length, { "Sec-WebSocket-Protocol": header }]),
  );

  it("each is 400", async () => {
    expect(await statuses(await serve(chat()), cases)).toEqual(all(400, cases));
  });

  it("one that is there twice over two lines is 400", async () => {
    expect((await shake(await serve(chat()), { "Sec-WebSocket-Protocol": ["a", "a"] })).status).toBe(400);
  });
});

rule(9, oneSetup, (serve) => {
  const cases: Readonly<Record<string, HeaderLines>> = Object.fromEntries(
    [
      "",
      "a; =",
      "a; b=",
      'a; b="',
      'a; b="\\',
      'a; b="not a token"',
      "a b",
      ";",
      `a; b="${"\\a".repeat(4000)}`,
      `a; b=${'"a" '.repeat(2000)}`,
      `a${" ".repeat(8000)}b`,
    ].map((header) => [header.slice(0, 20) + header.length, { "Sec-WebSocket-Extensions": header }]),
  );

  it("each is 400", async () => {
    expect(await statuses(await serve(chat()), cases)).toEqual(all(400, cases));
  });

  it("what is well-formed passes, with quotes and over lines", async () => {
    const headers = { "Sec-WebSocket-Extensions": ['a; b="c\\d"; e', "a, f;g=h"] };
    expect((await shake(await serve(chat()), headers)).status).toBe(101);
  });
});

rule(10, oneSetup, (serve) => {
  const names = ["__proto__", "constructor", "hasOwnProperty", "toString"];

  it("offered as extensions, parameters, subprotocols, headers, queries and cookies, they harm nothing", async () => {
    const served = await serve(chat());
    const headers: HeaderLines = {
      "Sec-WebSocket-Extensions": names.map((name) => `${name}; ${name}=${name}`),
      "Sec-WebSocket-Protocol": names.join(", "),
      Cookie: names.map((name) => `${name}=1`).join("; "),
      ...Object.fromEntries(names.filter((name) => name !== "__proto__").map((name) => [name, "1"])),
    };
    const path = `/chat?${names.map((name) => `${name}=1`).join("&")}`;
    const { status, headers: answered } = await ask(served, handshake(path, headers));
    expect([status, answered.has("sec-websocket-extensions")]).toEqual([101, false]);
    expect(Object.keys({})).toEqual([]);
  });

  it.each(names)("%s can be the name of a subprotocol and of a parameter", async (name) => {
    const seen = signal<unknown>();
    const served = await serve((app) => {
      app.install(WebSockets);
      app.routing((routing) => {
        routing.webSocket(`/chat/{${name}}`, { protocol: name }, ({ call }) => {
          seen.resolve(Object.entries(call.parameters));
        });
      });
    });
    const response = await ask(served, handshake("/chat/7", { "Sec-WebSocket-Protocol": name }));
    expect([response.status, response.headers.get("sec-websocket-protocol")]).toEqual([101, [name]]);
    expect(await seen.promise).toEqual([[name, "7"]]);
  });
});

rule(11, oneSetup, (serve) => {
  const tails = ["\r\nX-Evil: 1", "\nX-Evil: 1", "\r\n\r\nbody", "\u0000", "\u2028\r\n"];

  it.each(tails)("%j in a header that a gate adds is 500, and not a byte of it goes out", async (tail) => {
    const served = await serve(
      chat({}, { authenticate: ({ response }) => response.headers.append("X-Name", `value${tail}`) }),
    );
    const peer = await send(served, handshake("/chat"));
    const answered = (await peer.end()).toString("latin1");
    expect(answered).toMatch(/^HTTP\/1\.1 500 /);
    expect(answered).not.toContain("Evil");
    expect(served.takeLog()).toMatchObject([{ cause: { code: "INVALID_HEADER" } }]);
  });

  it.each(tails)("%j in a header of a refusal is 500, and not a byte of it goes out", async (tail) => {
    const served = await serve(
      chat({}, { authenticate: () => ({ status: 302, headers: { Location: `/login${tail}` } }) }),
    );
    const answered = (await (await send(served, handshake("/chat"))).end()).toString("latin1");
    expect(answered).toMatch(/^HTTP\/1\.1 500 /);
    expect(answered).not.toContain("Evil");
    expect(served.takeLog()).toMatchObject([{ cause: { code: "INVALID_HEADER" } }]);
  });

  it("what the client sends is quoted where an answer repeats it", async () => {
    const served = await serve(chat());
    const response = await shake(served, { Origin: "http://evil.example/\u00a0%0d%0a" });
    expect([response.status, response.headers.size]).toEqual([403, 3]);
    served.takeLog();
  });
});

rule(12, oneSetup, (serve) => {
  const Keyed = webSocketExtension({
    key: "keyed",
    rsv2: true,
    install: () => () => ({
      protocols: [{ name: "x-keyed", parameters: [] }],
      // Those with an even key are acceptable; the first of them is taken.
      serverNegotiation: (offers) => {
        const own = offers.filter(({ name }) => name === "x-keyed");
        return own.filter(({ parameters }) => Number(parameters[0]?.value) % 2 === 0).slice(0, 1);
      },
      clientNegotiation: () => true,
      processIncomingFrame: (frame) => frame,
      processOutgoingFrame: (frame) => frame,
    }),
  });

  it.each([
    ["x-unknown", undefined],
    ["x-unknown; key=2, x-keyed; key=4", ["x-keyed; key=4"]],
    ["x-keyed; key=1, x-keyed; key=2, x-keyed; key=4", ["x-keyed; key=2"]],
    ["x-keyed; key=1, x-keyed; key=3", undefined],
    ["x-keyed", undefined],
  ])("%s is answered with %j", async (offer, answered) => {
    const served = await serve(chat({ extensions: [Keyed()] }));
    const { status, headers } = await shake(served, { "Sec-WebSocket-Extensions": offer });
    expect([status, headers.get("sec-websocket-extensions")]).toEqual([101, answered]);
  });
});

rule(13, oneSetup, (serve) => {
  it.each([
    ["https://chat.example", "chat.example", 101],
    ["http://chat.example", "chat.example", 101],
    ["https://chat.example", "chat.example:443", 101],
    ["http://chat.example", "chat.example:80", 101],
    ["http://chat.example", "chat.example:443", 403],
    ["http://chat.example:8080", "chat.example:8080", 101],
    ["http://chat.example:8081", "chat.example:8080", 403],
  ])("%s on %s is %i", async (origin, host, status) => {
    const served = await serve(chat());
    expect((await shake(served, { Origin: origin, Host: host })).status).toBe(status);
    served.takeLog();
  });

  it("X-Forwarded-Host counts where a trusted proxy set it", async () => {
    const forwarded = { Origin: "https://chat.example", Host: "10.0.0.1", "X-Forwarded-Host": "chat.example" };
    const trusting = await serve(chat(), { trustedProxies: ["loopback"] });
    expect((await shake(trusting, forwarded)).status).toBe(101);
    const wary = await serve(chat());
    expect((await shake(wary, forwarded)).status).toBe(403);
    expect(wary.takeLog()).toHaveLength(1);
  });

  it("the 403 and the log name both values and the option", async () => {
    const served = await serve(chat());
    const { status, body } = await shake(served, { Origin: "https://evil.example", Host: "chat.example" });
    expect(status).toBe(403);
    const [logged] = served.takeLog();
    expect(logged?.level).toBe("warn");
    for (const text of [body, logged?.message]) {
      for (const part of ['"https://evil.example"', '"chat.example"', '"origins"']) expect(text).toContain(part);
    }
  });

  it("a flood of refusals is no flood of the log", async () => {
    const served = await serve(chat());
    for (let index = 0; index < 300; index++) {
      const Origin = `https://evil${index % 2 === 0 ? 0 : index}.example`;
      expect((await shake(served, { Origin })).status).toBe(403);
    }
    const messages = served.takeLog().map(({ message }) => message);
    expect(messages.length).toBeLessThanOrEqual(100);
    expect(new Set(messages).size).toBe(messages.length);
  });
});

rule(14, oneSetup, (serve) => {
  const refused: Readonly<Record<string, HeaderLines>> = Object.fromEntries(
    [
      "null",
      "",
      "https://evil-example.com",
      "https://example.com.evil.com",
      "https://sub.example.com",
      "https://example.com@evil.com",
      "https://evil.com#@example.com",
      "https://example.com:8443",
      "https://example.com/",
      "https://example.com https://evil.com",
      "example.com",
      "http://[::1]",
    ].map((origin) => [origin, { Host: "example.com", Origin: origin }]),
  );
  const passing: Readonly<Record<string, HeaderLines>> = {
    "no Origin": {},
    "another case": { Host: "Example.com", Origin: "HTTPS://EXAMPLE.com" },
    "a default port": { Host: "example.com", Origin: "https://example.com:443" },
    "an IPv4 address": { Host: "127.0.0.1:3000", Origin: "http://127.0.0.1:3000" },
    "an IPv6 address in another spelling": { Host: "[::1]:3000", Origin: "http://[0:0:0:0:0:0:0:1]:3000" },
  };

  it("all of these are 403", async () => {
    const served = await serve(chat());
    expect(await statuses(served, refused)).toEqual(all(403, refused));
    served.takeLog();
  });

  it("all of these pass", async () => {
    expect(await statuses(await serve(chat()), passing)).toEqual(all(101, passing));
  });

  it("two Origins are 400", async () => {
    const origin = "https://example.com";
    expect((await shake(await serve(chat()), { Host: "example.com", Origin: [origin, origin] })).status).toBe(400);
  });
});

rule(15, everySetup, (serve) => {
  it("it may answer any status, headers and cookies, and there is no session then", async () => {
    const served = await serve(
      chat(
        {},
        {
          authenticate: (call) => {
            call.response.headers.append("Set-Cookie", "a=1");
            call.response.headers.append("Set-Cookie", "b=2");
            return { status: 429, headers: { "Retry-After": "5" }, body: "slow down" };
          },
        },
      ),
    );
    const response = await shake(served);
    expect(response).toMatchObject({ status: 429, body: "slow down" });
    expect(response.headers.get("set-cookie")).toEqual(["a=1", "b=2"]);
    expect(response.headers.get("retry-after")).toEqual(["5"]);
    expect(served.sessions).toBe(0);
  });

  it("it runs before 101, and what comes meanwhile is kept", async () => {
    const asked = signal();
    const gate = signal<boolean>();
    const authenticate = async (): Promise<boolean> => {
      asked.resolve();
      return await gate.promise;
    };
    const served = await serve(chat({}, { authenticate }));
    const peer = await send(served, handshake("/chat"), clientFrame({ opcode: TEXT, payload: "early" }));
    await asked.promise;
    expect(peer.received).toHaveLength(0);
    gate.resolve(true);
    expect((await peer.response()).status).toBe(101);
    expect(await peer.frame()).toEqual(answer(TEXT, "early"));
  });

  it("the client may vanish meanwhile, by reset and by FIN", async () => {
    const reasons: unknown[] = [];
    const served = await serve(
      chat(
        {},
        {
          authenticate: async ({ signal: gone }) => {
            await new Promise((resolve) => gone.addEventListener("abort", resolve));
            reasons.push(gone.reason);
          },
        },
      ),
    );
    for (let round = 0; round < 10; round++) {
      const [reset, ended] = [await send(served, handshake("/chat")), await send(served, handshake("/chat"))];
      await until(() => served.sessions === 2);
      reset.reset();
      ended.socket.end();
      await until(() => served.sessions === 0);
    }
    expect(reasons).toHaveLength(20);
  });
});

rule(16, everySetup, (serve) => {
  it("thousands of frames in the write of the handshake are delivered, in order", async () => {
    const texts: string[] = [];
    const served = await serve(
      route(async (session) => {
        for await (const frame of session.incoming) if (frame.type === "text") texts.push(frame.readText());
      }),
    );
    const expected = Array.from({ length: 3000 }, (_, index) => `message ${index}`);
    const frames = expected.map((payload) => clientFrame({ opcode: TEXT, payload }));
    const peer = await open(served, "/", ...frames, clientClose(1000));
    expect(closeCode(await peer.frame())).toBe(1000);
    expect(texts).toEqual(expected);
  });

  it("past the limits they wait with the client, and are delivered all the same", async () => {
    const gate = signal();
    let read = 0;
    const served = await serve(
      route(
        async (session) => {
          await gate.promise;
          for await (const frame of session.incoming) read += frame.data.length;
        },
        { channels: { incoming: bounded(4) } },
      ),
    );
    const frame = clientFrame({ opcode: 2, payload: new Uint8Array(50_000) });
    const peer = await open(served, "/", frame);
    let written = 0;
    for (let index = 1; index < 400; index++) peer.socket.write(frame, () => void written++);
    peer.write(clientClose(1000));
    await stalls(() => written);
    expect([written < 399, served.retained < 512 * 1024]).toEqual([true, true]);
    gate.resolve();
    expect(closeCode(await peer.frame())).toBe(1000);
    expect(read).toBe(400 * 50_000);
  });
});

rule(17, oneSetup, (serve) => {
  it("half a request, and one that drips, get 408", async () => {
    const served = await serve(chat(), { handshakeTimeout: 60 });
    const half = await send(served, handshake("/chat").slice(0, -2));
    expect((await half.response()).status).toBe(408);
    const drip = await send(served, "GET /chat HTTP/1.1\r\nHost: ");
    await until(() => {
      if (!drip.isOver) drip.write("a");
      return drip.isOver;
    });
    expect((await drip.response()).status).toBe(408);
  });

  it("a connection that says nothing is ended, and an open session is not", async () => {
    const served = await serve(chat(), { handshakeTimeout: 60 });
    const session = await open(served, "/chat");
    await (await dial(served)).end();
    session.write(clientFrame({ opcode: TEXT, payload: "alive" }));
    expect(await session.frame()).toEqual(answer(TEXT, "alive"));
  });
});

rule(18, oneSetup, () => {
  const whole = handshake("/echo");
  /** What comes, and whether it is cut off behind that or waits for an answer. */
  const kinds: readonly ((round: number) => { readonly bytes: string; readonly reset: boolean })[] = [
    (round) => ({ bytes: whole.slice(0, round % whole.length), reset: true }),
    () => ({ bytes: whole, reset: true }),
    () => ({ bytes: handshake("/nowhere"), reset: true }),
    () => ({ bytes: handshake("/gate"), reset: true }),
    () => ({ bytes: handshake("/page", { Upgrade: "h2c" }), reset: true }),
    () => ({ bytes: "GET /page HTTP/1.1\r\nHost: a\r\n\r\n", reset: true }),
    () => ({ bytes: handshake("/nowhere"), reset: false }),
    () => ({ bytes: handshake("/echo", { "Sec-WebSocket-Key": "short" }), reset: false }),
    () => ({ bytes: handshake("/echo", { Origin: "https://evil.example" }), reset: false }),
    () => ({ bytes: handshake("/echo", { "X-Long": "a".repeat(20_000) }), reset: false }),
    () => ({ bytes: handshake("/page", { Upgrade: "h2c" }), reset: false }),
    () => ({ bytes: "\u0016\u0003\u0001 no HTTP\r\n\r\n", reset: false }),
  ];

  async function attempt(port: number, round: number): Promise<void> {
    const { bytes, reset } = kinds[round % kinds.length]?.(Math.floor(round / kinds.length)) ?? {
      bytes: "",
      reset: true,
    };
    const peer = await dial({ port });
    if (reset) {
      peer.socket.write(bytes, () => peer.reset());
    } else {
      peer.write(bytes);
      await peer.end();
      peer.socket.end();
    }
    await peer.gone();
  }

  async function storm(port: number, count: number): Promise<void> {
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < count) await attempt(port, next++);
    };
    await Promise.all(Array.from({ length: 64 }, worker));
  }

  it("by the count of its objects, handles and sessions", { timeout: 60_000 }, async () => {
    const subject = await startSubjectForTest();
    await storm(subject.port, 1200);
    const idle = { sessions: 0, handles: (await subject.report()).handles };
    const settled = (): Promise<Report> =>
      subject.reportWhen(({ sessions, handles }) => sessions === 0 && handles["TCPSocketWrap"] === undefined);
    const before = await settled();
    await storm(subject.port, 10_000);
    const after = await settled();
    expect(after).toMatchObject({ ...idle, retained: 0, handles: before.handles });
    // One object left of each handshake would be ten thousand.
    expect(after.objects - before.objects).toBeLessThan(1000);
    expect(await subject.stop()).toEqual({ code: 0, signal: null, errors: "" });
  });
});

rule(19, oneSetup, (serve) => {
  /** Opens sessions from an address until one is refused, and gives those that were opened. */
  async function fill(served: Served, localAddress: string): Promise<Peer[]> {
    const opened: Peer[] = [];
    for (;;) {
      const peer = await send({ port: served.port, localAddress }, handshake());
      const { status } = await peer.response();
      if (status !== 101) {
        expect(status).toBe(503);
        return opened;
      }
      opened.push(peer);
    }
  }

  it.each<[string, WebSocketOptions, number[]]>([
    ["in all", { maxConnections: 5 }, [5, 0]],
    ["per address", { maxConnectionsPerAddress: 3 }, [3, 3]],
    ["both", { maxConnections: 5, maxConnectionsPerAddress: 3 }, [3, 2]],
  ])("%s", async (_, options, counts) => {
    const served = await serve(route(echo, options));
    for (let round = 0; round < 3; round++) {
      const opened = [await fill(served, "127.0.0.1"), await fill(served, "127.0.0.2")];
      expect(opened.map(({ length }) => length)).toEqual(counts);
      for (const [index, peer] of opened.flat().entries()) {
        if (index % 2 === 0) peer.reset();
        else peer.socket.end(clientClose(1000));
      }
      await until(() => served.sessions === 0);
    }
  });

  it("a session at its gate counts, and one whose handler is still at work", async () => {
    const gate = signal();
    const served = await serve((app) => {
      app.install(WebSockets, { maxConnections: 2, closeTimeout: 20 });
      app.routing((routing) => {
        routing.webSocket("/gated", { authenticate: () => gate.promise }, echo);
        routing.webSocket("/busy", () => gate.promise);
        routing.webSocket("/", echo);
      });
    });
    await send(served, handshake("/gated"));
    const busy = await open(served, "/busy", clientClose(1000));
    await until(() => served.sessions === 2);
    await busy.end();
    expect((await ask(served, handshake())).status).toBe(503);
    gate.resolve();
    await until(() => served.sessions === 1);
    expect((await ask(served, handshake())).status).toBe(101);
  });
});
