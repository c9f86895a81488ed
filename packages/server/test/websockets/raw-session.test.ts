import { describe, expect, it } from "vitest";
import type { ApplicationModule, CloseReason, RawWebSocketHandler } from "../../src/index.js";
import { Frame, WebSockets } from "../../src/index.js";
import { open } from "../support/peer.js";
import { serveOn, setups } from "../support/setups.js";
import { signal } from "../support/until.js";
import { BINARY, close, closeCode, frame, PING, PONG, TEXT } from "../support/wire.js";

function raw(handler: RawWebSocketHandler<"">, options = {}): ApplicationModule {
  return (app) => {
    app.install(WebSockets, options);
    app.routing((routing) => void routing.webSocketRaw("/", handler));
  };
}

describe.each(setups)("a raw session ($codec codec, TLS: $tls)", (setup) => {
  it("shows every frame as it came, and answers none", async () => {
    const seen: unknown[] = [];
    const ended = signal<CloseReason | null>();
    const served = await serveOn(
      setup,
      raw(async (session) => {
        void session.closeReason.then(ended.resolve);
        for await (const received of session.incoming) {
          seen.push([received.type, received.fin, Buffer.from(received.data).toString("latin1")]);
        }
        await session.send("nothing before this");
      }),
    );
    const peer = await open(served);
    peer.write(
      frame(TEXT, "one", { fin: false }),
      frame(PING, "two"),
      frame(0, "three"),
      frame(PONG, "four"),
      frame(BINARY, "five"),
      close(4000, "six"),
    );
    expect(await peer.frame()).toMatchObject({ opcode: TEXT, payload: Buffer.from("nothing before this") });
    expect(seen).toEqual([
      ["text", false, "one"],
      ["ping", true, "two"],
      ["text", true, "three"],
      ["pong", true, "four"],
      ["binary", true, "five"],
      ["close", true, "\x0f\xa0six"],
    ]);
    expect((await ended.promise)?.code).toBe(4000);
  });

  it("sends fragments and control frames as it is told", async () => {
    const served = await serveOn(
      setup,
      raw(async (session) => {
        await session.send(new Frame.Text("one", { fin: false }));
        await session.send(new Frame.Ping("two"));
        await session.send(new Frame.Text("three"));
      }),
    );
    const peer = await open(served);
    expect(await peer.frame()).toMatchObject({ opcode: TEXT, fin: false, payload: Buffer.from("one") });
    expect(await peer.frame()).toMatchObject({ opcode: PING, fin: true, payload: Buffer.from("two") });
    expect(await peer.frame()).toMatchObject({ opcode: 0, fin: true, payload: Buffer.from("three") });
    expect(closeCode(await peer.frame())).toBe(1000);
  });

  it("answers a violation when the handler has come to it, which it learns as an error", async () => {
    const thrown = signal<unknown>();
    const texts: string[] = [];
    const served = await serveOn(
      setup,
      raw(async (session) => {
        try {
          for await (const received of session.incoming) texts.push(Buffer.from(received.data).toString());
        } catch (error) {
          thrown.resolve(error);
        }
      }),
    );
    const peer = await open(served);
    peer.write(frame(TEXT, "fine"), frame(TEXT, "bare", { masked: false }));
    expect(closeCode(await peer.frame())).toBe(1002);
    expect(await thrown.promise).toMatchObject({ code: "PROTOCOL_VIOLATION", violation: "MASK_MISSING", offset: 11 });
    expect(texts).toEqual(["fine"]);
    await peer.end();
  });
});
