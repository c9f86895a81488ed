import { describe, expect, it } from "vitest";
import { WebSockets } from "../../src/index.js";
import { testApplication, VirtualTime } from "../../src/testing.js";
import { connect } from "../support/client.js";
import type { Peer } from "../support/peer.js";
import { handshake, open, send } from "../support/peer.js";
import type { Served } from "../support/serve.js";
import { echo, route } from "../support/serve.js";
import { serveOn, setups } from "../support/setups.js";
import { signal, until } from "../support/until.js";
import type { WireFrame } from "../support/wire.js";
import { CLOSE, close, closeCode, frame, PING, PONG, TEXT } from "../support/wire.js";

async function opened(served: Served, path: string, ...bytes: Uint8Array[]): Promise<Peer> {
  const peer = await send(served, handshake(path), ...bytes);
  await peer.response(true);
  return peer;
}

/** The frames of the server up to one with this opcode. */
async function upTo(opcode: number, peer: Peer): Promise<{ readonly before: WireFrame[]; readonly last: WireFrame }> {
  const before: WireFrame[] = [];
  for (;;) {
    const last = await peer.frame();
    if (last.opcode === opcode) return { before, last };
    before.push(last);
  }
}

const texts = (count: number): Buffer[] => Array.from({ length: count }, (_, index) => frame(TEXT, `${index}`));

describe.each(setups)("messageRate ($codec codec, TLS: $tls)", (setup) => {
  it("answers what was in time, and closes with 1008 behind it", async () => {
    const thrown = signal<unknown>();
    const served = await serveOn(
      setup,
      route(
        async (session) => {
          try {
            await echo(session);
          } catch (error) {
            thrown.resolve(error);
          }
        },
        { messageRate: { messages: 1, per: "1h", burst: 3 } },
      ),
    );
    const peer = await open(served, ...texts(5000));
    for (let index = 0; index < 3; index++) expect((await peer.frame()).payload.toString()).toBe(`${index}`);
    expect(closeCode(await peer.frame())).toBe(1008);
    expect(await thrown.promise).toMatchObject({ code: "PROTOCOL_VIOLATION", violation: "MESSAGE_RATE_EXCEEDED" });
    await peer.end();
  });

  it("drops what is too much where it should, and the session goes on", async () => {
    const served = await serveOn(setup, route(echo, { messageRate: { messages: 2, per: "1h", onExceeded: "drop" } }));
    const peer = await open(served, ...texts(100), frame(PING, "still there?"));
    const answers = [await peer.frame(), await peer.frame(), await peer.frame()];
    expect(answers.map(({ payload }) => payload.toString()).sort()).toEqual(["0", "1", "still there?"]);
    peer.write(...texts(3), frame(PING, "and now?"));
    expect((await peer.frame()).payload.toString()).toBe("and now?");
  });

  it("ends a flood of pings, and bears a client that answers ours", async () => {
    const served = await serveOn(
      setup,
      route(echo, { messageRate: { messages: 5, per: "1h" }, pingPeriod: 2, timeout: "10s" }),
    );
    const flood = await open(served, ...Array.from({ length: 6 }, () => frame(PING, "flood")));
    const { before, last } = await upTo(CLOSE, flood);
    expect(closeCode(last)).toBe(1008);
    expect(before.filter(({ opcode }) => opcode === PONG)).toHaveLength(5);

    const client = await connect(served);
    let pings = 0;
    client.socket.on("ping", () => pings++);
    await until(() => pings > 10);
    expect(await client.askText("alive")).toBe("alive");
  });

  it("may be another for a route, or none", async () => {
    const served = await serveOn(setup, (app) => {
      app.install(WebSockets, { messageRate: { messages: 1, per: "1h" }, maxLifetime: "1h" });
      app.routing((routing) => {
        routing.webSocket("/plain", echo);
        routing.webSocket("/more", { messageRate: { messages: 3, per: "1h" } }, echo);
        routing.webSocket("/all", { messageRate: { messages: Number.POSITIVE_INFINITY, per: "1h" } }, echo);
        routing.webSocket("/short", { maxLifetime: 10 }, echo);
        routing.webSocket("/idle", { idleTimeout: 10 }, echo);
        routing.webSocketRaw("/raw", async (session) => {
          for await (const _ of session.incoming);
        });
      });
    });
    const answers = async (path: string): Promise<number> => {
      const { before } = await upTo(CLOSE, await opened(served, path, ...texts(10), close(1000)));
      return before.length;
    };
    expect(await answers("/plain")).toBe(1);
    expect(await answers("/more")).toBe(3);
    expect(await answers("/all")).toBe(10);
    expect(closeCode(await (await opened(served, "/short")).frame())).toBe(1001);
    expect(closeCode(await (await opened(served, "/idle")).frame())).toBe(1001);
    expect(closeCode(await (await opened(served, "/raw", ...texts(2))).frame())).toBe(1008);
  });
});

describe.each(setups)("idleTimeout ($codec codec, TLS: $tls)", (setup) => {
  it("begins anew with every message, and not with a ping", async () => {
    const time = new VirtualTime();
    await testApplication(
      route(echo, { idleTimeout: "1m", pingPeriod: "10s", timeout: "10s" }),
      async ({ client }) => {
        const session = await client.webSocketSession("/", { session: { pingPeriod: "7s" } });
        for (let count = 0; count < 5; count++) {
          await time.advance("59s");
          await session.send("busy");
          await session.incoming.receive();
        }
        await time.advance("59s");
        expect(session.isActive).toBe(true);
        await time.advance("2s");
        expect((await session.closeReason)?.code).toBe(1001);
      },
      { platform: time, codec: setup.codec },
    );
    expect(time.timers).toBe(0);
  });

  it("ends a session that pings alone keep alive", async () => {
    const served = await serveOn(setup, route(echo, { idleTimeout: 100, pingPeriod: 5, timeout: "10s" }));
    const client = await connect(served);
    expect(await client.closed).toMatchObject({ code: 1001, reason: expect.stringContaining("idleTimeout") });
  });
});

describe("maxLifetime", () => {
  it("ends a session, however busy, a route's own before the plugin's", async () => {
    const time = new VirtualTime();
    await testApplication(
      (app) => {
        app.install(WebSockets, { maxLifetime: "1h" });
        app.routing((routing) => {
          routing.webSocket("/", echo);
          routing.webSocket("/long", { maxLifetime: "2h" }, echo);
          routing.webSocket("/ever", { maxLifetime: 0 }, echo);
        });
      },
      async ({ client }) => {
        const sessions = await Promise.all(["/", "/long", "/ever"].map((path) => client.webSocketSession(path)));
        const active = (): boolean[] => sessions.map(({ isActive }) => isActive);
        await time.advance("59m");
        expect(active()).toEqual([true, true, true]);
        await time.advance("2m");
        expect(active()).toEqual([false, true, true]);
        await time.advance("1h");
        expect(active()).toEqual([false, false, true]);
        await time.advance("240h");
        expect(active()).toEqual([false, false, true]);
        expect(await sessions[0]?.closeReason).toMatchObject({ code: 1001 });
      },
      { platform: time },
    );
    expect(time.timers).toBe(0);
  });
});
