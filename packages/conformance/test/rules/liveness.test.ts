import type { WebSocketOptions } from "@sluice/server";
import { bounded, WebSockets } from "@sluice/server";
import { expect, it } from "vitest";
import { answer, clientClose, closeCode } from "../../src/frames.js";
import type { Peer } from "../../src/peer.js";
import { handshake, open, send } from "../../src/peer.js";
import { openHealthy } from "../support/healthy-peer.js";
import { echo, route } from "../support/serve.js";
import { everySetup, oneSetup } from "../support/setups.js";
import { startSubjectForTest } from "../support/subject.js";
import { signal, until } from "../support/until.js";
import { rule } from "./rule.js";
import { TEXT, text } from "./wire.js";

/** First bytes of the server's. */
const PING = 0x89;
const CLOSE = 0x88;

/** The next frame that is no ping. */
async function afterPings(
  peer: Peer,
): Promise<{ readonly frame: Awaited<ReturnType<Peer["frame"]>>; readonly pings: number }> {
  for (let pings = 0; ; pings++) {
    const frame = await peer.frame();
    if (frame.firstByte !== PING) return { frame, pings };
  }
}

rule(59, everySetup, (serve) => {
  it("a byte for every ping is enough, without a pong", async () => {
    const served = await serve(route(echo, { pingPeriod: 10, timeout: 200 }));
    const peer = await open(served);
    for (const byte of text("a byte for every ping")) {
      expect((await peer.frame()).firstByte).toBe(PING);
      peer.write(Uint8Array.of(byte));
    }
    expect((await afterPings(peer)).frame).toEqual(answer(TEXT, "a byte for every ping"));
  });

  it("a peer that is sent a message a millisecond and says nothing is closed with 1011", async () => {
    const served = await serve(
      route(
        async (session) => {
          while (session.isActive) {
            await session.send("are you there?");
            await new Promise((resolve) => setTimeout(resolve, 1));
          }
        },
        { pingPeriod: 20, timeout: 40 },
      ),
    );
    const peer = await open(served);
    let frame = await peer.frame();
    while (frame.firstByte !== CLOSE) frame = await peer.frame();
    expect(closeCode(frame)).toBe(1011);
  });
});

rule(60, oneSetup, () => {
  it("healthy peers live through stalls as long as several timeouts, and a lost one is found", async () => {
    const subject = await startSubjectForTest({ webSockets: { pingPeriod: 100, timeout: 200, closeTimeout: 100 } });
    const healthy = await Promise.all(Array.from({ length: 20 }, () => openHealthy(subject, "/echo")));
    for (const ms of [300, 1000, 700]) {
      await subject.ask({ do: "block", ms });
      // Nobody answers for this one, from here on.
      const lost = await open(subject, "/echo");
      expect(closeCode((await afterPings(lost)).frame)).toBe(1011);
      for (const [index, peer] of healthy.entries()) expect(await peer.ask(`${index}`)).toBe(`${index}`);
    }
    for (const peer of healthy) {
      peer.write(clientClose(1000));
      peer.end();
    }
    await subject.idle();
    expect(await subject.stop()).toEqual({ code: 0, signal: null, errors: "" });
  });
});

rule(61, everySetup, (serve) => {
  const options: WebSocketOptions = { pingPeriod: 10, timeout: 20, closeTimeout: 20 };

  it("however many others are timed out meanwhile", async () => {
    const gate = signal();
    const texts: string[] = [];
    const served = await serve((app) => {
      app.install(WebSockets, options);
      app.routing((routing) => {
        routing.webSocket("/", echo);
        routing.webSocket("/slow", { channels: { incoming: bounded(1) } }, async (session) => {
          await gate.promise;
          for await (const frame of session.incoming) if (frame.type === "text") texts.push(frame.readText());
        });
      });
    });
    const waiting = await open(served, "/slow", text("one"), text("two"), text("three"));
    for (let round = 0; round < 5; round++) {
      const silent = await open(served);
      expect(closeCode((await afterPings(silent)).frame)).toBe(1011);
    }
    expect(waiting.isOver).toBe(false);
    gate.resolve();
    await until(() => texts.length === 3);
    expect(texts).toEqual(["one", "two", "three"]);
    waiting.write(clientClose(1000));
    expect(closeCode((await afterPings(waiting)).frame)).toBe(1000);
  });
});

rule(62, everySetup, (serve) => {
  it("refuses, closes, waits for handlers, and is one promise", async () => {
    const gate = signal();
    const opened = signal();
    const steps: string[] = [];
    const served = await serve(
      route(async (session) => {
        opened.resolve();
        for await (const _ of session.incoming);
        steps.push(`told ${(await session.closeReason)?.code}`);
        await gate.promise;
        steps.push("handler done");
      }),
    );
    const [peer, early] = [await open(served), await send(served, "GET / HTTP/1.1\r\n")];
    await opened.promise;
    const stopped = served.server.stop({ gracePeriod: "1m", timeout: "1m" });
    void stopped.then(() => steps.push("stopped"));
    expect(served.server.stop({ gracePeriod: 0 })).toBe(stopped);
    expect(closeCode(await peer.frame())).toBe(1001);
    peer.socket.end(clientClose(1001));
    early.write(handshake().slice(handshake().indexOf("Host")));
    expect((await early.response()).status).toBe(503);
    expect((await (await send(served, handshake())).response()).status).toBe(503);
    gate.resolve();
    await stopped;
    expect(steps).toEqual(["told 1001", "handler done", "stopped"]);
    expect(served.server.stop()).toBe(stopped);
    await expect(send(served, handshake())).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  it("cuts what is left after the grace period, and gives up after the timeout", async () => {
    const served = await serve((app) => {
      app.install(WebSockets);
      app.routing((routing) => {
        routing.webSocket(
          "/deaf",
          ({ signal: ended }) => new Promise((resolve) => ended.addEventListener("abort", resolve)),
        );
        routing.webSocket("/endless", () => new Promise(() => undefined));
        routing.webSocket("/gate", { authenticate: () => new Promise(() => undefined) }, echo);
      });
    });
    const peers = [await open(served, "/deaf"), await open(served, "/endless")];
    const gated = await send(served, handshake("/gate"));
    await until(() => served.sessions === 3);
    // None of these answers Close or hangs up.
    await served.server.stop({ gracePeriod: 20, timeout: 60 });
    expect((await gated.response()).status).toBe(503);
    for (const peer of peers) {
      expect(closeCode(await peer.frame())).toBe(1001);
      await peer.end();
    }
  });

  it("waits for nobody whose request was refused", async () => {
    const served = await serve(route(echo));
    const refusals = [
      handshake("/nowhere"),
      handshake("/", { "Sec-WebSocket-Key": "short" }),
      handshake("/", { Upgrade: "h2c" }),
      "\u0016\u0003\u0001 no HTTP\r\n\r\n",
    ];
    // They have their answers, and hold their side open.
    for (const request of refusals) await (await send(served, request)).end();
    await served.server.stop({ gracePeriod: "1h", timeout: "1h" });
  });
});
