import { connect as connectTcp } from "node:net";
import { describe, expect, it } from "vitest";
import { WebSockets } from "../src/index.js";
import { certificate } from "./support/certificate.js";
import { connect } from "./support/client.js";
import { dial, handshake, open, Peer, send } from "./support/peer.js";
import { echo, route, serve } from "./support/serve.js";
import { serveOn, setups } from "./support/setups.js";
import { signal, until } from "./support/until.js";
import { closeCode } from "./support/wire.js";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

describe.each(setups)("stop ($codec codec, TLS: $tls)", (setup) => {
  it("closes every session with 1001, behind what was sent", async () => {
    const served = await serveOn(
      setup,
      route(async (session) => {
        await session.send("hello");
        for await (const message of session.incoming) await session.send(message);
      }),
    );
    const clients = await Promise.all(Array.from({ length: 20 }, () => connect(served)));
    await served.server.stop();
    for (const client of clients) {
      expect(await client.receiveText()).toBe("hello");
      expect((await client.closed).code).toBe(1001);
    }
  });

  it("waits for handlers, which may not send any more but finish what they do", async () => {
    const gate = signal();
    const opened = signal();
    const steps: string[] = [];
    const served = await serveOn(
      setup,
      route(async (session) => {
        opened.resolve();
        for await (const _ of session.incoming);
        steps.push(`iteration ended with ${(await session.closeReason)?.code}`);
        await gate.promise;
        await session.send("too late").catch((error: { code: string }) => steps.push(error.code));
      }),
    );
    const client = await connect(served);
    await opened.promise;
    const stopped = served.server.stop().then(() => steps.push("stopped"));
    expect((await client.closed).code).toBe(1001);
    gate.resolve();
    await stopped;
    expect(steps).toEqual(["iteration ended with 1001", "CLOSED_SEND_CHANNEL", "stopped"]);
  });

  it("cancels what is left after the grace period", async () => {
    const opened = signal();
    const served = await serveOn(
      setup,
      route(async (session) => {
        opened.resolve();
        await new Promise((resolve) => session.signal.addEventListener("abort", resolve));
      }),
    );
    // A client that neither answers Close nor hangs up.
    const peer = await open(served);
    await opened.promise;
    await served.server.stop({ gracePeriod: 30 });
    expect(closeCode(await peer.frame())).toBe(1001);
    await peer.dropped();
  });

  it("gives up after timeout on a handler that never ends", async () => {
    const opened = signal();
    const served = await serveOn(
      setup,
      route(async () => {
        opened.resolve();
        await new Promise(() => undefined);
      }),
    );
    const client = await connect(served);
    await opened.promise;
    await served.server.stop({ gracePeriod: 10, timeout: 30 });
    expect((await client.closed).code).toBe(1001);
  });

  it("cuts what has no session: silent connections, half a handshake, an idle one, a refused one", async () => {
    const served = await serveOn(setup, (app) => {
      app.routing((routing) => void routing.get("/", (call) => call.respondText("page")));
    });
    const silent = await dial(served);
    const half = await send(served, handshake().slice(0, 60));
    const idle = await send(served, GET);
    await idle.response();
    const refused = await send(served, handshake("/nowhere"));
    await refused.response();
    await served.server.stop({ gracePeriod: "1h", timeout: "1h" });
    for (const peer of [silent, half, idle, refused]) await peer.dropped();
  });
});

describe("stop", () => {
  it("is the same promise the second time", async () => {
    const { server } = await serve(route(echo));
    const stopped = server.stop();
    expect(server.stop({ gracePeriod: 0 })).toBe(stopped);
    await stopped;
    expect(server.stop()).toBe(stopped);
  });

  it("does nothing with options that cannot be", async () => {
    const served = await serve(route(echo));
    await expect(served.server.stop({ gracePeriod: -1 })).rejects.toMatchObject({ code: "INVALID_OPTION" });
    await expect(served.server.stop({ timeout: "later" as "1s" })).rejects.toMatchObject({ code: "INVALID_OPTION" });
    expect(await (await connect(served)).askText("alive")).toBe("alive");
  });

  it("refuses new sessions with 503 while others finish, on new connections and on old ones", async () => {
    const gate = signal();
    const served = await serve(route(async () => await gate.promise));
    const client = await connect(served);
    const half = await send(served, handshake().slice(0, 60));
    const stopped = served.server.stop();
    expect((await client.closed).code).toBe(1001);
    half.write(handshake().slice(60));
    expect((await half.response()).status).toBe(503);
    const late = await send(served, handshake());
    expect((await late.response()).status).toBe(503);
    const page = await send(served, GET);
    const response = await page.response();
    expect(response.status).toBe(503);
    expect(response.headers.get("connection")).toBe("close");
    const other = await send(served, handshake("/", { Upgrade: "h2c" }));
    expect((await other.response()).status).toBe(503);
    gate.resolve();
    await stopped;
    await expect(dial(served)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  it("lets a request be answered that came before", async () => {
    const asked = signal();
    const gate = signal();
    const served = await serve((app) => {
      app.routing((routing) => {
        routing.get("/", async (call) => {
          asked.resolve();
          await gate.promise;
          call.respondText("x".repeat(1_000_000));
        });
      });
    });
    const peer = await send(served, GET);
    await asked.promise;
    const stopped = served.server.stop();
    gate.resolve();
    expect((await peer.response()).body).toHaveLength(1_000_000);
    await stopped;
  });

  it("cuts a request after timeout that is never answered", async () => {
    const asked = signal();
    const served = await serve((app) => {
      app.routing((routing) => {
        routing.get("/", async () => {
          asked.resolve();
          await new Promise(() => undefined);
        });
      });
    });
    const peer = await send(served, GET);
    await asked.promise;
    await served.server.stop({ gracePeriod: 10, timeout: 20 });
    await peer.dropped();
  });

  it("cuts a client that does not read, after the grace period", async () => {
    let sent = 0;
    const served = await serve(
      route(async (session) => {
        for (;;) {
          await session.send(Buffer.alloc(100_000));
          sent++;
        }
      }),
    );
    const peer = await open(served);
    peer.socket.pause();
    await until(() => sent > 20);
    await served.server.stop({ gracePeriod: 20 });
  });

  it("cuts a connection whose TLS has not begun", async () => {
    const served = await serve(route(echo), { tls: certificate });
    const peer = new Peer(connectTcp(served.port, "127.0.0.1"));
    await new Promise((resolve) => peer.socket.once("connect", resolve));
    // Behind it in the queue: when this one is there, the silent one was accepted.
    await (await connect(served)).close();
    await served.server.stop({ gracePeriod: "1h", timeout: "1h" });
    await peer.dropped();
  });

  it("races with handshakes and leaves no session behind", async () => {
    for (let round = 0; round < 10; round++) {
      let open = 0;
      const served = await serve((app) => {
        app.install(WebSockets, {});
        app.routing((routing) => {
          routing.webSocket("/", async (session) => {
            open++;
            for await (const _ of session.incoming);
            open--;
          });
        });
      });
      const attempts = Array.from({ length: 20 }, () => connect(served).catch((error: Error) => error));
      await until(() => open > round % 3);
      await served.server.stop();
      expect(open).toBe(0);
      for (const result of await Promise.all(attempts)) {
        if (!(result instanceof Error)) expect((await result.closed).code).toBe(1001);
      }
    }
  });
});
