import { describe, expect, it } from "vitest";
import type { DefaultWebSocketServerSession, WebSocketServerSession } from "../../src/index.js";
import { CloseReason, Frame } from "../../src/index.js";
import { route } from "../support/serve.js";
import { signal } from "../support/until.js";
import { close, closeCode, frame, TEXT } from "../support/wire.js";
import { hosts } from "./host.js";
import { rawRoute } from "./raw-route.js";

describe.each(hosts)("the end of a session ($host, $codec codec)", ({ serve }) => {
  it("server closing first: Close at once, and the client's is taken", async () => {
    const ended = signal<unknown[]>();
    const reason = new CloseReason(CloseReason.Codes.TRY_AGAIN_LATER, "test");
    const served = await serve(
      route(async (session) => {
        await session.close(reason);
        ended.resolve([await session.closeReason, session.signal.reason, await session.incoming.receiveCatching()]);
      }),
    );
    const peer = await served.open();
    const answer = await peer.frame();
    expect([closeCode(answer), answer.payload.toString("utf8", 2)]).toEqual([1013, "test"]);
    peer.write(close(1013));
    await peer.ended();
    expect(await ended.promise).toEqual([reason, reason, { ok: false, closed: true, cause: undefined }]);
  });

  it("server closing first: a raw session shows what crosses its Close, and the client's Close", async () => {
    const shown = signal<string[]>();
    const served = await serve(
      rawRoute(async (session) => {
        await session.send(new Frame.Close(CloseReason.normal()));
        const types: string[] = [];
        for await (const received of session.incoming) types.push(received.type);
        shown.resolve(types);
      }),
    );
    const peer = await served.open();
    expect(closeCode(await peer.frame())).toBe(1000);
    peer.write(frame(TEXT, "crossing"), close(1000));
    await peer.ended();
    expect(await shown.promise).toEqual(["text", "close"]);
  });

  it("client closing first: incoming ends without an error, its code goes back, and nothing more can be sent", async () => {
    const ended = signal<unknown[]>();
    const answered = signal();
    const served = await serve(
      route(async (session) => {
        const received = await session.incoming.receiveCatching();
        await answered.promise;
        const refused = await session.outgoing.send(new Frame.Text("too late")).catch((error: unknown) => error);
        ended.resolve([received, await session.closeReason, refused]);
      }),
    );
    const peer = await served.open();
    peer.write(close(1001, "Completed."));
    expect(closeCode(await peer.frame())).toBe(1001);
    answered.resolve();
    await peer.ended();
    expect(await ended.promise).toMatchObject([
      { ok: false, closed: true },
      { code: 1001, message: "Completed." },
      { code: "CLOSED_SEND_CHANNEL" },
    ]);
  });

  it("client closing first: a Close without a code is answered with one without a code", async () => {
    const ended = signal<CloseReason | null>();
    const served = await serve(
      route(async (session) => {
        void session.closeReason.then(ended.resolve);
        await session.incoming.receiveCatching();
      }),
    );
    const peer = await served.open();
    peer.write(close());
    expect(closeCode(await peer.frame())).toBeUndefined();
    expect(await ended.promise).toEqual(new CloseReason(1005));
  });

  it("client closing first: a raw session shows the Close, and answers when its handler does", async () => {
    const served = await serve(
      rawRoute(async (session) => {
        const received = await session.incoming.receive();
        if (received.type === "close") await session.send(new Frame.Close(CloseReason.normal("as you like")));
      }),
    );
    const peer = await served.open();
    peer.write(close(4000));
    const answer = await peer.frame();
    expect([closeCode(answer), answer.payload.toString("utf8", 2)]).toEqual([1000, "as you like"]);
    await peer.ended();
  });

  it("send close: of two that cross, each side sends one", async () => {
    const ended = signal<CloseReason | null>();
    const served = await serve(route((session) => void session.closeReason.then(ended.resolve)));
    const peer = await served.open();
    peer.write(close());
    expect([1000, undefined]).toContain(closeCode(await peer.frame()));
    await peer.ended();
    expect([1000, 1005]).toContain((await ended.promise)?.code);
  });

  it("send after close: it is refused, and so is all that follows", async () => {
    const refused = signal<unknown[]>();
    const served = await serve(
      route(async (session) => {
        await session.close();
        refused.resolve([
          await session.send("text").catch((error: unknown) => error),
          await session.send(new Frame.Binary(new Uint8Array(1))).catch((error: unknown) => error),
          await session.send(new Frame.Close()).catch((error: unknown) => error),
          session.outgoing.trySend(new Frame.Text("text")),
        ]);
      }),
    );
    const peer = await served.open();
    expect(closeCode(await peer.frame())).toBe(1000);
    const code = "CLOSED_SEND_CHANNEL";
    expect(await refused.promise).toMatchObject([{ code }, { code }, { code }, { ok: false, closed: true }]);
    peer.write(close(1000));
    await peer.ended();
  });

  it("send after close: what was sent before it goes out before it", async () => {
    const served = await serve(
      route(async (session) => {
        for (let index = 0; index < 100; index++) void session.send(`${index}`);
        await session.close(new CloseReason(4321));
      }),
    );
    const peer = await served.open();
    for (let index = 0; index < 100; index++) expect((await peer.frame()).payload.toString()).toBe(`${index}`);
    expect(closeCode(await peer.frame())).toBe(4321);
  });

  it("flush on a closed session: it resolves at once, before the connection is gone and after", async () => {
    const flushed = signal<string>();
    const gone = signal();
    const served = await serve(
      route(async (session) => {
        await session.close();
        await session.flush();
        await gone.promise;
        await session.flush();
        flushed.resolve("twice");
      }),
    );
    const peer = await served.open();
    expect(closeCode(await peer.frame())).toBe(1000);
    peer.write(close(1000));
    await peer.ended();
    peer.end();
    gone.resolve();
    expect(await flushed.promise).toBe("twice");
  });

  it("session cancelled on server stop: Close 1001, and the signal aborts with it", async () => {
    const opened = signal<DefaultWebSocketServerSession>();
    const served = await serve(
      route(async (session) => {
        opened.resolve(session);
        await new Promise((resolve) => session.signal.addEventListener("abort", resolve));
      }),
    );
    const peer = await served.open();
    const session = await opened.promise;
    const stopped = served.stop();
    expect(closeCode(await peer.frame())).toBe(1001);
    peer.write(close(1001));
    await peer.ended();
    peer.end();
    await stopped;
    expect((await session.closeReason)?.code).toBe(1001);
    expect(session.signal.reason).toEqual(await session.closeReason);
  });

  it("session cancelled on server stop: one that goes on is cut when the grace period is over", async () => {
    const opened = signal<DefaultWebSocketServerSession>();
    const released = signal();
    const served = await serve(
      route(async (session) => {
        opened.resolve(session);
        await released.promise;
      }),
    );
    const peer = await served.open();
    const session = await opened.promise;
    const stopped = served.stop({ gracePeriod: 500, timeout: 1_000 });
    expect(closeCode(await peer.frame())).toBe(1001);
    await peer.ended();
    await stopped;
    expect([session.isActive, (await session.closeReason)?.code]).toEqual([false, 1001]);
    released.resolve();
  });

  it.each([
    ["default", (run: (session: WebSocketServerSession) => Promise<void>) => route(run)],
    ["raw", (run: (session: WebSocketServerSession) => Promise<void>) => rawRoute(run)],
  ])("cancellation from outside: a %s session's reader gets the cause, the client no Close", async (_, module) => {
    const opened = signal<WebSocketServerSession>();
    const seen = signal<unknown[]>();
    const served = await serve(
      module(async (session) => {
        await session.incoming.receive();
        opened.resolve(session);
        const thrown = await session.incoming.receive().catch((error: unknown) => error);
        const refused = await session.send("too late").catch((error: unknown) => error);
        seen.resolve([thrown, await session.closeReason, refused]);
      }),
    );
    const peer = await served.open();
    peer.write(frame(TEXT, "are you there?"));
    const session = await opened.promise;
    const cause = new Error("not any more");
    session.cancel(cause);
    expect([session.isActive, session.signal.reason]).toEqual([false, cause]);
    await peer.ended();
    expect(await seen.promise).toMatchObject([cause, null, { code: "CLOSED_SEND_CHANNEL" }]);
  });
});
