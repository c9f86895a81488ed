import { describe, expect, it } from "vitest";
import { CloseReason } from "../../src/close-reason.js";
import { BACKENDS, codecOf } from "../support/backends.js";
import { settle } from "../support/fake-platform.js";
import { channelOf, gate, outcome, Reader, SessionHarness } from "../support/session-harness.js";
import { announcing, binary, bytes, close, encode, more, text } from "../support/wire.js";

const ENDED = expect.objectContaining({ code: "CLOSED_RECEIVE_CHANNEL" });

/** One row of the table of endings. */
interface Row {
  readonly happened: string;
  readonly happen: (harness: SessionHarness) => void | Promise<void>;
  /** What iteration throws, where it throws. */
  readonly throws?: unknown;
  readonly code: number | null;
  /** The Close from us, without its words. */
  readonly wire: string | undefined;
}

const withCode = (code: string, more = {}): unknown => expect.objectContaining({ code, ...more });

const failure = new Error("secret");

const ROWS: readonly Row[] = [
  {
    happened: "the peer sent Close with a code",
    happen: (harness) => harness.receive(close(4001, "why")),
    code: 4001,
    wire: "close 4001",
  },
  {
    happened: "the peer sent an empty Close",
    happen: (harness) => harness.receive(close()),
    code: 1005,
    wire: "close",
  },
  {
    happened: "the handler called close",
    happen: ({ session }) => void session.close(new CloseReason(4002, "done")),
    code: 4002,
    wire: 'close 4002 "done"',
  },
  { happened: "the handler returned", happen: ({ session }) => void session.close(), code: 1000, wire: "close 1000" },
  {
    happened: "the handler threw",
    happen: ({ session }) => void session.closeExceptionally(new Error("secret")),
    code: 1011,
    wire: "close 1011",
  },
  { happened: "the socket was lost", happen: ({ transport }) => transport.break(), code: 1006, wire: undefined },
  {
    happened: "the peer ended TCP without a Close",
    happen: ({ transport }) => transport.endPeer(),
    code: 1006,
    wire: undefined,
  },
  {
    happened: "the peer did not answer a ping",
    happen: async ({ session, platform }) => {
      session.timeout = 1000;
      session.pingPeriod = 3000;
      await platform.advance(4000);
    },
    throws: withCode("PING_TIMEOUT", { timeout: 1000, closeCode: 1011 }),
    code: 1011,
    wire: "close 1011",
  },
  {
    happened: "the peer broke the protocol",
    happen: ({ transport }) => transport.deliver(bytes(0xff)),
    throws: withCode("PROTOCOL_VIOLATION", { violation: "RESERVED_BITS", closeCode: 1002 }),
    code: 1002,
    wire: "close 1002",
  },
  {
    happened: "the peer sent text that is not UTF-8",
    happen: (harness) => harness.receive(text(bytes(0xff))),
    throws: withCode("PROTOCOL_VIOLATION", { violation: "INVALID_UTF8", closeCode: 1007 }),
    code: 1007,
    wire: "close 1007",
  },
  {
    happened: "the peer sent a frame that is too big",
    happen: (harness) => harness.receive(announcing(0x82, 2n ** 40n)),
    throws: withCode("FRAME_TOO_BIG", { closeCode: 1009 }),
    code: 1009,
    wire: "close 1009",
  },
  {
    happened: "the outgoing channel overflowed under close",
    happen: async ({ session, transport }) => {
      transport.stuck = true;
      for (let count = 0; count < 3; count++) void session.send("x");
      transport.stuck = false;
      transport.take();
    },
    throws: withCode("CHANNEL_OVERFLOW", { channel: "outgoing", closeCode: 1008 }),
    code: 1008,
    wire: "close 1008",
  },
  {
    happened: "a job failed",
    happen: ({ session }) => {
      session.launch(async () => {
        throw failure;
      });
    },
    throws: failure,
    code: 1011,
    wire: "close 1011",
  },
  {
    happened: "a job failed with an error that has a close code of its own",
    happen: ({ session }) => {
      session.launch(() => session.send("x".repeat(session.maxFrameSize + 1)));
    },
    throws: withCode("FRAME_TOO_BIG"),
    code: 1011,
    wire: "close 1011",
  },
  {
    happened: "the session was cancelled",
    happen: ({ session }) => session.cancel("my cause"),
    throws: "my cause",
    code: null,
    wire: undefined,
  },
  {
    happened: "the session was cancelled without a cause",
    happen: ({ session }) => session.cancel(),
    throws: withCode("CANCELLED"),
    code: null,
    wire: undefined,
  },
];

