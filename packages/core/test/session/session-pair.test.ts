import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CloseReason } from "../../src/close-reason.js";
import { Frame } from "../../src/frame.js";
import type { DefaultSession } from "../../src/session/default-session.js";
import { BACKENDS, codecOf } from "../support/backends.js";
import { channelOf, outcome, Reader } from "../support/session-harness.js";
import { SessionPair } from "../support/session-pair.js";

interface Message {
  readonly type: "text" | "binary";
  /** The parts of its payload, one frame each: text is cut between its bytes, so also inside characters. */
  readonly parts: readonly Uint8Array[];
}

/** Cuts that are given as fractions of the payload. */
function cut(bytes: Uint8Array, fractions: readonly number[]): Uint8Array[] {
  const places = fractions.map((fraction) => Math.floor(fraction * (bytes.length + 1))).sort((a, b) => a - b);
  const parts: Uint8Array[] = [];
  let start = 0;
  for (const end of [...places, bytes.length]) {
    parts.push(bytes.subarray(start, end));
    start = end;
  }
  return parts;
}

const payload = fc.oneof(
  { weight: 6, arbitrary: fc.uint8Array({ maxLength: 40 }) },
  { weight: 2, arbitrary: fc.uint8Array({ minLength: 120, maxLength: 300 }) },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 60_000, max: 70_000 }).map((size) => new Uint8Array(size).fill(size & 0xff)),
  },
);
const words = fc.oneof(fc.string({ maxLength: 60, unit: "grapheme" }), fc.string({ maxLength: 200, unit: "binary" }));
const fractions = fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), { maxLength: 4 });
const message: fc.Arbitrary<Message> = fc.oneof(
  fc
    .record({ bytes: payload, at: fractions })
    .map(({ bytes, at }): Message => ({ type: "binary", parts: cut(bytes, at) })),
  fc
    .record({ text: words, at: fractions })
    .map(({ text, at }): Message => ({ type: "text", parts: cut(new TextEncoder().encode(text), at) })),
);
const channel = fc
  .record({ capacity: fc.integer({ min: 1, max: 5 }), bytes: fc.constantFrom(1, 100, 100_000) })
  .map(({ capacity, bytes }) => channelOf(capacity, "suspend", bytes));
const side = fc.record({
  messages: fc.array(message, { maxLength: 8 }),
  incoming: channel,
  outgoing: channel,
  /** Turns that the reader takes for a message. */
  slowness: fc.integer({ min: 0, max: 3 }),
});

function inWords(type: string, bytes: Uint8Array): string {
  return `${type} ${Buffer.from(bytes).toString("hex")}`;
}

async function sendAll(session: DefaultSession, messages: readonly Message[]): Promise<void> {
  for (const { type, parts } of messages) {
    for (const [index, part] of parts.entries()) {
      const fin = index === parts.length - 1;
      await session.send(type === "text" ? new Frame.Text(part, { fin }) : new Frame.Binary(part, { fin }));
    }
  }
}

