import { describe, expect, it } from "vitest";
import { CloseReason } from "../../src/close-reason.js";
import { Frame } from "../../src/frame.js";
import { BACKENDS, codecOf } from "../support/backends.js";
import {
  CLOSE_TIMEOUT,
  channelOf,
  codeOf,
  outcome,
  RawSessionHarness,
  Reader,
  SessionHarness,
} from "../support/session-harness.js";
import { binary, close, decode, more, ping, pong, text } from "../support/wire.js";

const MINUTE = 60_000;
const HARNESSES = [
  ["a default session", SessionHarness],
  ["a raw session", RawSessionHarness],
] as const;

describe.each(BACKENDS)("maxLifetime with the %s codec", (backend) => {
  const codec = codecOf(backend);

  it.each(HARNESSES)("ends %s with 1001 when it has lived so long, however busy it is", async (_, kind) => {
    const harness = new kind(codec, { maxLifetime: MINUTE });
    const reader = new Reader(harness.session);
    for (let count = 0; count < 59; count++) {
      await harness.receive(text("busy"));
      await harness.platform.advance(1000);
    }
    await harness.platform.advance(999);
    expect(harness.session.isActive).toBe(true);
    expect(harness.output).toEqual([]);
    await harness.platform.advance(1);
    const reason = CloseReason.goingAway("The session has lived for 60000 ms (maxLifetime)");
    expect(await harness.session.closeReason).toEqual(reason);
    expect(harness.session.signal.reason).toEqual(reason);
    expect(harness.output).toEqual([`close 1001 ${JSON.stringify(reason.message)}`]);
    await harness.receive(close(1001));
    expect(reader.end).toBe("ended");
    expect(reader.taken.slice(0, 59)).toEqual(Array.from({ length: 59 }, () => 'text "busy"'));
  });

  it("lets what waits go out before its Close", async () => {
    const harness = new SessionHarness(codec, { maxLifetime: MINUTE, outgoing: channelOf(1) });
    harness.transport.stuck = true;
    const sent = [harness.session.send("first"), harness.session.send("second")];
    await harness.platform.advance(MINUTE);
    expect(await outcome(sent[1] as Promise<void>)).toBe("pending");
    harness.transport.stuck = false;
    harness.transport.take();
    await Promise.all(sent);
    await harness.platform.idle();
    expect(harness.output).toEqual(['text "first"', 'text "second"', expect.stringMatching(/^close 1001/)]);
  });

  it("cuts the connection of a peer that does not answer the Close", async () => {
    const harness = new SessionHarness(codec, { maxLifetime: MINUTE });
    await harness.platform.advance(MINUTE + 2 * CLOSE_TIMEOUT);
    expect(harness.transport.destroyed).toBe(true);
  });

  it("changes nothing about a session that has ended before", async () => {
    const harness = new RawSessionHarness(codec, { maxLifetime: 1000 });
    await harness.receive(close(4000));
    await harness.platform.advance(2000);
    expect(codeOf(await harness.session.closeReason)).toBe(4000);
    expect(harness.output).toEqual([]);
  });
});

