import { describe, expect, it } from "vitest";
import { TimerWheel } from "../../src/session/timer-wheel.js";
import { BACKENDS, codecOf } from "../support/backends.js";
import { channelOf, Reader, SessionHarness } from "../support/session-harness.js";
import { bytes, close, decode, pong, text } from "../support/wire.js";

const PERIOD = 30_000;
const TIMEOUT = 15_000;
/** How late a timer wheel may be. */
const TICK = 16;

describe.each(BACKENDS)("pings with the %s codec", (backend) => {
  const codec = codecOf(backend);
  const harnessOf = (settings = {}) => new SessionHarness(codec, { pingPeriod: PERIOD, timeout: TIMEOUT, ...settings });
  const pings = (harness: SessionHarness): Uint8Array[] =>
    decode(harness.transport.outputBytes)
      .filter(({ first }) => first === 0x89)
      .map(({ payload }) => payload);
  const answer = async (harness: SessionHarness): Promise<void> => harness.receive(pong(pings(harness).at(-1)));

  it("runs on the backend that was asked for", () => {
    expect(codec.backend).toBe(backend);
  });

  it("go out every period, each with another payload", async () => {
    const harness = harnessOf();
    for (let count = 1; count <= 3; count++) {
      await harness.platform.advance(PERIOD - 1);
      expect(pings(harness)).toHaveLength(count - 1);
      await harness.platform.advance(1);
      expect(pings(harness)).toHaveLength(count);
      await answer(harness);
    }
    expect(new Set(pings(harness).map(String)).size).toBe(3);
  });

  it("wait on a wheel where the platform has one, and time a silent peer out by it", async () => {
    const harness = harnessOf();
    const { platform, session } = harness;
    const wheel = new TimerWheel(platform);
    platform.wakeIn = (delay, sleeper) => wheel.wakeIn(delay, sleeper);
    session.pingPeriod = PERIOD;
    for (let count = 1; count <= 3; count++) {
      await platform.advance(PERIOD + TICK);
      expect(pings(harness)).toHaveLength(count);
      await answer(harness);
    }
    await platform.advance(PERIOD + TIMEOUT + 2 * TICK);
    expect(session.isActive).toBe(false);
    expect((await session.closeReason)?.code).toBe(1011);
  });

  it("time a silent peer out: 1011 behind the timeout", async () => {
    const harness = harnessOf();
    const reader = new Reader(harness.session);
    await harness.platform.advance(PERIOD + TIMEOUT - 1);
    expect(harness.session.isActive).toBe(true);
    await harness.platform.advance(1);
    expect(reader.end).toMatchObject({ code: "PING_TIMEOUT", timeout: TIMEOUT, closeCode: 1011 });
    expect(harness.output.at(-1)).toMatch(/^close 1011 "Ping timeout/);
    expect((await harness.session.closeReason)?.code).toBe(1011);
  });

  it("count any byte as life, and what is sent does not", async () => {
    const harness = harnessOf();
    await harness.platform.advance(PERIOD);
    // A header in crumbs: nothing comes of it, and yet the peer lives.
    for (const byte of [0x82, 0xff, 0, 0, 0]) {
      harness.transport.deliver(bytes(byte));
      await harness.platform.advance(PERIOD);
      expect(harness.session.isActive).toBe(true);
    }
    expect(pings(harness)).toHaveLength(6);
    const silent = harnessOf();
    await silent.platform.advance(PERIOD);
    for (let count = 0; count < 3; count++) {
      await silent.session.send("I live");
      await silent.platform.advance(TIMEOUT / 3);
    }
    expect(silent.session.isActive).toBe(false);
  });

  it("work with a timeout that is longer than the period", async () => {
    const harness = harnessOf({ pingPeriod: 1000, timeout: 5000 });
    await harness.platform.advance(1000 + 4999);
    expect(harness.session.isActive).toBe(true);
    expect(pings(harness)).toHaveLength(1);
    await harness.platform.advance(1);
    expect(harness.session.isActive).toBe(false);
    const healthy = harnessOf({ pingPeriod: 1000, timeout: 5000 });
    for (let count = 1; count <= 5; count++) {
      await healthy.platform.advance(1000);
      expect(pings(healthy)).toHaveLength(count);
      await answer(healthy);
    }
  });

  it("yield the round-trip time from the pong with the current payload, once", async () => {
    const harness = harnessOf();
    expect(harness.session.roundTripTime).toBeUndefined();
    await harness.platform.advance(PERIOD);
    await harness.platform.advance(120);
    await answer(harness);
    expect(harness.session.roundTripTime).toBe(120);
    await harness.platform.advance(500);
    await answer(harness);
    expect(harness.session.roundTripTime).toBe(120);
  });

  it("take any other pong for unsolicited", async () => {
    const harness = harnessOf();
    await harness.receive(pong("early"), pong(bytes(0, 0, 0, 0)), pong());
    await harness.platform.advance(PERIOD);
    await harness.receive(pong("other"), pong(bytes(9, 9, 9, 9)), pong());
    expect(harness.session.roundTripTime).toBeUndefined();
    expect(harness.session.isActive).toBe(true);
  });

  it("give back the time that the event loop lost: a stall kills no healthy peer", async () => {
    const harness = harnessOf();
    await harness.platform.advance(PERIOD);
    await harness.platform.stall(TIMEOUT + 60_000);
    expect(harness.session.isActive).toBe(true);
    await answer(harness);
    await harness.platform.advance(TIMEOUT);
    expect(harness.session.isActive).toBe(true);
    expect(pings(harness)).toHaveLength(2);
  });

  it("time a silent peer out though every timer is late", async () => {
    const harness = harnessOf();
    await harness.platform.advance(PERIOD);
    for (let count = 0; count < 20 && harness.session.isActive; count++) await harness.platform.stall(TIMEOUT + 500);
    expect(harness.session.isActive).toBe(false);
  });

  it("hear input that waits when the timeout ends before they judge", async () => {
    const harness = harnessOf();
    await harness.platform.advance(PERIOD);
    harness.platform.elapse(TIMEOUT);
    await answer(harness);
    await harness.platform.idle();
    expect(harness.session.isActive).toBe(true);
  });

  it("do not judge a peer before the ping reached the kernel", async () => {
    const harness = harnessOf();
    harness.transport.stuck = true;
    void harness.session.send("stuck");
    await harness.platform.advance(PERIOD + TIMEOUT * 10);
    expect(harness.session.isActive).toBe(true);
    expect(pings(harness)).toHaveLength(1);
    harness.transport.stuck = false;
    harness.transport.take();
    await harness.platform.advance(TIMEOUT - 1);
    expect(harness.session.isActive).toBe(true);
    await harness.platform.advance(1);
    expect(harness.session.isActive).toBe(false);
  });

  it("go on as soon as the peer was heard where one took longer than the period to reach the kernel", async () => {
    const harness = harnessOf({ pingPeriod: 1000, timeout: 60_000 });
    harness.transport.stuck = true;
    void harness.session.send("stuck");
    await harness.platform.advance(3500);
    harness.transport.stuck = false;
    harness.transport.take();
    await harness.platform.advance(10);
    await answer(harness);
    await harness.platform.advance(1000);
    expect(pings(harness)).toHaveLength(2);
  });

  it("stop while the session does not read for its own reasons, and start again with a fresh ping", async () => {
    const harness = harnessOf({ incoming: channelOf(1), maxPause: PERIOD * 100 });
    await harness.platform.advance(PERIOD);
    expect(pings(harness)).toHaveLength(1);
    await harness.receive(text("a"), text("b"));
    await harness.platform.advance(PERIOD * 10);
    expect(harness.session.isActive).toBe(true);
    expect(pings(harness)).toHaveLength(1);
    new Reader(harness.session);
    await harness.platform.advance(0);
    expect(pings(harness)).toHaveLength(2);
    await harness.platform.advance(TIMEOUT - 1);
    expect(harness.session.isActive).toBe(true);
    await harness.platform.advance(1);
    expect(harness.session.isActive).toBe(false);
  });

  it("are no more often than the period, however often reading stops", async () => {
    const harness = harnessOf({ incoming: channelOf(1) });
    new Reader(harness.session);
    for (let count = 0; count < 60; count++) {
      await harness.receive(text("a"), text("b"), text("c"));
      await harness.platform.advance(PERIOD / 20);
    }
    expect(pings(harness)).toHaveLength(3);
  });

  it("end with the session", async () => {
    const harness = harnessOf();
    new Reader(harness.session);
    await harness.receive(close(1000));
    await harness.platform.advance(PERIOD * 3);
    expect(pings(harness)).toHaveLength(0);
  });

  describe("changed live", () => {
    it("turn off, also in the middle of a ping", async () => {
      const waiting = harnessOf();
      waiting.session.pingPeriod = 0;
      await waiting.platform.advance(PERIOD * 3);
      expect(pings(waiting)).toHaveLength(0);
      const pinged = harnessOf();
      await pinged.platform.advance(PERIOD);
      pinged.session.pingPeriod = 0;
      await pinged.platform.advance(PERIOD * 3);
      expect(pings(pinged)).toHaveLength(1);
      expect(pinged.session.isActive).toBe(true);
      expect(pinged.platform.liveTimers).toBe(0);
    });

    it("turn on", async () => {
      const harness = harnessOf({ pingPeriod: 0 });
      await harness.platform.advance(PERIOD);
      harness.session.pingPeriod = 100;
      expect(harness.session.pingPeriod).toBe(100);
      await harness.platform.advance(100);
      expect(pings(harness)).toHaveLength(1);
    });

    it("come at another period from now on", async () => {
      const harness = harnessOf();
      await harness.platform.advance(PERIOD / 2);
      harness.session.pingPeriod = 100;
      await harness.platform.advance(100);
      expect(pings(harness)).toHaveLength(1);
    });

    it("take a new timeout, also for the ping under way", async () => {
      const harness = harnessOf();
      await harness.platform.advance(PERIOD);
      harness.session.timeout = 100;
      expect(harness.session.timeout).toBe(100);
      await harness.platform.advance(100);
      expect(harness.session.isActive).toBe(false);
    });

    it.each([-1, Number.NaN, 2 ** 31, "soon"])("refuse %s", (value) => {
      const { session } = harnessOf();
      expect(() => {
        session.pingPeriod = value as number;
      }).toThrow(expect.objectContaining({ code: "INVALID_OPTION", option: "session.pingPeriod" }));
      expect(() => {
        session.timeout = value as number;
      }).toThrow(expect.objectContaining({ code: "INVALID_OPTION", option: "session.timeout" }));
    });
  });
});
