import type { DefaultWebSocketServerSession } from "@sluice/server";
import { bounded, CloseReason, Frame, MutableSharedFlow } from "@sluice/server";
import { expect, it, vi } from "vitest";
import { answer, clientClose, clientFrame, closeCode } from "../../src/frames.js";
import type { Peer } from "../../src/peer.js";
import { dial, handshake, open } from "../../src/peer.js";
import { buffersInUse } from "../support/memory.js";
import { route } from "../support/serve.js";
import { everySetup } from "../support/setups.js";
import { stalls, until } from "../support/until.js";
import { rule } from "./rule.js";
import { MIB, TEXT } from "./wire.js";

rule(53, everySetup, (serve) => {
  /** What is no text, no bytes and no frame, though some of it once made a buffer of as many bytes. */
  const strange: readonly never[] = [
    100,
    100n,
    true,
    {},
    { length: 100 },
    [1, 2],
    new Date(0),
    Symbol("s"),
    () => 1,
  ] as never[];

  /** Everywhere that a message, a payload or a reason can be handed over. */
  const attempts: readonly ((session: DefaultWebSocketServerSession, value: never) => unknown)[] = [
    (session, value) => session.send(value),
    (session, value) => session.outgoing.send(value),
    (session, value) => session.send(new Frame.Text(value)),
    (session, value) => session.send(new Frame.Binary(value)),
    (session, value) => session.send(new Frame.Ping(value)),
    (session, value) => session.send(new Frame.Pong(value)),
    (session, value) => session.send(new Frame.Close(value)),
    (session, value) => session.close(value),
    (session, value) => session.close(new CloseReason(1000, value)),
    // Which does not throw.
    (session, value) => Promise.reject((session.outgoing.trySend(value) as { readonly cause?: unknown }).cause),
  ];

  it("what is no message is refused, wherever it is handed over, and nothing goes out", async () => {
    const served = await serve(
      route(async (session) => {
        const codes = new Set<unknown>();
        for (const value of strange) {
          for (const attempt of attempts) {
            const refused = async (): Promise<unknown> => await attempt(session, value);
            codes.add(await refused().catch((error: { readonly code: string }) => error.code));
          }
        }
        await session.send([...codes].join());
      }),
    );
    const peer = await open(served);
    expect(await peer.frame()).toEqual(answer(TEXT, "INVALID_FRAME,INVALID_CLOSE_REASON"));
    expect(closeCode(await peer.frame())).toBe(1000);
  });

  it("of every size, from memory that was somebody else's, exactly the bytes that were handed over go out", async () => {
    const sizes = [0, 1, 2, 125, 126, 127, 1000, 16_000, 16_383, 16_384, 16_385, 65_535, 65_536, 70_000];
    const served = await serve(
      route(async (session) => {
        for await (const frame of session.incoming) {
          // A view into a pool of secrets, which is only as long as the message.
          const pool = Buffer.alloc(frame.data.length + 64, "secret! ");
          pool.set(frame.data, 32);
          await session.send(pool.subarray(32, 32 + frame.data.length));
          await session.send(new Frame.Ping(pool.subarray(32, 32 + Math.min(frame.data.length, 125))));
          if (frame.type === "text") await session.send(frame.readText());
        }
      }),
    );
    const peers = await Promise.all(Array.from({ length: 4 }, () => open(served)));
    for (const [index, size] of [...sizes, ...sizes].entries()) {
      for (const peer of peers) {
        const payload = new Uint8Array(size).fill(0x61 + (index % 26));
        peer.write(clientFrame({ opcode: TEXT, payload }));
        for (const expected of [payload, payload.subarray(0, 125), payload]) {
          // Compared natively: a report of so many bytes would help nobody.
          expect(Buffer.compare((await peer.frame()).payload, expected)).toBe(0);
        }
        expect(peer.received).toHaveLength(0);
      }
    }
    for (const peer of peers) {
      peer.write(clientClose(4000, "not to be repeated"));
      expect(await peer.frame()).toEqual(answer(8, Uint8Array.of(0x0f, 0xa0)));
      expect(await peer.end()).toHaveLength(0);
    }
  });
});

rule(54, everySetup, (serve) => {
  it("both, for messages of every size", async () => {
    const random = vi.spyOn(Math, "random");
    const sizes = [...Array<number>(4000).fill(5), 126, 20_000, 70_000];
    const changed: number[] = [];
    const served = await serve(
      route(
        async (session) => {
          for (const size of sizes) {
            const buffer = new Uint8Array(size).fill(0x55);
            await session.send(buffer);
            await session.flush();
            if (buffer.some((byte) => byte !== 0x55)) changed.push(size);
          }
        },
        { masking: true },
      ),
    );
    const peer = await open(served);
    const keys = new Set<string>();
    for (const size of sizes) {
      await until(() => peer.received.length >= 14);
      const { received } = peer;
      const at = size < 126 ? 2 : size < 65_536 ? 4 : 10;
      expect(received.readUInt8(1) & 0x80).toBe(0x80);
      keys.add(received.toString("hex", at, at + 4));
      expect(Buffer.compare((await peer.frame()).payload, new Uint8Array(size).fill(0x55))).toBe(0);
    }
    expect(changed).toEqual([]);
    // Of so many keys of 32 bits two may be the same; more are no accident.
    expect(keys.size).toBeGreaterThanOrEqual(sizes.length - 2);
    expect(random).not.toHaveBeenCalled();
  });
});

rule(55, everySetup, (serve) => {
  it.each([100, 1000, 9000, 50_000])(
    "with messages of %i bytes each of them costs its budget, and a message",
    async (size) => {
      let sent = 0;
      const served = await serve(
        route(
          async (session) => {
            for (;;) {
              await session.send(new Uint8Array(size));
              sent++;
            }
          },
          { channels: { outgoing: bounded(100_000, "suspend", MIB) } },
        ),
      );
      const before = await buffersInUse();
      const peers: Peer[] = [];
      for (let index = 0; index < 10; index++) {
        const peer = await dial(served);
        peer.socket.pause();
        peer.write(handshake());
        peers.push(peer);
      }
      await stalls(() => sent);
      expect((await buffersInUse()) - before).toBeLessThan(10 * 1.2 * (MIB + size));
      for (const peer of peers) peer.reset();
      await until(() => served.sessions === 0);
    },
  );

  it("those who read get every message of a broadcast, as it comes", async () => {
    const flow = MutableSharedFlow<string>({ extraBufferCapacity: 16, onBufferOverflow: "dropOldest" });
    const served = await serve(
      route(
        async (session) => {
          session.launch((aborted) => flow.collect((message) => session.send(message), { signal: aborted }));
          for await (const _ of session.incoming);
        },
        { channels: { outgoing: bounded(100) }, closeTimeout: 50 },
      ),
    );
    const [stuck, ...readers] = await Promise.all(Array.from({ length: 5 }, () => open(served)));
    stuck?.socket.pause();
    await until(() => flow.subscriptionCount.value === 5);
    const padding = "x".repeat(50_000);
    for (let index = 0; index < 300; index++) {
      await flow.emit(`${index} ${padding}`);
      for (const reader of readers) {
        const [number, ...rest] = Buffer.from((await reader.frame()).payload)
          .toString("latin1")
          .split(" ");
        expect([number, rest.join("").length]).toEqual([`${index}`, padding.length]);
      }
    }
    expect(served.sessions).toBe(5);
    stuck?.reset();
  });
});
