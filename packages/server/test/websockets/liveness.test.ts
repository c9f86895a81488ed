import { describe, expect, it } from "vitest";
import type { DefaultWebSocketServerSession } from "../../src/index.js";
import { connect } from "../support/client.js";
import { open } from "../support/peer.js";
import { echo, route } from "../support/serve.js";
import { serveOn, setups } from "../support/setups.js";
import { signal, until } from "../support/until.js";
import { closeCode, frame, PING, PONG, TEXT } from "../support/wire.js";

describe.each(setups)("pings ($codec codec, TLS: $tls)", (setup) => {
  it("of the client are answered with their payload", async () => {
    const client = await connect(await serveOn(setup, route(echo)));
    const answered = new Promise<Buffer>((resolve) => client.socket.once("pong", resolve));
    client.socket.ping("how are you?");
    expect((await answered).toString()).toBe("how are you?");
  });

  it("of the client are answered while the handler is busy", async () => {
    const gate = signal();
    const served = await serveOn(
      setup,
      route(async () => await gate.promise),
    );
    const peer = await open(served);
    peer.write(frame(PING, "busy?"));
    expect(await peer.frame()).toMatchObject({ opcode: PONG, payload: Buffer.from("busy?") });
    gate.resolve();
    expect(closeCode(await peer.frame())).toBe(1000);
  });

  it("go out every pingPeriod, and a pong tells how long the way is", async () => {
    const opened = signal<DefaultWebSocketServerSession>();
    const served = await serveOn(
      setup,
      route(
        async (session) => {
          opened.resolve(session);
          for await (const message of session.incoming) await session.send(message);
        },
        { pingPeriod: 10, timeout: "10s" },
      ),
    );
    const peer = await open(served);
    const session = await opened.promise;
    expect(session.roundTripTime).toBeUndefined();
    for (let round = 0; round < 3; round++) {
      const ping = await peer.frame();
      expect(ping.opcode).toBe(PING);
      peer.write(frame(PONG, ping.payload));
    }
    await until(() => session.roundTripTime !== undefined);
    expect(session.roundTripTime).toBeGreaterThanOrEqual(0);
  });

  it("that stay without any answer end the session with 1011", async () => {
    const thrown = signal<unknown>();
    const served = await serveOn(
      setup,
      route(
        async (session) => {
          try {
            for await (const message of session.incoming) await session.send(message);
          } catch (error) {
            thrown.resolve(error);
          }
        },
        { pingPeriod: 20, timeout: 20 },
      ),
    );
    const peer = await open(served);
    expect((await peer.frame()).opcode).toBe(PING);
    expect(closeCode(await peer.frame())).toBe(1011);
    expect(await thrown.promise).toMatchObject({ code: "PING_TIMEOUT" });
    await peer.end();
  });

  it("are satisfied by any byte, without a single pong", async () => {
    const peer = await open(await serveOn(setup, route(echo, { pingPeriod: 10, timeout: 50 })));
    for (const byte of frame(TEXT, "one byte for every ping")) {
      expect((await peer.frame()).opcode).toBe(PING);
      peer.write(Buffer.from([byte]));
    }
    for (;;) {
      const { opcode, payload } = await peer.frame();
      if (opcode === PING) continue;
      expect(payload.toString()).toBe("one byte for every ping");
      break;
    }
  });
});
