import { describe, expect, it } from "vitest";
import { Frame } from "../../src/frame.js";
import type { MessageRateLimit } from "../../src/session/message-rate.js";
import { MessageBudget } from "../../src/session/message-rate.js";
import { BACKENDS, codecOf } from "../support/backends.js";
import { FakePlatform } from "../support/fake-platform.js";
import { codeOf, RawSessionHarness, Reader, SessionHarness } from "../support/session-harness.js";
import { binary, close, decode, more, ping, pong, text } from "../support/wire.js";

const EXCEEDED = { code: "PROTOCOL_VIOLATION", violation: "MESSAGE_RATE_EXCEEDED", closeCode: 1008 };

function limit(messages: number, per: number, more: Partial<MessageRateLimit> = {}): MessageRateLimit {
  return { messages, per, burst: messages, onExceeded: "close", ...more };
}

describe("a budget of messages", () => {
  /** How many of so many messages pass. */
  function passed(budget: MessageBudget, messages: number): number {
    return Array.from({ length: messages }, () => budget.charge(new Frame.Text(""))).filter((it) => it === "pass")
      .length;
  }

  it("has room for a burst, and then for as many as time brings", async () => {
    const platform = new FakePlatform();
    const budget = new MessageBudget(limit(10, 1000, { burst: 25, onExceeded: "drop" }), platform);
    expect(passed(budget, 100)).toBe(25);
    expect(passed(budget, 1)).toBe(0);
    await platform.advance(99);
    expect(passed(budget, 1)).toBe(0);
    await platform.advance(1);
    expect(passed(budget, 100)).toBe(1);
    await platform.advance(1000);
    expect(passed(budget, 100)).toBe(10);
    await platform.advance(1_000_000);
    expect(passed(budget, 100)).toBe(25);
  });

  it("is exact where the times between two messages are no whole numbers", async () => {
    const platform = new FakePlatform();
    const budget = new MessageBudget(limit(3, 1000, { burst: 2, onExceeded: "drop" }), platform);
    expect(passed(budget, 2)).toBe(2);
    let later = 0;
    for (let ms = 0; ms < 30_000; ms++) {
      await platform.advance(1);
      later += passed(budget, 1);
    }
    expect(later).toBe(90);
  });

  it("spends nothing on what it refuses", async () => {
    const platform = new FakePlatform();
    const budget = new MessageBudget(limit(1, 1000, { onExceeded: "drop" }), platform);
    expect(passed(budget, 1)).toBe(1);
    for (let ms = 100; ms < 1000; ms += 100) {
      await platform.advance(100);
      expect(passed(budget, 5)).toBe(0);
    }
    await platform.advance(100);
    expect(passed(budget, 5)).toBe(1);
  });
});

