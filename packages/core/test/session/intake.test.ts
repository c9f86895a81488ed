import { describe, expect, it } from "vitest";
import { BACKENDS, codecOf } from "../support/backends.js";
import { settle } from "../support/fake-platform.js";
import { channelOf, gate, MAX_PAUSE, outcome, Reader, SessionHarness } from "../support/session-harness.js";
import { binary, close, encode, ping, text } from "../support/wire.js";

const numbered = (count: number) => Array.from({ length: count }, (_, index) => text(String(index)));
const taken = (count: number): string[] => Array.from({ length: count }, (_, index) => `text "${index}"`);

describe.each(BACKENDS)("reading with the %s codec", (backend) => {
  const codec = codecOf(backend);
  const harnessOf = (incoming = channelOf(1), more = {}) => new SessionHarness(codec, { incoming, ...more });

  it("runs on the backend that was asked for", () => {
    expect(codec.backend).toBe(backend);
  });

  it("stops at a full channel, and reads on when a reader takes something", async () => {
    const harness = harnessOf(channelOf(2));
    await harness.receive(...numbered(5));
    expect(harness.transport.reading).toBe(false);
    expect(harness.retained.used).toBe(3 * 7);
    expect(harness.session.incoming.tryReceive()).toMatchObject({ ok: true });
    await harness.platform.idle();
    expect(harness.retained.used).toBe(2 * 7);
    expect(harness.transport.reading).toBe(false);
    const reader = new Reader(harness.session);
    await harness.platform.idle();
    expect(reader.taken).toEqual(taken(5).slice(1));
    expect(harness.transport.reading).toBe(true);
    expect(harness.retained.used).toBe(0);
  });

  it("stops also where the chunk ended just as the channel was full", async () => {
    const harness = harnessOf(channelOf(2));
    await harness.receive(...numbered(2));
    expect(harness.transport.reading).toBe(false);
    expect(harness.retained.used).toBe(0);
    harness.session.incoming.tryReceive();
    await harness.platform.idle();
    expect(harness.transport.reading).toBe(true);
  });

  it("gives 10,000 frames of one chunk to a slow handler through a channel of one", async () => {
    const harness = harnessOf(channelOf(1));
    const reader = new Reader(harness.session, async () => {
      for (let count = 0; count < 5; count++) await null;
    });
    await harness.receive(...numbered(10_000), close(1000));
    expect(reader.taken).toEqual(taken(10_000));
    expect(reader.end).toBe("ended");
    expect(harness.output).toEqual(["close 1000"]);
  });

  it("gives others a turn after 1,024 frames, also where there is room for more", async () => {
    const harness = harnessOf(channelOf(5000));
    harness.transport.deliver(encode(numbered(3000), "server"));
    expect(harness.retained.used).toBeGreaterThan(0);
    expect(harness.transport.reading).toBe(false);
    let count = 0;
    for (const expected of [1024, 1024, 952]) {
      let now = 0;
      while (harness.session.incoming.tryReceive().ok) now++;
      expect(now).toBe(expected);
      count += now;
      await harness.platform.turn();
    }
    expect(count).toBe(3000);
    expect(harness.transport.reading).toBe(true);
  });

  it("serves another session on the same codec, which writes and reads in between", async () => {
    const one = harnessOf(channelOf(1));
    const other = harnessOf(channelOf(64));
    new Reader(other.session, () => other.session.send("x".repeat(5000)));
    const overwriting = encode(text("€".repeat(3000)), "server");
    const reader = new Reader(one.session, async () => {
      other.transport.deliver(overwriting);
      await one.session.send("answer");
    });
    await one.receive(...numbered(300));
    await other.platform.idle();
    expect(reader.taken).toEqual(taken(300));
    expect(one.output).toHaveLength(300);
    expect(other.output).toEqual(Array.from({ length: 300 }, () => `text "${"x".repeat(5000)}"`));
  });

  it("stops by bytes: one frame may overshoot, and no more", async () => {
    const harness = harnessOf(channelOf(100, "suspend", 1000));
    await harness.receive(binary(new Uint8Array(999)), binary(new Uint8Array(500)), binary(new Uint8Array(1)));
    expect(harness.transport.reading).toBe(false);
    expect(harness.retained.used).toBe(7);
    let count = 0;
    while (harness.session.incoming.tryReceive().ok) count++;
    expect(count).toBe(2);
    await harness.platform.idle();
    expect(harness.session.incoming.tryReceive()).toMatchObject({ ok: true });
    expect(harness.transport.reading).toBe(true);
  });

  it("keeps bytes that were on their way when it stopped, in order", async () => {
    const harness = harnessOf(channelOf(1));
    await harness.receive(...numbered(2));
    harness.transport.deliverLate(encode(text("2"), "server"));
    harness.session.incoming.tryReceive();
    harness.transport.deliverLate(encode(text("3"), "server"));
    const reader = new Reader(harness.session);
    await harness.platform.idle();
    expect(reader.taken).toEqual(taken(4).slice(1));
    expect(harness.transport.reading).toBe(true);
  });

  it("wakes for every reader, whatever the order of taking, turns and chunks", async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const harness = harnessOf(channelOf(1 + (seed % 3)));
      let state = seed;
      const random = (below: number): number => {
        state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
        return (state >>> 8) % below;
      };
      const got: string[] = [];
      let sent = 0;
      for (let step = 0; step < 400 && got.length < 60; step++) {
        const action = random(4);
        if (action === 0 && sent < 60) {
          const count = Math.min(60 - sent, 1 + random(8));
          harness.transport.deliver(encode(numbered(60).slice(sent, sent + count), "server"));
          sent += count;
        } else if (action === 1) {
          const result = harness.session.incoming.tryReceive();
          if (result.ok) got.push(new TextDecoder().decode(result.value.data));
        } else {
          await harness.platform.turn();
        }
      }
      const reader = new Reader(harness.session);
      if (sent < 60) await harness.receive(...numbered(60).slice(sent));
      await harness.platform.idle();
      expect([...got, ...reader.taken.map((frame) => frame.slice(6, -1))]).toEqual(
        Array.from({ length: 60 }, (_, index) => String(index)),
      );
      expect(harness.transport.reading).toBe(true);
    }
  });

  it("reads on and throws away when the handler cancels what comes", async () => {
    const harness = harnessOf(channelOf(1));
    await harness.receive(...numbered(5));
    harness.session.incoming.cancel();
    await harness.platform.idle();
    expect(harness.transport.reading).toBe(true);
    await harness.receive(...numbered(5), ping("p"));
    expect(harness.output).toEqual(['pong "p"']);
    expect(harness.retained.used).toBe(0);
  });

  it("ends a session whose handler never reads, after maxPause", async () => {
    const harness = harnessOf(channelOf(1));
    await harness.receive(...numbered(3));
    await harness.platform.advance(MAX_PAUSE - 1);
    expect(harness.session.isActive).toBe(true);
    await harness.platform.advance(1);
    expect((await harness.session.closeReason)?.code).toBe(1008);
    expect(harness.retained.used).toBe(0);
    const reader = new Reader(harness.session);
    await harness.platform.idle();
    expect(reader.taken).toEqual(taken(1));
    expect(reader.end).toMatchObject({ violation: "NOT_READ_FOR_TOO_LONG", closeCode: 1008 });
    expect(harness.output[0]).toMatch(/^close 1008 /);
  });

  it("waits for ever where maxPause is 0", async () => {
    const harness = harnessOf(channelOf(1), { maxPause: 0 });
    await harness.receive(...numbered(3));
    await harness.platform.advance(0x7fff_ffff);
    expect(harness.session.isActive).toBe(true);
    expect(harness.platform.liveTimers).toBe(0);
    const reader = new Reader(harness.session);
    await harness.platform.idle();
    expect(reader.taken).toEqual(taken(3));
  });

  it("counts maxPause from the last time that somebody read", async () => {
    const harness = harnessOf(channelOf(1));
    await harness.receive(...numbered(4));
    for (let count = 0; count < 3; count++) {
      await harness.platform.advance(MAX_PAUSE - 1);
      expect(await outcome(harness.session.incoming.receive())).toMatchObject({ type: "text" });
      await harness.platform.idle();
    }
    expect(harness.session.isActive).toBe(true);
  });

  describe("under the policy close", () => {
    it("takes a burst in one chunk that a reader keeps up with", async () => {
      const harness = harnessOf(channelOf(2, "close"));
      const reader = new Reader(harness.session);
      await settle();
      await harness.receive(...numbered(500));
      expect(reader.taken).toEqual(taken(500));
      expect(harness.session.isActive).toBe(true);
    });

    it("overflows when more came and the reader did not come in its turn; what was buffered stays readable", async () => {
      const harness = harnessOf(channelOf(2, "close"));
      const work = gate();
      const reader = new Reader(harness.session, () => work.opened);
      await settle();
      harness.transport.deliver(encode(numbered(4), "server"));
      expect(harness.session.isActive).toBe(true);
      await harness.platform.idle();
      expect(harness.session.isActive).toBe(false);
      expect((await harness.session.closeReason)?.code).toBe(1008);
      expect(harness.retained.used).toBe(0);
      work.open();
      await harness.platform.idle();
      expect(reader.taken).toEqual(taken(3));
      expect(reader.end).toMatchObject({ code: "CHANNEL_OVERFLOW", channel: "incoming", capacity: 2 });
      expect(harness.output[0]).toMatch(/^close 1008 /);
    });

    it("holds as many as it has places for without overflowing, and one more is one too many", async () => {
      const harness = harnessOf(channelOf(2, "close"));
      await harness.receive(...numbered(2));
      await harness.platform.advance(MAX_PAUSE * 2);
      expect(harness.session.isActive).toBe(true);
      await harness.receive(text("2"));
      expect(harness.session.isActive).toBe(false);
    });
  });
});