describe.each(BACKENDS)("idleTimeout with the %s codec", (backend) => {
  const codec = codecOf(backend);

  it.each(HARNESSES)("ends %s with 1001 when no message came or went for so long", async (_, kind) => {
    const harness = new kind(codec, { idleTimeout: MINUTE });
    const reader = new Reader(harness.session);
    await harness.platform.advance(MINUTE - 1);
    expect(harness.session.isActive).toBe(true);
    await harness.platform.advance(1);
    const reason = CloseReason.goingAway("No message came or went for 60000 ms (idleTimeout)");
    expect(await harness.session.closeReason).toEqual(reason);
    expect(harness.output).toEqual([`close 1001 ${JSON.stringify(reason.message)}`]);
    await harness.receive(close(1001));
    expect(reader.end).toBe("ended");
  });

  it.each(HARNESSES)("begins anew in %s with every message, of the peer and of ours", async (_, kind) => {
    const harness = new kind(codec, { idleTimeout: MINUTE });
    new Reader(harness.session);
    for (const move of [
      () => harness.receive(text("a")),
      () => harness.receive(binary("b")),
      () => harness.session.send("c"),
      () => harness.session.send(new Uint8Array(10)),
      () => harness.session.send(new Uint8Array(100_000)),
      () => harness.session.outgoing.send(new Frame.Text("d")),
      () => harness.session.outgoing.trySend(new Frame.Text("e")),
    ]) {
      await harness.platform.advance(MINUTE - 1);
      await move();
    }
    await harness.platform.advance(MINUTE - 1);
    expect(harness.session.isActive).toBe(true);
    await harness.platform.advance(1);
    expect(harness.session.isActive).toBe(false);
  });

  it("has one timer, and sets no other for a message", async () => {
    const harness = new SessionHarness(codec, { idleTimeout: MINUTE });
    new Reader(harness.session);
    let timers = 0;
    const { setTimer } = harness.platform;
    harness.platform.setTimer = (delay, callback) => {
      timers++;
      return setTimer.call(harness.platform, delay, callback);
    };
    for (let count = 0; count < 1000; count++) {
      await harness.receive(text("a"));
      await harness.session.send("b");
    }
    expect([timers, harness.platform.liveTimers]).toEqual([0, 1]);
  });

  it("counts neither pings nor pongs, of either side", async () => {
    for (const harness of [
      new SessionHarness(codec, { idleTimeout: MINUTE, pingPeriod: 10_000 }),
      new RawSessionHarness(codec, { idleTimeout: MINUTE }),
    ]) {
      new Reader(harness.session);
      for (let count = 0; count < 12; count++) {
        await harness.platform.advance(5000);
        await harness.receive(ping("p"), pong(decode(harness.transport.outputBytes).at(-1)?.payload));
        await harness.session.send(new Frame.Ping("q")).catch(() => undefined);
        await harness.session.send(new Frame.Pong("r")).catch(() => undefined);
      }
      expect(codeOf(await harness.session.closeReason)).toBe(1001);
    }
  });

  it("counts a message in fragments when it is whole, and each fragment in a raw session", async () => {
    const harness = new SessionHarness(codec, { idleTimeout: MINUTE });
    const raw = new RawSessionHarness(codec, { idleTimeout: MINUTE });
    for (const each of [harness, raw]) {
      new Reader(each.session);
      await each.receive(text("a", 0));
      await each.platform.advance(MINUTE / 2);
      await each.receive(more("b", 0));
      await each.platform.advance(MINUTE / 2);
    }
    expect([harness.session.isActive, raw.session.isActive]).toEqual([false, true]);
  });

  it("waits for a peer that is kept waiting itself", async () => {
    const harness = new SessionHarness(codec, { idleTimeout: MINUTE, incoming: channelOf(1) });
    await harness.receive(text("a"), text("b"));
    await harness.platform.advance(5 * MINUTE + 1);
    expect(harness.session.isActive).toBe(true);
    const reader = new Reader(harness.session);
    await harness.platform.idle();
    expect(reader.taken).toHaveLength(2);
    await harness.platform.advance(2 * MINUTE - 1);
    expect(harness.session.isActive).toBe(false);
  });

  it("counts a message that had to wait for room when it goes", async () => {
    const harness = new SessionHarness(codec, { idleTimeout: MINUTE, outgoing: channelOf(1) });
    harness.transport.slow = true;
    const sent = Array.from({ length: 4 }, (_, index) => harness.session.send(`${index}`));
    for (let count = 0; count < 3; count++) {
      await harness.platform.advance(MINUTE - 1);
      harness.transport.take();
    }
    await Promise.all(sent);
    await harness.platform.advance(MINUTE - 1);
    expect(harness.session.isActive).toBe(true);
    await harness.platform.advance(1);
    expect(harness.session.isActive).toBe(false);
  });

  it("hears input that waits before it judges: a stall of the event loop ends no session", async () => {
    const harness = new SessionHarness(codec, { idleTimeout: MINUTE });
    new Reader(harness.session);
    harness.platform.elapse(10 * MINUTE);
    await harness.receive(text("I was here all the time"));
    expect(harness.session.isActive).toBe(true);
    await harness.platform.advance(MINUTE);
    expect(harness.session.isActive).toBe(false);
  });

  it("and maxLifetime: the one that comes first counts", async () => {
    const busy = new SessionHarness(codec, { idleTimeout: MINUTE, maxLifetime: 90_000 });
    const idle = new SessionHarness(codec, { idleTimeout: MINUTE, maxLifetime: 90_000 });
    await busy.platform.advance(MINUTE / 2);
    await busy.session.send("busy");
    for (const { platform } of [busy, idle]) await platform.advance(2 * MINUTE);
    expect((await busy.session.closeReason)?.message).toContain("maxLifetime");
    expect((await idle.session.closeReason)?.message).toContain("idleTimeout");
  });
});

it("a session without these options has no timer for them", () => {
  const harness = new SessionHarness(codecOf("wasm"));
  expect(harness.platform.liveTimers).toBe(0);
});
