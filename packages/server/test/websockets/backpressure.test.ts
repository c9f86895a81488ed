import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { bounded } from "../../src/index.js";
import { connect } from "../support/client.js";
import { dial, handshake, open } from "../support/peer.js";
import { echo, route } from "../support/serve.js";
import { serveOn, setups } from "../support/setups.js";
import { signal, stalls } from "../support/until.js";
import { BINARY, close, closeCode, frame, PING, PONG, readFrame, TEXT } from "../support/wire.js";

const MIB = 1024 * 1024;

describe.each(setups)("a client that does not read ($codec codec, TLS: $tls)", (setup) => {
  /** The bytes of message `index`: what it says can be told from where it stands. */
  function message(index: number, size: number): Buffer {
    return Buffer.alloc(size, `message ${index}; `);
  }

  it.each([
    ["small messages", 100, 100_000],
    ["messages of a kilobyte", 1000, 20_000],
    ["messages that are written without being copied", 40_000, 500],
  ])("makes send wait, and then gets every byte of %s", async (_, size, count) => {
    let sent = 0;
    let pending = 0;
    const served = await serveOn(
      setup,
      route(
        async (session) => {
          for (let index = 0; index < count; index++) {
            pending = index;
            await session.send(message(index, size));
            sent = index + 1;
          }
        },
        { channels: { outgoing: bounded(1024, "suspend", MIB) } },
      ),
    );
    const peer = await dial(served);
    peer.socket.pause();
    peer.write(handshake());
    await stalls(() => sent);
    expect(sent).toBeLessThan(count);
    expect(pending).toBe(sent);

    peer.socket.resume();
    expect((await peer.response(true)).status).toBe(101);
    const digest = createHash("sha256");
    const expected = createHash("sha256");
    for (let index = 0; index < count; index++) expected.update(message(index, size));
    for (let index = 0; index < count; index++) digest.update((await peer.frame()).payload);
    expect(digest.digest("hex")).toBe(expected.digest("hex"));
    expect(closeCode(await peer.frame())).toBe(1000);
  });

  it("costs the bytes of its messages and little more, however small they are", async () => {
    const measured = signal<number>();
    const served = await serveOn(
      setup,
      route(
        async (session) => {
          for (let index = 0; index < 16; index++) await session.send(Buffer.alloc(MIB));
          const before = process.memoryUsage().arrayBuffers;
          for (let index = 0; index < 5000; index++) {
            await session.send("tick");
            // A turn each: what the client reads would go out in a write for each.
            await new Promise(setImmediate);
          }
          measured.resolve(process.memoryUsage().arrayBuffers - before);
        },
        { channels: { outgoing: bounded(10_000, "suspend", 64 * MIB) }, closeTimeout: 100 },
      ),
    );
    const peer = await dial(served);
    peer.socket.pause();
    peer.write(handshake());
    expect(await measured.promise).toBeLessThan(4 * MIB);
    peer.socket.destroy();
  });

  it("does not keep another one from being served", async () => {
    let blocked = 0;
    const served = await serveOn(
      setup,
      route(
        async (session) => {
          for await (const received of session.incoming) {
            if (received.type === "binary") {
              for (let index = 0; index < 1000; index++) {
                await session.send(message(index, 40_000));
                blocked = index;
              }
            } else await session.send(received);
          }
        },
        { closeTimeout: 100 },
      ),
    );
    const slow = await open(served);
    slow.socket.pause();
    slow.write(frame(BINARY));
    await stalls(() => blocked);
    const client = await connect(served);
    for (let index = 0; index < 100; index++) expect(await client.askText(`${index}`)).toBe(`${index}`);
    expect(blocked).toBeLessThan(999);
  });

  it("and pings on gets the newest pong at last, and not one for every ping", async () => {
    const served = await serveOn(
      setup,
      route(async (session) => {
        for (let index = 0; index < 500; index++) await session.send(message(index, 40_000));
        for await (const received of session.incoming) await session.send(received);
      }),
    );
    const peer = await open(served);
    peer.socket.pause();
    const pings = 20_000;
    for (let index = 0; index < pings; index++) peer.write(frame(PING, `${index}`));
    peer.write(frame(TEXT, "end"));
    await stalls(() => peer.socket.bytesWritten);
    peer.socket.resume();
    const pongs: string[] = [];
    for (;;) {
      const { opcode, payload } = await peer.frame();
      if (opcode === PONG) pongs.push(payload.toString());
      if (opcode === TEXT) break;
    }
    expect(pongs.length).toBeLessThan(pings);
    expect(pongs).toEqual([...pongs].sort((a, b) => Number(a) - Number(b)));
    if (pongs.at(-1) !== `${pings - 1}`) {
      expect(await peer.frame()).toMatchObject({ opcode: PONG, payload: Buffer.from(`${pings - 1}`) });
    }
  });
});

