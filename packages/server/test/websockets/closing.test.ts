import { spawn } from "node:child_process";
import { describe, expect, it, onTestFinished } from "vitest";
import type { DefaultWebSocketServerSession } from "../../src/index.js";
import { CloseReason, Frame, FrameTooBigError } from "../../src/index.js";
import { connect } from "../support/client.js";
import { handshake, open } from "../support/peer.js";
import { echo, route, serve } from "../support/serve.js";
import { serveOn, setups } from "../support/setups.js";
import { signal, until } from "../support/until.js";
import { BINARY, close, closeCode, frame, TEXT } from "../support/wire.js";

/** A route that reads to the end, and what its session came to. */
function observed(): { readonly handler: Parameters<typeof route>[0]; readonly reason: Promise<CloseReason | null> } {
  const ended = signal<CloseReason | null>();
  return {
    reason: ended.promise,
    async handler(session) {
      void session.closeReason.then(ended.resolve);
      for await (const message of session.incoming) await session.send(message);
    },
  };
}

describe.each(setups)("the closing handshake ($codec codec, TLS: $tls)", (setup) => {
  it("begins with the client: its code comes back", async () => {
    const { handler, reason } = observed();
    const client = await connect(await serveOn(setup, route(handler)));
    expect(await client.close(4321, "enough")).toEqual({ code: 4321, reason: "" });
    expect(await reason).toEqual(new CloseReason(4321, "enough"));
  });

  it("begins with the client, without a code", async () => {
    const { handler, reason } = observed();
    const peer = await open(await serveOn(setup, route(handler)));
    peer.write(close());
    expect(closeCode(await peer.frame())).toBeUndefined();
    expect((await reason)?.code).toBe(1005);
  });

  it("begins with the server, behind what was sent", async () => {
    const served = await serveOn(
      setup,
      route(async (session) => {
        await session.send("one");
        await session.send("two");
        await session.close(new CloseReason(4000, "that was all"));
      }),
    );
    const client = await connect(served);
    expect(await client.receiveText()).toBe("one");
    expect(await client.receiveText()).toBe("two");
    expect(await client.closed).toEqual({ code: 4000, reason: "that was all" });
  });

  it("ends with the server's FIN, before the client's", async () => {
    const peer = await open(await serveOn(setup, route(echo)));
    peer.write(close(1000));
    expect(closeCode(await peer.frame())).toBe(1000);
    expect(await peer.end()).toHaveLength(0);
    expect(peer.closed).toBe(false);
    peer.socket.end();
    await peer.gone();
    expect(peer.error).toBeUndefined();
  });

  it("ends with the server's FIN when the server began", async () => {
    const peer = await open(
      await serveOn(
        setup,
        route((session) => session.close(CloseReason.normal("bye"))),
      ),
    );
    expect(closeCode(await peer.frame())).toBe(1000);
    peer.write(close(1000));
    expect(await peer.end()).toHaveLength(0);
  });

  it("is cut after closeTimeout when the client does not answer", async () => {
    const { promise: session, resolve } = signal<DefaultWebSocketServerSession>();
    const served = await serveOn(
      setup,
      route(
        async (opened) => {
          resolve(opened);
          await opened.close();
        },
        { closeTimeout: 50 },
      ),
    );
    const peer = await open(served);
    expect(closeCode(await peer.frame())).toBe(1000);
    await until(() => peer.closed || peer.ended);
    expect((await (await session).closeReason)?.code).toBe(1000);
  });

  it("is cut after closeTimeout when the client has the answer and does not hang up", async () => {
    const peer = await open(await serveOn(setup, route(echo, { closeTimeout: 50 })));
    peer.write(close(1000));
    expect(closeCode(await peer.frame())).toBe(1000);
    await peer.end();
    const probe = setInterval(() => peer.write(frame(TEXT, "are you there?")), 5);
    onTestFinished(() => clearInterval(probe));
    await peer.gone();
  });

  it("brings its Close to a client that floods on", async () => {
    const peer = await open(
      await serveOn(
        setup,
        route((session) => session.close(new CloseReason(4002))),
      ),
    );
    const flood = frame(BINARY, Buffer.alloc(60_000));
    for (let round = 0; round < 100; round++) peer.write(flood);
    expect(closeCode(await peer.frame())).toBe(4002);
    peer.write(close(4002));
    expect(await peer.end()).toHaveLength(0);
    expect(peer.error).toBeUndefined();
  });

  it("brings the Close behind a violation to a client that floods on", async () => {
    const peer = await open(await serveOn(setup, route(echo)));
    const flood = frame(3, Buffer.alloc(60_000));
    for (let round = 0; round < 100; round++) peer.write(flood);
    expect(closeCode(await peer.frame())).toBe(1002);
    expect(await peer.end()).toHaveLength(0);
    for (let round = 0; round < 100; round++) peer.write(flood);
    peer.socket.end();
    await peer.gone();
    expect(peer.error).toBeUndefined();
  });

  it("is left out by cancel, which drops what waits and throws its cause at the reader", async () => {
    const cause = new Error("out of patience");
    const seen = signal<unknown[]>();
    const served = await serveOn(
      setup,
      route(async (session) => {
        await session.send("never seen");
        session.cancel(cause);
        const thrown = await session.incoming.receive().catch((error: unknown) => error);
        seen.resolve([thrown, session.signal.reason, await session.closeReason, session.isActive]);
      }),
    );
    const client = await connect(served);
    expect((await client.closed).code).toBe(1006);
    expect(await seen.promise).toEqual([cause, cause, null, false]);
  });

  it("says what an error stands for, after closeExceptionally", async () => {
    const served = await serveOn(
      setup,
      route(async (session) => {
        await session.closeExceptionally(session.protocol === null ? new FrameTooBigError(2, 1) : undefined);
      }),
    );
    expect((await (await connect(served)).closed).code).toBe(1009);
  });

  it("leaves what is sent after it with an error that has a code", async () => {
    const seen = signal<unknown[]>();
    const served = await serveOn(
      setup,
      route(async (session) => {
        await session.close();
        const refused = await Promise.allSettled([
          session.send("too late"),
          session.outgoing.send(new Frame.Text("later")),
        ]);
        seen.resolve(refused.map((result) => (result.status === "rejected" ? result.reason : "sent")));
      }),
    );
    await (await connect(served)).closed;
    expect(await seen.promise).toMatchObject([{ code: "CLOSED_SEND_CHANNEL" }, { code: "CLOSED_SEND_CHANNEL" }]);
  });
});

