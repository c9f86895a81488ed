import type { WebSocketOptions } from "@sluice/server";
import { WebSockets } from "@sluice/server";
import { expect, it } from "vitest";
import { answer, clientClose, clientFrame } from "../../src/frames.js";
import type { HeaderLines, Peer } from "../../src/peer.js";
import { dial, handshake, open, send } from "../../src/peer.js";
import type { Served } from "../support/serve.js";
import { echo, route } from "../support/serve.js";
import { everySetup, oneSetup } from "../support/setups.js";
import { startSubjectForTest } from "../support/subject.js";
import { signal, until } from "../support/until.js";
import { all, ask, chat, shake, statuses } from "./handshakes.js";
import { rule } from "./rule.js";
import { TEXT } from "./wire.js";

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
    const { handles } = await subject.idle();
    const { objects } = await subject.measure();
    await storm(subject.port, 10_000);
    expect(await subject.idle()).toMatchObject({ retained: 0, handles });
    // One object left of each handshake would be ten thousand.
    expect((await subject.measure()).objects - objects).toBeLessThan(1000);
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
