import type { ApplicationModule } from "@sluice/server";
import { bounded, WebSockets, webSocketExtension } from "@sluice/server";
import { expect, it } from "vitest";
import { answer, clientClose, clientFrame, closeCode } from "../../src/frames.js";
import type { HeaderLines } from "../../src/peer.js";
import { dial, handshake, open, send } from "../../src/peer.js";
import { echo, route } from "../support/serve.js";
import { everySetup, oneSetup } from "../support/setups.js";
import { signal, stalls, until } from "../support/until.js";
import { all, ask, chat, shake, statuses } from "./handshakes.js";
import { rule } from "./rule.js";
import { TEXT } from "./wire.js";

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
