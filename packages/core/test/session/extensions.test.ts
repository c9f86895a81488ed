import { describe, expect, it } from "vitest";
import { ProtocolViolationError } from "../../src/errors.js";
import { webSocketExtension } from "../../src/extension/contract.js";
import { Frame } from "../../src/frame.js";
import { BACKENDS, codecOf } from "../support/backends.js";
import { active, marked, marking, SlowHook } from "../support/extensions.js";
import { channelOf, outcome, Reader, SessionHarness } from "../support/session-harness.js";
import { bytes, close, decode, more, ping, text } from "../support/wire.js";

const RSV1 = 0xc0;

describe.each(BACKENDS)("extensions of a session with the %s codec", (backend) => {
  const codec = codecOf(backend);
  const harnessOf = (extensions: readonly ReturnType<typeof active>[], settings = {}) =>
    new SessionHarness(codec, settings, "server", { extensions });

  it("change what goes out in the order of their installation, and what comes in against it", async () => {
    const harness = harnessOf([marking("a"), marking("b"), marking("c")]);
    const reader = new Reader(harness.session);
    await harness.session.send("out");
    await harness.receive(text("in"));
    expect(harness.output).toEqual(['text "out<a<b<c"']);
    expect(reader.taken).toEqual(['text "in>c>b>a"']);
  });

  it("see whole messages, however they were fragmented, with the bits of the first frame", async () => {
    const seen: boolean[] = [];
    const extension = active(
      "x",
      {
        in: (frame) => {
          seen.push(frame.rsv1);
          return marked(frame, "!");
        },
      },
      { rsv1: true },
    );
    const harness = harnessOf([extension]);
    const reader = new Reader(harness.session);
    await harness.receive(text("a", 0x40), more("b", 0), ping(), more("c"), text("d"));
    expect(reader.taken).toEqual(['text "abc!"', 'text "d!"']);
    expect(seen).toEqual([true, false]);
  });

  it("do not see pings, pongs and Close", async () => {
    const seen: string[] = [];
    const note = (frame: Frame.Data): Frame.Data => {
      seen.push(frame.type);
      return frame;
    };
    const harness = harnessOf([active("x", { in: note, out: note })]);
    new Reader(harness.session);
    await harness.session.send(new Frame.Ping("p"));
    await harness.receive(ping("q"), close(1000));
    expect(harness.output).toEqual(['ping "p"', 'pong "q"', "close 1000"]);
    expect(seen).toEqual([]);
  });

  it("may set the bits that they own, and no others", async () => {
    const setting = (options: object) =>
      active("x", { out: (frame) => new Frame.Text(frame.data, options) }, { rsv2: true });
    const right = harnessOf([setting({ rsv2: true })]);
    await right.session.send("x");
    expect(decode(right.transport.outputBytes)[0]?.first).toBe(0xa1);

    const wrong = harnessOf([setting({ rsv1: true })]);
    await expect(wrong.session.send("x")).rejects.toMatchObject({ code: "INVALID_FRAME" });
    expect(wrong.session.isActive).toBe(false);
  });

  it("let a bit that nobody owns be 1002", async () => {
    const harness = harnessOf([marking("x", { rsv1: true })]);
    const reader = new Reader(harness.session);
    await harness.receive(text("a", 0xc0 | 0x20));
    expect(reader.end).toMatchObject({ code: "PROTOCOL_VIOLATION", closeCode: 1002, violation: "RESERVED_BITS" });
  });

  it.each(["frame", "message"] as const)("let a bit on a continuation be 1002, as a %s unit too", async (unit) => {
    const harness = harnessOf([marking("x", { rsv1: true, unit })]);
    const reader = new Reader(harness.session);
    await harness.receive(text("a", 0x40), more("b", RSV1));
    expect(reader.end).toMatchObject({ closeCode: 1002, violation: "RESERVED_BITS" });
    expect(reader.taken).toEqual([]);
  });

  describe("that restore text", () => {
    const restoring = (payload: string | Uint8Array) =>
      active("x", { in: () => new Frame.Text(payload) }, { rsv1: true });

    it("have it checked as UTF-8 only when they are done", async () => {
      const harness = harnessOf([restoring("fine")]);
      const reader = new Reader(harness.session);
      await harness.receive(text(bytes(0xff, 0xfe), RSV1));
      expect(reader.taken).toEqual(['text "fine"']);
    });

    it("end the session with 1007 where it is none, behind what came before", async () => {
      const harness = harnessOf([
        active("x", { in: (frame) => (frame.rsv1 ? new Frame.Text(bytes(0x61, 0xff)) : frame) }, { rsv1: true }),
      ]);
      const reader = new Reader(harness.session, () => harness.session.send("answer"));
      await harness.receive(text("before"), text("x", RSV1), text("behind"));
      expect(reader.taken).toEqual(['text "before"']);
      expect(reader.end).toMatchObject({ closeCode: 1007, violation: "INVALID_UTF8" });
      expect(harness.output[0]).toBe('text "answer"');
      expect(harness.output[1]).toContain("close 1007");
    });

    it("end it with 1009 where it is over maxFrameSize, which may change", async () => {
      const harness = harnessOf([restoring("x".repeat(101))], { maxFrameSize: 101 });
      const reader = new Reader(harness.session);
      await harness.receive(text("x", RSV1));
      expect(reader.taken).toHaveLength(1);
      harness.session.maxFrameSize = 100;
      await harness.receive(text("x", RSV1));
      expect(reader.end).toMatchObject({ code: "FRAME_TOO_BIG", size: 101, maxFrameSize: 100 });
    });
  });

  it("learn of their session, and that it is over", async () => {
    const calls: unknown[] = [];
    const extension = active("x", {
      open: (session) => void calls.push([session.role, session.maxFrameSize]),
      close: () => void calls.push("close"),
    });
    const harness = harnessOf([extension], { maxFrameSize: 77 });
    expect(calls).toEqual([["server", 77]]);
    harness.session.cancel();
    await harness.platform.idle();
    expect(calls).toEqual([["server", 77], "close"]);
  });

  it("are found in their session by what made them", async () => {
    const one = active("one", {});
    const Other = webSocketExtension({ key: "other", install: () => () => one.extension });
    const { session } = harnessOf([one]);
    expect(session.extensions).toEqual([one.extension]);
    expect(session.extension(one.factory)).toBe(one.extension);
    expect(session.extensionOrNull(Other)).toBeNull();
    expect(() => session.extension(Other)).toThrow(
      expect.objectContaining({ code: "EXTENSION_NOT_NEGOTIATED", key: "other" }),
    );
  });

  describe("that fail", () => {
    const failure = new Error("secret");
    const failing = () => {
      throw failure;
    };

    it.each([
      { how: "at once", hook: failing },
      { how: "later", hook: () => Promise.reject(failure) },
    ])("$how with an incoming frame end their session with 1011, and tell nobody why", async ({ hook }) => {
      const harness = harnessOf([active("x", { in: hook })]);
      const reader = new Reader(harness.session);
      await harness.receive(text("a"), text("b"));
      expect(reader.end).toBe(failure);
      expect(harness.output).toEqual(["close 1011"]);
      expect(harness.told.extensions).toEqual([failure]);
    });

    it.each([
      { how: "at once", hook: failing },
      { how: "later", hook: () => Promise.reject(failure) },
    ])("$how with an outgoing frame reject it, and end their session with 1011", async ({ hook }) => {
      const harness = harnessOf([active("x", { out: (frame) => (frame.data.length === 1 ? hook() : frame) })]);
      const reader = new Reader(harness.session);
      await harness.session.send("fine");
      const sends = [harness.session.send("x"), harness.session.send("behind")];
      await harness.platform.idle();
      expect(await outcome(sends[0] as Promise<void>)).toBe(failure);
      expect(await outcome(sends[1] as Promise<void>)).toMatchObject({ code: "CLOSED_SEND_CHANNEL" });
      expect(reader.end).toBe(failure);
      expect(harness.output).toEqual(['text "fine"', "close 1011"]);
    });

    it("with an error that has a close code end it with that, and it is not told", async () => {
      const harness = harnessOf([
        active("x", {
          in: () => {
            throw new ProtocolViolationError("INVALID_UTF8", 1007, "corrupt");
          },
        }),
      ]);
      new Reader(harness.session);
      await harness.receive(text("a"));
      expect(harness.output).toEqual(['close 1007 "corrupt"']);
      expect(harness.told.extensions).toEqual([]);
    });

    it.each([
      { what: "a ping frame", made: new Frame.Ping() },
      { what: "a value of type undefined", made: undefined },
    ])("to give a data frame, with $what, end it with 1011", async ({ what, made }) => {
      const harness = harnessOf([active("x", { in: () => made as never, out: () => made as never })]);
      const reader = new Reader(harness.session);
      const sent = harness.session.send("a");
      await harness.receive(text("a"));
      expect(await outcome(sent)).toMatchObject({ code: "INVALID_EXTENSION_FRAME" });
      expect(reader.end).toMatchObject({ code: "INVALID_EXTENSION_FRAME", key: "x", closeCode: 1011 });
      expect((reader.end as Error).message).toContain(what);
    });

    it("when their session begins end it with 1011", async () => {
      const harness = harnessOf([active("x", { open: failing })]);
      const reader = new Reader(harness.session);
      await harness.platform.idle();
      expect(reader.end).toBe(failure);
      expect(harness.output).toEqual(["close 1011"]);
    });

    it("when their session is over harm nothing, and others learn it too", async () => {
      const closed: string[] = [];
      const harness = harnessOf([active("x", { close: failing }), active("y", { close: () => void closed.push("y") })]);
      harness.session.cancel();
      await harness.platform.idle();
      expect(harness.told.extensions).toEqual([failure]);
      expect(closed).toEqual(["y"]);
    });
  });

  describe("that take their time over what goes out", () => {
    const slowly = (settings = {}) => {
      const slow = new SlowHook();
      const extension = active("x", { out: (frame) => (frame.data[0] === 0x73 ? slow.hook(frame) : frame) });
      return { slow, harness: harnessOf([extension], settings) };
    };

    it("keep the order, and let pongs by", async () => {
      const { slow, harness } = slowly();
      new Reader(harness.session);
      const sends = ["slow", "b", "slower", "d"].map((message) => harness.session.send(message));
      const flushed = harness.session.flush();
      await harness.receive(ping("p"));
      expect(harness.output).toEqual(['pong "p"']);
      expect(await Promise.all(sends.map(outcome))).toEqual(["pending", "pending", "pending", "pending"]);
      slow.go();
      await harness.platform.idle();
      expect(harness.output).toEqual(['pong "p"', 'text "slow"', 'text "b"']);
      expect(await outcome(flushed)).toBe("pending");
      slow.go();
      await harness.platform.idle();
      expect(harness.output.slice(3)).toEqual(['text "slower"', 'text "d"']);
      expect(slow.seen).toEqual(["slow", "slower"]);
      expect(await outcome(flushed)).toBe("done");
    });

    it("hold up the Close", async () => {
      const { slow, harness } = slowly();
      void harness.session.send("slow");
      const closed = harness.session.close();
      await harness.platform.idle();
      expect(harness.output).toEqual([]);
      slow.go();
      await harness.settled(closed);
      expect(harness.output).toEqual(['text "slow"', "close 1000"]);
    });

    it("do not hold it up past closeTimeout", async () => {
      const { harness } = slowly();
      const sent = harness.session.send("slow");
      void harness.session.close();
      await harness.platform.advance(20_000);
      expect(harness.transport.destroyed).toBe(true);
      expect(await outcome(sent)).toMatchObject({ code: "CLOSED_SEND_CHANNEL" });
    });

    it("overflow no channel under close that has room", async () => {
      const { slow, harness } = slowly({ outgoing: channelOf(3, "close") });
      new Reader(harness.session);
      const sends = ["slow", "b", "c"].map((message) => harness.session.send(message));
      await harness.platform.idle();
      expect(harness.session.isActive).toBe(true);
      slow.go();
      await harness.platform.idle();
      expect(await Promise.all(sends.map(outcome))).toEqual(["done", "done", "done"]);

      const more = ["slow", "b", "c", "d", "e"].map((message) => harness.session.send(message));
      await harness.platform.idle();
      expect(await outcome(more[4] as Promise<void>)).toMatchObject({ code: "CHANNEL_OVERFLOW" });
      expect(await harness.session.closeReason).toMatchObject({ code: 1008 });
    });

    it("make trySend fail for now, behind one that it took", async () => {
      const { slow, harness } = slowly();
      expect(harness.session.outgoing.trySend(new Frame.Text("slow"))).toMatchObject({ ok: true });
      expect(harness.session.outgoing.trySend(new Frame.Text("b"))).toMatchObject({ ok: false, closed: false });
      slow.go();
      await harness.platform.idle();
      expect(harness.session.outgoing.trySend(new Frame.Text("b"))).toMatchObject({ ok: true });
      expect(harness.output).toEqual(['text "slow"', 'text "b"']);
    });

    it("are not waited for by a session that is cancelled, and call nothing back", async () => {
      const { slow, harness } = slowly();
      const sends = [harness.session.send("slow"), harness.session.send("b")];
      harness.session.cancel();
      await harness.platform.idle();
      for (const sent of sends) expect(await outcome(sent)).toMatchObject({ code: "CLOSED_SEND_CHANNEL" });
      slow.go();
      await harness.platform.idle();
      expect(harness.output).toEqual([]);
    });
  });

  describe("that take their time over what comes in", () => {
    const slowly = (settings = {}) => {
      const slow = new SlowHook();
      const extension = active("x", { in: (frame) => (frame.data[0] === 0x73 ? slow.hook(frame) : frame) });
      return { slow, harness: harnessOf([extension], settings) };
    };

    it("keep the order, and let pings by", async () => {
      const { slow, harness } = slowly();
      const reader = new Reader(harness.session);
      await harness.receive(text("a"), text("slow"), text("c"), ping("p"));
      expect(reader.taken).toEqual(['text "a"']);
      expect(harness.output).toEqual(['pong "p"']);
      slow.go();
      await harness.platform.idle();
      expect(reader.taken).toEqual(['text "a"', 'text "slow"', 'text "c"']);
    });

    it("hold up the peer's Close, and the answer to it", async () => {
      const { slow, harness } = slowly();
      const reader = new Reader(harness.session, () => harness.session.send("answer"));
      await harness.receive(text("slow"), close(4000));
      expect(harness.session.isActive).toBe(true);
      expect(harness.output).toEqual([]);
      slow.go();
      await harness.platform.idle();
      expect(reader.taken).toEqual(['text "slow"']);
      expect(reader.end).toBe("ended");
      expect(harness.output).toEqual(['text "answer"', "close 4000"]);
      expect(await harness.session.closeReason).toMatchObject({ code: 4000 });
    });

    it("hold up a violation, and the end of the peer's side", async () => {
      const violated = slowly();
      const one = new Reader(violated.harness.session);
      await violated.harness.receive(text("slow"), text("x", RSV1));
      violated.slow.go();
      await violated.harness.platform.idle();
      expect(one.taken).toEqual(['text "slow"']);
      expect(one.end).toMatchObject({ violation: "RESERVED_BITS" });

      const ended = slowly();
      const other = new Reader(ended.harness.session);
      await ended.harness.receive(text("slow"));
      ended.harness.transport.endPeer();
      await ended.harness.platform.idle();
      expect(other.end).toBe("reading");
      ended.slow.go();
      await ended.harness.platform.idle();
      expect(other.taken).toEqual(['text "slow"']);
      expect(other.end).toBe("ended");
      expect(await ended.harness.session.closeReason).toMatchObject({ code: 1006 });
    });

    it("count for the ending where they fail in front of the peer's Close", async () => {
      const { slow, harness } = slowly();
      const reader = new Reader(harness.session);
      await harness.receive(text("slow"), close(1000));
      slow.fail(new Error("no"));
      await harness.platform.idle();
      expect(reader.end).toMatchObject({ message: "no" });
      expect(await harness.session.closeReason).toMatchObject({ code: 1011 });
      expect(harness.output).toEqual(["close 1011"]);
      expect(harness.transport.ended).toBe(true);
    });

    it("let the peer's Close count where the connection breaks meanwhile", async () => {
      const { slow, harness } = slowly();
      const reader = new Reader(harness.session);
      await harness.receive(text("slow"), close(4000));
      harness.transport.break();
      await harness.platform.idle();
      expect(await harness.session.closeReason).toMatchObject({ code: 4000 });
      expect(reader.end).toBe("ended");
      slow.go();
      await harness.platform.idle();
      expect(reader.taken).toEqual([]);
    });

    it("stop reading when what waits fills the channel's bound, in frames and in bytes", async () => {
      for (const incoming of [channelOf(3), channelOf(64, "suspend", 9)]) {
        const { slow, harness } = slowly({ incoming });
        const reader = new Reader(harness.session);
        await harness.receive(text("slow"), ...Array.from({ length: 20 }, () => text("12345")));
        expect(harness.transport.reading).toBe(false);
        expect(harness.retained.used).toBeGreaterThan(0);
        slow.go();
        await harness.platform.idle();
        expect(reader.taken).toHaveLength(21);
        expect(harness.transport.reading).toBe(true);
      }
    });

    it("are no overflow under close while the channel has room, however long they take", async () => {
      const { slow, harness } = slowly({ incoming: channelOf(2, "close") });
      const reader = new Reader(harness.session);
      await harness.receive(text("slow"), text("a"), text("b"), text("c"), text("d"));
      await harness.platform.idle();
      expect(harness.session.isActive).toBe(true);
      slow.go();
      await harness.platform.idle();
      expect(reader.taken).toHaveLength(5);
      expect(harness.session.isActive).toBe(true);
    });

    it("are not waited for by a session that is cancelled, or whose handler is done", async () => {
      for (const end of ["cancel", "endInput"] as const) {
        const { slow, harness } = slowly();
        await harness.receive(text("slow"), text("b"), close(4000));
        if (end === "cancel") harness.session.cancel();
        else harness.session.endInput();
        await harness.platform.idle();
        expect(harness.session.isActive).toBe(false);
        slow.go();
        await harness.platform.idle();
        expect(harness.session.incoming.tryReceive()).toMatchObject({ ok: false, closed: true });
      }
    });

    it("do not let an unanswered ping count while reading stands still for them", async () => {
      const { slow, harness } = slowly({ incoming: channelOf(1), pingPeriod: 1000, timeout: 500 });
      const reader = new Reader(harness.session);
      await harness.receive(text("slow"), text("b"), text("c"), text("d"));
      await harness.platform.advance(60_000);
      expect(harness.session.isActive).toBe(true);
      slow.go();
      await harness.platform.idle();
      expect(reader.taken).toHaveLength(4);
      await harness.platform.advance(2_000);
      expect(harness.session.isActive).toBe(false);
    });
  });

  it("make no more of what came than the channel has room for", async () => {
    let made = 0;
    const growing = active(
      "x",
      {
        in: () => {
          made++;
          return new Frame.Binary(new Uint8Array(1000));
        },
      },
      { rsv1: true },
    );
    const harness = harnessOf([growing], { incoming: channelOf(64, "suspend", 2500) });
    await harness.receive(...Array.from({ length: 50 }, () => text("x", RSV1)));
    expect(made).toBe(3);
    const reader = new Reader(harness.session);
    await harness.platform.idle();
    expect(reader.taken).toHaveLength(50);
    expect(made).toBe(50);
  });

  it("see messages that are over the rate, too, and nobody else does", async () => {
    for (const later of [false, true]) {
      const seen: string[] = [];
      const note = (frame: Frame.Data): Frame.Data | Promise<Frame.Data> => {
        seen.push(Buffer.from(frame.data).toString());
        return later ? Promise.resolve(frame) : frame;
      };
      const messageRate = { messages: 2, per: 1000, burst: 2, onExceeded: "drop" as const };
      const harness = harnessOf([active("x", { in: note })], { messageRate });
      const reader = new Reader(harness.session);
      await harness.receive(...["a", "b", "c", "d"].map((message) => text(message)));
      await harness.platform.advance(1000);
      await harness.receive(text("e"));
      expect(seen).toEqual(["a", "b", "c", "d", "e"]);
      expect(reader.taken).toEqual(['text "a"', 'text "b"', 'text "e"']);
    }
  });

  it("get the same frame for the same text in one session after the other, so that its work can be shared", async () => {
    const seen = new Set<Frame.Data>();
    const note = (frame: Frame.Data): Frame.Data => {
      seen.add(frame);
      return frame;
    };
    for (let count = 0; count < 10; count++) {
      const harness = harnessOf([active("x", { out: note })]);
      await harness.session.send(`price ${"1".repeat(3)}`);
      expect(harness.output).toEqual(['text "price 111"']);
    }
    expect(seen.size).toBe(1);
  });

  it("may send, close and cancel from inside their hooks", async () => {
    for (const act of ["send", "close", "cancel"] as const) {
      const extension = active("x", {
        in: (frame) => {
          if (act === "send") void harness.session.send("sent");
          else if (act === "close") void harness.session.close();
          else harness.session.cancel();
          return frame;
        },
      });
      const harness = harnessOf([extension]);
      const reader = new Reader(harness.session);
      await harness.receive(text("a"), text("b"), close(1000));
      expect(harness.session.isActive).toBe(false);
      expect(harness.output).toEqual(
        { send: ['text "sent"', 'text "sent"', "close 1000"], close: ["close 1000"], cancel: [] }[act],
      );
      expect(reader.end).not.toBe("reading");
    }
  });
});