describe.each(BACKENDS)("endings with the %s codec", (backend) => {
  const codec = codecOf(backend);
  const harnessOf = (settings = {}) => new SessionHarness(codec, settings);

  it("runs on the backend that was asked for", () => {
    expect(codec.backend).toBe(backend);
  });

  describe.each(ROWS)("$happened", ({ happen, throws, code, wire }) => {
    const settings = { outgoing: channelOf(2, "close") };
    const closes = (harness: SessionHarness): string[] => harness.output.filter((frame) => frame.startsWith("close"));

    it("while a reader waits", async () => {
      const harness = harnessOf(settings);
      const { session } = harness;
      const { signal } = session;
      const reader = new Reader(session);
      await settle();
      expect(session.isActive).toBe(true);
      await happen(harness);
      await harness.platform.idle();
      expect(reader.end).toEqual(throws ?? "ended");
      expect((await session.closeReason)?.code ?? null).toBe(code);
      expect(session.isActive).toBe(false);
      expect(signal.aborted).toBe(true);
      if (throws === undefined) expect(signal.reason).toMatchObject({ code });
      else expect(signal.reason).toBe(reader.end);
      expect(session.signal).toBe(signal);
      if (wire === undefined) expect(closes(harness)).toEqual([]);
      else expect(closes(harness)).toEqual([expect.stringMatching(new RegExp(`^${wire}( |$)`))]);
      const refused = await outcome(session.send("late"));
      if (wire !== undefined || code === 1006 || code === null)
        expect(refused).toMatchObject({ code: "CLOSED_SEND_CHANNEL" });
    });

    it("before anybody reads: receive throws, and the signal is aborted from the first", async () => {
      const harness = harnessOf(settings);
      const { session } = harness;
      await happen(harness);
      await harness.platform.idle();
      expect(await outcome(session.incoming.receive())).toEqual(throws ?? ENDED);
      expect(await outcome(session.incoming.receiveCatching())).toEqual({ ok: false, closed: true, cause: throws });
      expect(session.signal.aborted).toBe(true);
      await harness.platform.idle();
      expect(closes(harness)).toHaveLength(wire === undefined ? 0 : 1);
    });

    it("with frames in front of it that nobody has read yet", async () => {
      const harness = harnessOf(settings);
      await harness.receive(text("a"), text("b"));
      await happen(harness);
      await harness.platform.idle();
      const reader = new Reader(harness.session);
      await harness.platform.idle();
      expect(reader.taken).toEqual(code === null ? [] : ['text "a"', 'text "b"']);
      expect(reader.end).toEqual(throws ?? "ended");
    });
  });

  it("keeps the first ending: a close after the peer's Close changes nothing", async () => {
    const harness = harnessOf();
    await harness.receive(close(4001));
    await harness.settled(harness.session.close(new CloseReason(4002)));
    await harness.settled(harness.session.close(new CloseReason(4003)));
    expect((await harness.session.closeReason)?.code).toBe(4001);
    expect(harness.output).toEqual(["close 4001"]);
  });

  it("keeps the first ending when both sides close at once", async () => {
    const harness = harnessOf();
    const closed = harness.session.close(new CloseReason(4002));
    harness.transport.deliver(encode(close(4001), "server"));
    await harness.settled(closed);
    expect((await harness.session.closeReason)?.code).toBe(4002);
    expect(harness.output).toEqual(["close 4002"]);
    expect(harness.transport.ended).toBe(true);
  });

  it("has one reason on the wire and in closeReason though a signal's listener closes again", async () => {
    const harness = harnessOf();
    harness.session.signal.addEventListener("abort", () => void harness.session.close());
    await harness.settled(harness.session.close(new CloseReason(4002)));
    expect(harness.output).toEqual(["close 4002"]);
  });

  it("lets a signal's listener cancel in the middle of the ending", async () => {
    const harness = harnessOf();
    harness.session.signal.addEventListener("abort", () => harness.session.cancel());
    await harness.receive(text("a"), close(4001));
    await harness.session.ended;
    expect((await harness.session.closeReason)?.code).toBe(4001);
    expect(harness.output).toEqual([]);
    expect(harness.transport.destroyed).toBe(true);
  });

  it("is in order though a signal's listener throws", async () => {
    const thrown: unknown[] = [];
    const listeners = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    process.on("uncaughtException", (error) => thrown.push(error));
    try {
      const harness = harnessOf();
      const error = new Error("a listener's own fault");
      harness.session.signal.addEventListener("abort", () => {
        throw error;
      });
      const reader = new Reader(harness.session, () => harness.session.send("answer"));
      await settle();
      await harness.receive(text("question"), close(4001));
      expect(harness.output).toEqual(['text "answer"', "close 4001"]);
      expect(reader.end).toBe("ended");
      expect(harness.transport.ended).toBe(true);
      // The runtime reports it in a turn of the real event loop, as that of any listener.
      await new Promise(setImmediate);
      expect(thrown).toEqual([error]);
    } finally {
      process.removeAllListeners("uncaughtException");
      for (const listener of listeners) process.on("uncaughtException", listener);
    }
  });

  describe("travel behind the data", () => {
    it("answers a text before our Close goes out, when both came in one read", async () => {
      const harness = harnessOf();
      const reader = new Reader(harness.session, () => harness.session.send("answer"));
      await settle();
      await harness.receive(text("question"), close(1000));
      expect(harness.output).toEqual(['text "answer"', "close 1000"]);
      expect(reader.end).toBe("ended");
    });

    it("waits with our Close for a handler in the middle of an await", async () => {
      const harness = harnessOf();
      const work = gate();
      const reader = new Reader(harness.session, async () => {
        await work.opened;
        await harness.session.send("answer");
      });
      await harness.receive(text("a"));
      await harness.receive(text("b"), close(4001));
      expect(harness.output).toEqual([]);
      expect((await harness.session.closeReason)?.code).toBe(4001);
      work.open();
      await harness.platform.idle();
      expect(harness.output).toEqual(['text "answer"', 'text "answer"', "close 4001"]);
      expect(reader.end).toBe("ended");
    });

    it("answers the frames in front of a violation, then closes and throws", async () => {
      const harness = harnessOf();
      const work = gate();
      const reader = new Reader(harness.session, async () => {
        await work.opened;
        await harness.session.send("answer");
      });
      harness.transport.deliver(Buffer.concat([encode([text("a"), text("b")], "server"), bytes(0xff)]));
      await harness.platform.idle();
      expect(harness.output).toEqual([]);
      work.open();
      await harness.platform.idle();
      expect(harness.output.slice(0, 2)).toEqual(['text "answer"', 'text "answer"']);
      expect(harness.output[2]).toMatch(/^close 1002 /);
      expect(reader.end).toMatchObject({ code: "PROTOCOL_VIOLATION", offset: 14 });
    });

    it("lets one reader answer though another already waits for more", async () => {
      const harness = harnessOf();
      for (let count = 0; count < 2; count++) new Reader(harness.session, () => harness.session.send("answer"));
      await settle();
      await harness.receive(text("question"), close(1000));
      expect(harness.output).toEqual(['text "answer"', "close 1000"]);
    });

    it("answers when the handler returns instead of asking for more", async () => {
      const harness = harnessOf();
      await harness.receive(text("a"), text("b"), close(4001));
      expect(await outcome(harness.session.incoming.receive())).toMatchObject({ type: "text" });
      await harness.platform.idle();
      expect(harness.output).toEqual([]);
      await harness.settled(harness.session.close());
      expect(harness.output).toEqual(["close 4001"]);
    });

    it("answers when the handler cancels what is left to read, before or behind the peer's Close", async () => {
      const after = harnessOf();
      await after.receive(text("a"), close(4001));
      after.session.incoming.cancel();
      await after.platform.idle();
      expect(after.output).toEqual(["close 4001"]);
      const before = harnessOf();
      before.session.incoming.cancel();
      await before.receive(text("a"), close(4001));
      expect(before.output).toEqual(["close 4001"]);
      const empty = harnessOf();
      await empty.receive(close(4001));
      empty.session.incoming.cancel();
      await empty.platform.idle();
      expect(empty.output).toEqual(["close 4001"]);
    });

    it("does not answer for a handler that only stopped iterating", async () => {
      const harness = harnessOf();
      await harness.receive(text("a"), close(4001));
      for await (const _ of harness.session.incoming) break;
      await harness.platform.idle();
      expect(harness.output).toEqual([]);
    });

    it("reads nothing as data behind a Close", async () => {
      const harness = harnessOf();
      const reader = new Reader(harness.session);
      await harness.receive(text("a"), close(4001), text("late"));
      await harness.receive(text("later"));
      expect(reader.taken).toEqual(['text "a"']);
      expect(reader.end).toBe("ended");
    });
  });

  describe("a lost peer", () => {
    it("ends iteration behind what was queued, and lets sends fail", async () => {
      const harness = harnessOf();
      await harness.receive(text("a"), binary("b", 0));
      harness.transport.break();
      await harness.platform.idle();
      const reader = new Reader(harness.session);
      await settle();
      expect(reader.taken).toEqual(['text "a"']);
      expect(reader.end).toBe("ended");
      expect(await outcome(harness.session.ended)).toBe("done");
      expect(await outcome(harness.session.close())).toBe("done");
    });

    it("that ended TCP without a Close takes no more, from that moment on", async () => {
      const harness = harnessOf({ outgoing: channelOf(1) });
      harness.transport.stuck = true;
      const sends = ["a", "b"].map((message) => harness.session.send(message));
      harness.transport.endPeer();
      sends.push(harness.session.send("late"), harness.session.close(new CloseReason(4000)));
      expect(await Promise.all(sends.map(outcome))).toMatchObject([
        "done",
        { code: "CLOSED_SEND_CHANNEL" },
        { code: "CLOSED_SEND_CHANNEL" },
        "done",
      ]);
      expect(harness.output).toEqual(['text "a"']);
      expect((await harness.session.closeReason)?.code).toBe(1006);
    });

    it("after our Close keeps our reason", async () => {
      const harness = harnessOf();
      await harness.settled(harness.session.close(new CloseReason(4002)));
      harness.transport.break();
      await harness.platform.idle();
      expect((await harness.session.closeReason)?.code).toBe(4002);
      expect(await outcome(harness.session.ended)).toBe("done");
    });

    it("after its own Close keeps its reason, and the answer goes nowhere", async () => {
      const harness = harnessOf();
      await harness.receive(text("a"), close(4001));
      harness.transport.break();
      await harness.platform.idle();
      const reader = new Reader(harness.session);
      await harness.platform.idle();
      expect(reader.taken).toEqual(['text "a"']);
      expect((await harness.session.closeReason)?.code).toBe(4001);
      expect(harness.output).toEqual([]);
    });

    it("after a violation keeps the error", async () => {
      const harness = harnessOf();
      await harness.receive(text("a"), more("b"));
      harness.transport.break();
      await harness.platform.idle();
      const reader = new Reader(harness.session);
      await harness.platform.idle();
      expect(reader.end).toMatchObject({ violation: "UNEXPECTED_CONTINUATION" });
      expect(harness.output).toEqual([]);
    });
  });
});