describe.each(BACKENDS)("two sessions with the %s codec", (backend) => {
  const codec = codecOf(backend);

  it("runs on the backend that was asked for", () => {
    expect(codec.backend).toBe(backend);
  });

  it("receive what the other sent, in order and in kind, however it is cut, and let go of everything", async () => {
    const property = fc.asyncProperty(
      fc.record({ client: side, server: side, capacity: fc.constantFrom(1, 7, 130, 4096, 65_536) }),
      async ({ client, server, capacity }) => {
        const pair = new SessionPair(codec, {
          client: { incoming: client.incoming, outgoing: client.outgoing, pingPeriod: 1000, timeout: 500 },
          server: { incoming: server.incoming, outgoing: server.outgoing, pingPeriod: 1300, timeout: 5000 },
          // A byte at a time through many kilobytes says nothing that hundreds would not.
          capacity: [...client.messages, ...server.messages].some(({ parts }) => Buffer.concat(parts).length > 1000)
            ? Math.max(capacity, 4096)
            : capacity,
        });
        const ends = [
          { session: pair.client, sends: client.messages, gets: server.messages, slowness: client.slowness },
          { session: pair.server, sends: server.messages, gets: client.messages, slowness: server.slowness },
        ];
        const readers = ends.map(({ session, slowness }) => {
          const got: string[] = [];
          new Reader(session, async (frame) => {
            got.push(inWords(frame.type, frame.data));
            for (let count = 0; count < slowness; count++) {
              await new Promise<void>((resolve) => pair.platform.nextTurn(resolve));
            }
          });
          return got;
        });
        const sent = ends.map(({ session, sends }) => sendAll(session, sends));
        await pair.platform.idle();
        expect(await Promise.all(sent.map(outcome))).toEqual(["done", "done"]);
        for (const [index, { gets }] of ends.entries()) {
          expect(readers[index]).toEqual(gets.map(({ type, parts }) => inWords(type, Buffer.concat(parts))));
        }
        await pair.platform.advance(4000);
        expect([pair.client.isActive, pair.server.isActive]).toEqual([true, true]);
        void pair.client.close(new CloseReason(4000));
        await pair.platform.idle();
        expect((await pair.server.closeReason)?.code).toBe(4000);
        expect(await Promise.all(ends.map(({ session }) => outcome(session.ended)))).toEqual(["done", "done"]);
        expect(pair.retained.used).toBe(0);
        expect(pair.platform.liveTimers).toBe(0);
      },
    );
    await fc.assert(property, { numRuns: 120 });
  }, 30_000);

  it("lets go of everything wherever it is cut off", async () => {
    for (let turns = 0; turns < 40; turns++) {
      const pair = new SessionPair(codec, {
        client: { incoming: channelOf(1), outgoing: channelOf(2), pingPeriod: 1000 },
        server: { incoming: channelOf(1), outgoing: channelOf(2), pingPeriod: 1000 },
        capacity: 50,
      });
      const { client, server, platform } = pair;
      new Reader(server, (frame) => server.send(frame));
      const sends = Array.from({ length: 10 }, (_, index) => client.send(`message ${index}`.repeat(3)));
      for (let turn = 0; turn < turns; turn++) await platform.turn();
      if (turns % 3 === 0) void server.close();
      if (turns % 3 === 1) client.cancel();
      else server.cancel();
      await platform.idle();
      expect(await Promise.all([client.ended, server.ended].map(outcome))).toEqual(["done", "done"]);
      expect(await Promise.all(sends.map(outcome))).not.toContain("pending");
      expect(await Promise.all([client.flush(), server.flush(), client.close(), server.close()].map(outcome))).toEqual([
        "done",
        "done",
        "done",
        "done",
      ]);
      expect({ retained: pair.retained.used, timers: platform.liveTimers }).toEqual({ retained: 0, timers: 0 });
    }
  });

  it("answer each other's pings and time nobody out", async () => {
    const pair = new SessionPair(codec, {
      client: { pingPeriod: 700, timeout: 100 },
      server: { pingPeriod: 500, timeout: 100 },
    });
    await pair.platform.advance(60_000);
    expect([pair.client.isActive, pair.server.isActive]).toEqual([true, true]);
    expect(pair.client.roundTripTime).toBe(0);
    pair.client.cancel();
    await pair.platform.idle();
    expect((await pair.server.closeReason)?.code).toBe(1006);
    expect(pair.platform.liveTimers).toBe(0);
  });

  it("close from both sides at once", async () => {
    const { client, server, platform, retained } = new SessionPair(codec);
    void client.close(new CloseReason(4001));
    void server.close(new CloseReason(4002));
    await platform.idle();
    expect(await Promise.all([client.ended, server.ended].map(outcome))).toEqual(["done", "done"]);
    expect([(await client.closeReason)?.code, (await server.closeReason)?.code]).toEqual([4001, 4002]);
    expect([platform.liveTimers, retained.used]).toEqual([0, 0]);
  });
});
