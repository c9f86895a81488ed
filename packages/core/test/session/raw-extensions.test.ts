import { describe, expect, it } from "vitest";
import type { ActiveExtension } from "../../src/extension/negotiation.js";
import { Frame } from "../../src/frame.js";
import { RetainedBytes } from "../../src/protocol/limits.js";
import { BACKENDS, codecOf } from "../support/backends.js";
import { active, marked, marking, SlowHook } from "../support/extensions.js";
import { outcome, RawSessionHarness, Reader } from "../support/session-harness.js";
import { bytes, close, decode, describeFrame, more, ping, text } from "../support/wire.js";

const RSV1 = 0x40;
const RSV2 = 0x20;
const FIN = 0x80;

/** Shouts what has its bit, and clears the bit. */
function shouting(unit: "frame" | "message", bit: "rsv1" | "rsv2" = "rsv1"): ActiveExtension {
  const shout = (frame: Frame.Data): Frame.Data =>
    frame[bit] ? new Frame.Text(Buffer.from(frame.data).toString().toUpperCase(), { fin: frame.fin }) : frame;
  return active(`shouting ${unit}`, { in: shout }, { [bit]: true, unit });
}

describe.each(BACKENDS)("extensions of a raw session with the %s codec", (backend) => {
  const codec = codecOf(backend);
  const harnessOf = (extensions: readonly ActiveExtension[], settings = {}, options = {}) =>
    new RawSessionHarness(codec, settings, "server", { extensions, ...options });

  it("that work on frames see each fragment, with bits on continuations too", async () => {
    const harness = harnessOf([shouting("frame")]);
    const reader = new Reader(harness.session);
    await harness.receive(text("a", RSV1), ping("p"), more("b", 0), more("c", FIN | RSV1), text("d"));
    expect(reader.taken).toEqual(['text+ "A"', 'ping "p"', 'text+ "b"', 'text "C"', 'text "d"']);
  });

  it("that work on messages see those that are theirs whole, and the others pass as they were sent", async () => {
    const harness = harnessOf([shouting("message")]);
    const reader = new Reader(harness.session);
    await harness.receive(
      text("a", RSV1),
      ping("p"),
      more("b", 0),
      more("c"),
      text("d", 0),
      more("e"),
      text("f", FIN | RSV1),
    );
    expect(reader.taken).toEqual(['ping "p"', 'text "ABC"', 'text+ "d"', 'text "e"', 'text "F"']);
    expect(harness.retained.used).toBe(0);
  });

  it("of both kinds run against the order of their installation", async () => {
    const each = harnessOf([shouting("message", "rsv1"), marking("frame")]);
    const reader = new Reader(each.session);
    await each.receive(text("a", RSV1), more("b"));
    expect(reader.taken).toEqual(['text "A>FRAMEB>FRAME"']);

    const whole = harnessOf([marking("frame"), shouting("message", "rsv1")]);
    const other = new Reader(whole.session);
    await whole.receive(text("a", RSV1), more("b"));
    expect(other.taken).toEqual(['text "AB>frame"']);
  });

  it("that work on messages let a bit on a continuation be 1002, where others own none there", async () => {
    const harness = harnessOf([shouting("message", "rsv1"), shouting("frame", "rsv2")]);
    const reader = new Reader(harness.session);
    await harness.receive(text("a", RSV2), more("b", FIN | RSV2), text("c", RSV1), more("d", FIN | RSV1));
    expect(reader.taken).toEqual(['text+ "A"', 'text "B"']);
    expect(reader.end).toMatchObject({ violation: "RESERVED_BITS" });
  });

  it("see what is sent fragment by fragment, or put together", async () => {
    const seen: string[] = [];
    const note = (frame: Frame.Data): Frame.Data => {
      seen.push(`${frame.fin ? "" : "+"}${Buffer.from(frame.data).toString()}`);
      return marked(frame, "!");
    };
    const frames = harnessOf([active("x", { out: note })]);
    const messages = harnessOf([active("x", { out: note }, { unit: "message" })]);
    for (const harness of [frames, messages]) {
      for (const [payload, fin] of [
        ["a", false],
        ["b", false],
        ["c", true],
      ] as const) {
        await harness.session.send(new Frame.Text(payload, { fin }));
        if (payload === "a") await harness.session.send(new Frame.Ping("p"));
      }
    }
    expect(frames.output).toEqual(['text+ "a!"', 'ping "p"', 'more+ "b!"', 'more "c!"']);
    expect(messages.output).toEqual(['ping "p"', 'text "abc!"']);
    expect(seen).toEqual(["+a", "+b", "c", "abc"]);
  });

  it("may set a bit on each fragment where they work on frames", async () => {
    const setting = active(
      "x",
      { out: (frame) => new Frame.Text(frame.data, { fin: frame.fin, rsv3: true }) },
      { rsv3: true },
    );
    const harness = harnessOf([setting]);
    await harness.session.send(new Frame.Text("a", { fin: false }));
    await harness.session.send(new Frame.Text("b"));
    expect(decode(harness.transport.outputBytes).map(({ first }) => first)).toEqual([0x11, 0x90]);
  });

  it("keep the order while they take their time, that of pings too", async () => {
    const slow = new SlowHook();
    const harness = harnessOf([active("x", { in: slow.hook })]);
    const reader = new Reader(harness.session);
    await harness.receive(text("a"), ping("p"), close(1000));
    expect(reader.taken).toEqual([]);
    slow.go();
    await harness.platform.idle();
    expect(reader.taken).toEqual(['text "a"', 'ping "p"', "close 1000"]);
    expect(reader.end).toBe("ended");
  });

  it("have text checked across the fragments that they restore, with validateText", async () => {
    const euro = [bytes(0xe2, 0x82), bytes(0xac)];
    const restoring = (parts: readonly Uint8Array[]) => {
      let next = 0;
      const restore = (frame: Frame.Data): Frame.Data => new Frame.Text(parts[next++] ?? bytes(), { fin: frame.fin });
      return harnessOf([active("x", { in: restore }, { rsv1: true })], {}, { validateText: true });
    };
    const fine = restoring(euro);
    const reader = new Reader(fine.session);
    await fine.receive(text(bytes(0xff), RSV1), more(bytes(0xff)));
    expect(reader.taken).toHaveLength(2);

    const torn = restoring([euro[0] ?? bytes(), bytes(0x61)]);
    const other = new Reader(torn.session);
    await torn.receive(text("x", RSV1), more("x"));
    expect(other.taken).toHaveLength(1);
    expect(other.end).toMatchObject({ closeCode: 1007, violation: "INVALID_UTF8" });
  });

  describe("that put messages together", () => {
    it("end their session with 1009 where one comes over maxFrameSize", async () => {
      const harness = harnessOf([shouting("message")], { maxFrameSize: 10 });
      const reader = new Reader(harness.session);
      await harness.receive(text("12345", RSV1), more("12345"));
      expect(reader.taken).toEqual(['text "1234512345"']);
      await harness.receive(text("12345", RSV1), more("12345", 0), more("1", 0));
      expect(reader.end).toMatchObject({ code: "FRAME_TOO_BIG", size: 11, maxFrameSize: 10 });
      expect(harness.retained.used).toBe(0);
    });

    it("end it with 1008 where all sessions together hold too much", async () => {
      const retained = new RetainedBytes(100);
      const harness = harnessOf([shouting("message")], {}, { retained });
      const reader = new Reader(harness.session);
      await harness.receive(text("x".repeat(60), RSV1));
      expect(retained.used).toBe(60);
      await harness.receive(more("x".repeat(41), 0));
      expect(reader.end).toMatchObject({ violation: "RETAINED_BYTES_EXCEEDED", closeCode: 1008 });
      await harness.platform.advance(60_000);
      expect(retained.used).toBe(0);
    });

    it("refuse a message to be sent that comes over maxFrameSize, and end their session", async () => {
      const harness = harnessOf([active("x", {}, { unit: "message" })], { maxFrameSize: 10 });
      await harness.session.send(new Frame.Text("12345", { fin: false }));
      const sent = harness.session.send(new Frame.Text("123456"));
      await harness.platform.idle();
      expect(await outcome(sent)).toMatchObject({ code: "FRAME_TOO_BIG", size: 11 });
      expect(await harness.session.closeReason).toMatchObject({ code: 1009 });
      expect(decode(harness.transport.outputBytes).map(describeFrame)).toEqual([]);
    });

    it("let go of what is unfinished with their session", async () => {
      const harness = harnessOf([shouting("message")]);
      await harness.receive(text("12345", RSV1));
      expect(harness.retained.used).toBe(5);
      harness.session.cancel();
      await harness.platform.idle();
      expect(harness.retained.used).toBe(0);
    });
  });
});
