import { describe, expect, it } from "vitest";
import type { WebSocketServerSession } from "../../src/index.js";
import { bounded, CloseReason, PingTimeoutError } from "../../src/index.js";
import { route } from "../support/serve.js";
import { signal, stalls, until } from "../support/until.js";
import { close, closeCode, frame, PING, PONG, TEXT } from "../support/wire.js";
import type { Peer } from "./host.js";
import { hosts } from "./host.js";
import { rawRoute } from "./raw-route.js";

type Run = (session: WebSocketServerSession) => Promise<void>;

const modes = [
  { mode: "default", module: (run: Run) => route(run) },
  { mode: "raw", module: (run: Run) => rawRoute(run) },
];

const losses = [
  { loss: "a reset", lose: (peer: Peer) => peer.destroy() },
  { loss: "FIN without Close", lose: (peer: Peer) => peer.end() },
];

const cases = modes.flatMap((mode) => losses.map((loss) => ({ ...mode, ...loss })));

const LOST = new CloseReason(1006);

describe.each(hosts)("a peer ($host, $codec codec)", ({ serve }) => {
  it.each(cases)("disconnect while consuming: $loss ends a $mode session with 1006", async ({ module, lose }) => {
    const seen = signal<unknown[]>();
    const texts: string[] = [];
    const served = await serve(
      module(async (session) => {
        await session.send("welcome");
        for await (const received of session.incoming) texts.push(Buffer.from(received.data).toString());
        seen.resolve([await session.closeReason, session.signal.reason, session.isActive]);
      }),
    );
    const peer = await served.open();
    peer.write(frame(TEXT, "one"), frame(TEXT, "two"));
    await peer.frame();
    await until(() => texts.length === 2);
    lose(peer);
    expect(await seen.promise).toEqual([LOST, LOST, false]);
  });

  it.each(cases)("disconnect while sending: $loss fails the send of a $mode session", async ({ module, lose }) => {
    const seen = signal<unknown[]>();
    const served = await serve(
      module(async (session) => {
        let refused: unknown;
        while (refused === undefined) {
          refused = await session.send("a".repeat(2000)).catch((error: unknown) => error);
          // As a handler does that has something to send now and then: the event loop runs meanwhile.
          await new Promise(setImmediate);
        }
        seen.resolve([refused, await session.closeReason]);
      }),
    );
    const peer = await served.open();
    await peer.frame();
    lose(peer);
    expect(await seen.promise).toMatchObject([{ code: "CLOSED_SEND_CHANNEL" }, LOST]);
  });

  it("disconnect while sending: a send that waits for a peer that does not read fails when it is lost", async () => {
    const seen = signal<unknown[]>();
    let waiting = 0;
    const served = await serve(
      route(
        async (session) => {
          let refused: unknown;
          while (refused === undefined) {
            waiting++;
            refused = await session.send("a".repeat(60_000)).catch((error: unknown) => error);
          }
          seen.resolve([refused, await session.closeReason]);
        },
        { channels: { outgoing: bounded(4) } },
      ),
    );
    const peer = await served.open();
    peer.pause();
    await stalls(() => waiting);
    peer.destroy();
    expect(await seen.promise).toMatchObject([{ code: "CLOSED_SEND_CHANNEL" }, LOST]);
  });

  it("disconnect while sending: with reading paused the peer's loss shows in a write at the latest", async () => {
    const seen = signal<unknown[]>();
    const served = await serve(
      route(
        async (session) => {
          await session.incoming.receive();
          // From here on nothing is read: the channel is full, and reading has stopped.
          let refused = await session.send("that will do").catch((error: unknown) => error);
          while (refused === undefined) {
            refused = await session.send("are you there?").catch((error: unknown) => error);
            await new Promise(setImmediate);
          }
          seen.resolve([refused, await session.closeReason]);
        },
        { channels: { incoming: bounded(1) } },
      ),
    );
    const peer = await served.open();
    peer.write(...Array.from({ length: 5 }, (_, index) => frame(TEXT, `${index}`)));
    expect((await peer.frame()).payload.toString()).toBe("that will do");
    peer.destroy();
    expect(await seen.promise).toMatchObject([{ code: "CLOSED_SEND_CHANNEL" }, LOST]);
  });

  it.each(cases)("disconnect while idle: $loss aborts the signal of a $mode session", async ({ module, lose }) => {
    const opened = signal();
    const seen = signal<unknown[]>();
    const served = await serve(
      module(async (session) => {
        opened.resolve();
        await new Promise((resolve) => session.signal.addEventListener("abort", resolve));
        seen.resolve([session.signal.reason, await session.closeReason]);
      }),
    );
    const peer = await served.open();
    await opened.promise;
    lose(peer);
    expect(await seen.promise).toEqual([LOST, LOST]);
  });

  it("ping/pong: a ping every pingPeriod, each answered, then the close", async () => {
    const served = await serve(
      route(
        async (session) => {
          session.pingPeriod = 20;
          for await (const _ of session.incoming);
        },
        { pingPeriod: 0, timeout: "2m" },
      ),
    );
    const peer = await served.open();
    for (let round = 0; round < 5; round++) {
      const ping = await peer.frame();
      expect([ping.opcode, ping.fin, ping.payload.length > 0]).toEqual([PING, true, true]);
      peer.write(frame(PONG, ping.payload));
    }
    peer.write(close(1000));
    let answer = await peer.frame();
    while (answer.opcode === PING) answer = await peer.frame();
    expect(closeCode(answer)).toBe(1000);
  });

  it("ping/pong: a client's ping is answered with its payload, while the handler is busy", async () => {
    const released = signal();
    const served = await serve(route(() => released.promise));
    const peer = await served.open();
    peer.write(frame(PING, "one"), frame(PING), frame(PING, "three"));
    for (const payload of ["one", "", "three"]) {
      expect(await peer.frame()).toMatchObject({ opcode: PONG, payload: Buffer.from(payload) });
    }
    released.resolve();
    expect(closeCode(await peer.frame())).toBe(1000);
  });

  it("ping timeout: a peer that answers nothing gets Close 1011, and the reader an error", async () => {
    const thrown = signal<unknown[]>();
    const served = await serve(
      route(
        async (session) => {
          const error = await session.incoming.receive().catch((cause: unknown) => cause);
          thrown.resolve([error, session.signal.reason === error, await session.closeReason]);
        },
        { pingPeriod: 20, timeout: 20 },
      ),
    );
    const peer = await served.open();
    expect((await peer.frame()).opcode).toBe(PING);
    expect(closeCode(await peer.frame())).toBe(1011);
    await peer.ended();
    const [error, aborted, reason] = await thrown.promise;
    expect(error).toBeInstanceOf(PingTimeoutError);
    expect([aborted, (reason as CloseReason).code]).toEqual([true, 1011]);
  });
});