describe.each(BACKENDS)("messageRate with the %s codec", (backend) => {
  const codec = codecOf(backend);
  const many = (count: number) => Array.from({ length: count }, (_, index) => text(`${index}`));

  it("ends a session whose peer sends too much with 1008, behind the messages before", async () => {
    const harness = new SessionHarness(codec, { messageRate: limit(3, 1000) });
    await harness.receive(...many(3));
    await harness.receive(...many(5));
    const reader = new Reader(harness.session);
    await harness.platform.idle();
    expect(reader.taken).toEqual(['text "0"', 'text "1"', 'text "2"']);
    expect(reader.end).toMatchObject(EXCEEDED);
    expect(harness.output).toEqual([expect.stringMatching(/^close 1008 .*3 in 1000 ms \(messageRate\)/)]);
    expect(codeOf(await harness.session.closeReason)).toBe(1008);
    expect(harness.session.signal.reason).toBe(reader.end);
  });

  it.each([
    ["a Close", close(1000)],
    ["a violation", { ...text("x"), masked: false }],
    ["more than a turn takes", ...many(2000)],
  ])("is judged where it was exceeded, also with %s behind it in the same read", async (_, ...last) => {
    const harness = new SessionHarness(codec, { messageRate: limit(2, 1000) });
    const reader = new Reader(harness.session);
    await harness.receive(...many(9), ...last);
    expect(reader.taken).toHaveLength(2);
    expect(reader.end).toMatchObject(EXCEEDED);
    expect(harness.output).toEqual([expect.stringMatching(/^close 1008/)]);
  });

  it("is judged in what had to wait, too", async () => {
    const harness = new SessionHarness(codec, {
      messageRate: limit(4, 1000),
      incoming: { capacity: 1, maxBytes: 1 << 20, onOverflow: "suspend" },
    });
    await harness.receive(...many(2000));
    const reader = new Reader(harness.session);
    await harness.platform.idle();
    expect(reader.taken).toHaveLength(4);
    expect(reader.end).toMatchObject(EXCEEDED);
  });

  it("leaves those alone who keep to it", async () => {
    const harness = new SessionHarness(codec, { messageRate: limit(1, 1000, { burst: 3 }) });
    const reader = new Reader(harness.session);
    await harness.receive(...many(3));
    for (let count = 0; count < 10; count++) {
      await harness.platform.advance(1000);
      await harness.receive(binary("ff"));
    }
    expect(reader.taken).toHaveLength(13);
    expect(reader.end).toBe("reading");
  });

  it("counts a message once, whatever it is made of, and not what goes out", async () => {
    const harness = new SessionHarness(codec, { messageRate: limit(2, 1000) });
    const reader = new Reader(harness.session);
    for (let count = 0; count < 10; count++) await harness.session.send("out");
    await harness.receive(text("a", 0), ...Array.from({ length: 50 }, () => more("b", 0)), more("c"), text("d"));
    expect(reader.taken).toHaveLength(2);
    expect(reader.end).toBe("reading");
  });

  it.each([
    ["pings", ping, 3],
    ["pongs that nobody awaits", pong, 0],
  ])("counts %s as well", async (_, control, answered) => {
    const harness = new SessionHarness(codec, { messageRate: limit(4, 1000) });
    const reader = new Reader(harness.session);
    await harness.receive(text("a"), control("1"), control("2"), control("3"));
    expect(reader.end).toBe("reading");
    await harness.receive(control("4"));
    expect(reader.end).toMatchObject(EXCEEDED);
    expect(harness.output.filter((frame) => frame.startsWith("pong"))).toHaveLength(answered);
  });

  it("counts no pong that answers a ping of ours", async () => {
    const harness = new SessionHarness(codec, { messageRate: limit(1, 3_600_000), pingPeriod: 1000, timeout: 500 });
    for (let count = 0; count < 10; count++) {
      await harness.platform.advance(1000);
      await harness.receive(pong(decode(harness.transport.outputBytes).at(-1)?.payload));
    }
    expect(harness.session.isActive).toBe(true);
    await harness.receive(text("the one"));
    expect(harness.session.isActive).toBe(true);
    await harness.receive(pong("nobody asked"));
    expect(harness.session.isActive).toBe(false);
  });

  it("counts no Close: a peer may always say goodbye", async () => {
    for (const kind of [SessionHarness, RawSessionHarness]) {
      const harness = new kind(codec, { messageRate: limit(1, 1000) });
      await harness.receive(text("a"), close(4000));
      expect(codeOf(await harness.session.closeReason)).toBe(4000);
    }
  });

  it("drops messages under that policy, and the session goes on", async () => {
    const harness = new SessionHarness(codec, { messageRate: limit(2, 1000, { onExceeded: "drop" }) });
    const reader = new Reader(harness.session);
    await harness.receive(...many(5));
    await harness.platform.advance(500);
    await harness.receive(text("later"), text("too early"));
    expect(reader.taken).toEqual(['text "0"', 'text "1"', 'text "later"']);
    expect(harness.session.isActive).toBe(true);
    await harness.receive(close(1000));
    expect(reader.end).toBe("ended");
    expect(harness.output).toEqual(["close 1000"]);
  });

  it("has pings answered under that policy all the same, at the cost of messages", async () => {
    const harness = new SessionHarness(codec, { messageRate: limit(2, 1000, { onExceeded: "drop" }) });
    const reader = new Reader(harness.session);
    await harness.receive(ping("1"), ping("2"), ping("3"), text("x"));
    expect(harness.output).toEqual(['pong "1"', 'pong "2"', 'pong "3"']);
    expect(reader.taken).toEqual([]);
  });

  it.each(["close", "drop"] as const)("counts frames in a raw session, and closes it under %s", async (onExceeded) => {
    const harness = new RawSessionHarness(codec, { messageRate: limit(4, 1000, { onExceeded }) });
    const reader = new Reader(harness.session);
    await harness.receive(text("a", 0), ping("b"), more("c"), pong("d"));
    expect(reader.end).toBe("reading");
    await harness.receive(text("e"), close(1000));
    expect(reader.taken).toHaveLength(4);
    expect(reader.end).toMatchObject(EXCEEDED);
    expect(harness.output).toEqual([expect.stringMatching(/^close 1008/)]);
  });

  it("needs no timer", async () => {
    const harness = new SessionHarness(codec, { messageRate: limit(2, 1000, { onExceeded: "drop" }) });
    await harness.receive(...many(5));
    expect(harness.platform.liveTimers).toBe(0);
  });
});