describe("a connection that is lost", () => {
  it.each([
    ["by a reset", (peer: Awaited<ReturnType<typeof open>>) => peer.reset()],
    ["by FIN without Close", (peer: Awaited<ReturnType<typeof open>>) => void peer.socket.end()],
    [
      "by a reset inside a frame",
      (peer: Awaited<ReturnType<typeof open>>) => {
        peer.socket.write(frame(TEXT, "cut off").subarray(0, 4), () => peer.reset());
      },
    ],
  ])("%s ends iteration with 1006", async (_, lose) => {
    const { handler, reason } = observed();
    const served = await serve(route(handler));
    const peer = await open(served);
    peer.write(frame(TEXT, "here"));
    await peer.frame();
    lose(peer);
    expect((await reason)?.code).toBe(1006);
    expect(await (await connect(served)).askText("next")).toBe("next");
  });

  it("by a reset in the middle of the close does no harm", async () => {
    const { handler, reason } = observed();
    const served = await serve(route(handler));
    const peer = await open(served);
    peer.socket.write(close(1000), () => peer.reset());
    await reason;
    expect(await (await connect(served)).askText("next")).toBe("next");
  });

  it("by SIGKILL of the client is noticed", async () => {
    const { handler, reason } = observed();
    const served = await serve(route(handler));
    const script = `
      const socket = require("node:net").connect(${served.port}, "127.0.0.1");
      socket.write(${JSON.stringify(handshake())});
      socket.once("data", () => process.stdout.write("open"));
    `;
    const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    await new Promise((resolve) => child.stdout.once("data", resolve));
    process.kill(child.pid ?? 0, "SIGKILL");
    expect((await reason)?.code).toBe(1006);
  });

  it("aborts the session's signal", async () => {
    const aborted = signal<unknown>();
    const served = await serve(
      route(async (session) => {
        session.signal.addEventListener("abort", () => aborted.resolve(session.signal.reason));
        await new Promise((resolve) => session.signal.addEventListener("abort", resolve));
      }),
    );
    (await open(served)).reset();
    expect(await aborted.promise).toEqual(new CloseReason(1006));
  });
});