describe.each(setups)("a handler that is slow ($codec codec, TLS: $tls)", (setup) => {
  it("gets ten thousand frames of one chunk one by one, while another session is served", async () => {
    const gate = signal();
    const texts: string[] = [];
    const served = await serveOn(
      setup,
      route(
        async (session) => {
          for await (const message of session.incoming) {
            if (message.type !== "text") continue;
            const text = message.readText();
            if (text === "other") await session.send("served");
            else {
              await gate.promise;
              texts.push(text);
              if (texts.length % 100 === 0) await new Promise(setImmediate);
            }
          }
        },
        { channels: { incoming: bounded(1) } },
      ),
    );
    const peer = await open(served);
    const frames = Array.from({ length: 10_000 }, (_, index) => frame(TEXT, `${index}`));
    peer.write(Buffer.concat(frames), close(1000));
    const other = await connect(served);
    expect(await other.askText("other")).toBe("served");
    expect(texts).toHaveLength(0);
    gate.resolve();
    for (let round = 0; round < 20; round++) expect(await other.askText("other")).toBe("served");
    expect(closeCode(await peer.frame())).toBe(1000);
    expect(texts).toEqual(Array.from({ length: 10_000 }, (_, index) => `${index}`));
  });

  it("stops the client by not reading, and loses nothing of what it sends", async () => {
    const gate = signal();
    const digest = createHash("sha256");
    const served = await serveOn(
      setup,
      route(
        async (session) => {
          await gate.promise;
          for await (const message of session.incoming) digest.update(message.data);
        },
        { channels: { incoming: bounded(4) } },
      ),
    );
    const peer = await open(served);
    const expected = createHash("sha256");
    let written = 0;
    for (let index = 0; index < 400; index++) {
      const payload = Buffer.alloc(60_000, `payload ${index} `);
      expected.update(payload);
      peer.socket.write(frame(BINARY, payload), () => void written++);
    }
    peer.write(close(1000));
    await stalls(() => written);
    expect(written).toBeLessThan(400);
    gate.resolve();
    expect(closeCode(await peer.frame())).toBe(1000);
    expect(digest.digest("hex")).toBe(expected.digest("hex"));
  });

  it("is ended with 1008 when it reads nothing for maxPause", async () => {
    const ended = signal<unknown>();
    const served = await serveOn(
      setup,
      route(
        async (session) => {
          await new Promise<void>((resolve) => {
            session.signal.addEventListener("abort", () => {
              ended.resolve(session.signal.reason);
              resolve();
            });
          });
        },
        { maxPause: 50, channels: { incoming: bounded(2) } },
      ),
    );
    const peer = await open(served);
    for (let index = 0; index < 10; index++) peer.write(frame(TEXT, "unread"));
    expect(closeCode(await peer.frame())).toBe(1008);
    expect(await ended.promise).toMatchObject({ code: "PROTOCOL_VIOLATION", violation: "NOT_READ_FOR_TOO_LONG" });
  });

  it('is ended with 1008 when its channel overflows under "close"', async () => {
    const thrown = signal<unknown>();
    const texts: unknown[] = [];
    const served = await serveOn(
      setup,
      route(
        async (session) => {
          await new Promise((resolve) => session.signal.addEventListener("abort", resolve));
          try {
            for await (const message of session.incoming) texts.push(message.data.length);
          } catch (error) {
            thrown.resolve(error);
          }
        },
        { channels: { incoming: bounded(2, "close") } },
      ),
    );
    const peer = await open(served);
    for (let index = 0; index < 10; index++) peer.write(frame(TEXT, "unread"));
    expect(closeCode(await peer.frame())).toBe(1008);
    expect(await thrown.promise).toMatchObject({ code: "CHANNEL_OVERFLOW" });
    expect(texts).toEqual([6, 6]);
  });
});

describe.each(setups)("a burst that nobody overflows ($codec codec, TLS: $tls)", (setup) => {
  it('is read whole under "close", when the handler keeps up', async () => {
    const peer = await open(await serveOn(setup, route(echo, { channels: { incoming: bounded(2, "close") } })));
    peer.write(Buffer.concat(Array.from({ length: 1000 }, (_, index) => frame(TEXT, `${index}`))));
    for (let index = 0; index < 1000; index++) expect((await peer.frame()).payload.toString()).toBe(`${index}`);
    expect(readFrame(peer.received)).toBeUndefined();
  });
});
