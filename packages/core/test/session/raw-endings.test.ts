import { describe, expect, it } from "vitest";
import { CloseReason } from "../../src/close-reason.js";
import { CancelledError } from "../../src/errors.js";
import { BACKENDS, codecOf } from "../support/backends.js";
import { settle } from "../support/fake-platform.js";
import { channelOf, outcome, RawSessionHarness, Reader } from "../support/session-harness.js";
import { announcing, bytes, close, more, ping, text } from "../support/wire.js";

/** One row of the table of endings, where nobody but the handler answers the peer. */
interface Row {
  readonly happened: string;
  readonly happen: (harness: RawSessionHarness) => void | Promise<void>;
  /** What iteration throws, where it throws. */
  readonly throws?: unknown;
  readonly code: number | null;
  /** The Close from us, without its words. */
  readonly wire: string | undefined;
  /** Whether iteration goes on behind our Close, up to the peer's, which it shows. */
  readonly readsOn?: boolean;
}

const failure = new Error("secret");
const withCode = (code: string, more = {}): unknown => expect.objectContaining({ code, ...more });

const ROWS: readonly Row[] = [
  {
    happened: "the peer sent Close with a code",
    happen: (harness) => harness.receive(close(4001, "why")),
    code: 4001,
    wire: undefined,
  },
  {
    happened: "the peer sent an empty Close",
    happen: (harness) => harness.receive(close()),
    code: 1005,
    wire: undefined,
  },
  {
    happened: "the handler called close",
    happen: ({ session }) => void session.close(new CloseReason(4002, "done")),
    code: 4002,
    wire: 'close 4002 "done"',
    readsOn: true,
  },
  {
    happened: "the handler returned",
    happen: ({ session }) => {
      void session.close();
      session.endInput();
    },
    code: 1000,
    wire: "close 1000",
  },
  {
    happened: "the handler closed exceptionally",
    happen: ({ session }) => void session.closeExceptionally(failure),
    code: 1011,
    wire: "close 1011",
    readsOn: true,
  },
  { happened: "the socket was lost", happen: ({ transport }) => transport.break(), code: 1006, wire: undefined },
  {
    happened: "the peer ended TCP without a Close",
    happen: ({ transport }) => transport.endPeer(),
    code: 1006,
    wire: undefined,
  },
  {
    happened: "the peer broke the protocol",
    happen: ({ transport }) => transport.deliver(bytes(0xff)),
    throws: withCode("PROTOCOL_VIOLATION", { violation: "RESERVED_BITS", closeCode: 1002 }),
    code: 1002,
    wire: "close 1002",
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
    happened: "the session was cancelled",
    happen: ({ session }) => session.cancel("my cause"),
    throws: "my cause",
    code: null,
    wire: undefined,
  },
];

describe.each(BACKENDS)("endings of raw sessions with the %s codec", (backend) => {
  const codec = codecOf(backend);

  it("runs on the backend that was asked for", () => {
    expect(codec.backend).toBe(backend);
  });

  describe.each(ROWS)("$happened", ({ happen, throws, code, wire, readsOn = false }) => {
    /** What the peer still sends, and its Close, are shown. */
    const readOn = async (harness: RawSessionHarness, reader: Reader): Promise<void> => {
      expect(reader.end).toBe("reading");
      await harness.receive(text("crossing"), close(4000, "theirs"));
      expect(reader.taken.slice(-2)).toEqual(['text "crossing"', 'close 4000 "theirs"']);
    };

    const harnessOf = (): RawSessionHarness => new RawSessionHarness(codec, { outgoing: channelOf(2, "close") });
    const closes = (harness: RawSessionHarness): string[] =>
      harness.output.filter((frame) => frame.startsWith("close"));

    it("while a reader waits", async () => {
      const harness = harnessOf();
      const { session } = harness;
      const { signal } = session;
      const reader = new Reader(session);
      await settle();
      await happen(harness);
      await harness.platform.idle();
      if (readsOn) await readOn(harness, reader);
      expect(reader.end).toEqual(throws ?? "ended");
      expect((await session.closeReason)?.code ?? null).toBe(code);
      expect(session.isActive).toBe(false);
      expect(signal.aborted).toBe(true);
      if (throws === undefined) expect(signal.reason).toMatchObject({ code });
      else expect(signal.reason).toBe(reader.end);
      if (wire === undefined) expect(closes(harness)).toEqual([]);
      else expect(closes(harness)).toEqual([expect.stringMatching(new RegExp(`^${wire}( |$)`))]);
    });

    it("before anybody reads, with a frame in front of it", async () => {
      const harness = harnessOf();
      await harness.receive(text("a"));
      await happen(harness);
      await harness.platform.idle();
      const reader = new Reader(harness.session);
      await harness.platform.idle();
      expect(reader.taken.slice(0, 1)).toEqual(code === null ? [] : ['text "a"']);
      if (readsOn) await readOn(harness, reader);
      expect(reader.end).toEqual(throws ?? "ended");
      expect(closes(harness)).toHaveLength(wire === undefined ? 0 : 1);
    });
  });

  it.each([
    ["the peer ends TCP", (harness: RawSessionHarness) => harness.transport.endPeer()],
    ["the socket is lost", (harness: RawSessionHarness) => harness.transport.break()],
    ["the peer breaks the protocol", (harness: RawSessionHarness) => harness.transport.deliver(bytes(0xff))],
    ["the handler is done", (harness: RawSessionHarness) => harness.session.endInput()],
  ])("end behind their own Close when %s", async (_what, happen) => {
    const harness = new RawSessionHarness(codec);
    const reader = new Reader(harness.session);
    await harness.settled(harness.session.close(new CloseReason(4002)));
    expect(reader.end).toBe("reading");
    happen(harness);
    await harness.platform.idle();
    expect(reader.end).toBe("ended");
    expect((await harness.session.closeReason)?.code).toBe(4002);
  });

  it("find the peer's Close behind frames that nobody reads once the handler is done", async () => {
    const harness = new RawSessionHarness(codec, { incoming: channelOf(1) });
    await harness.receive(text("a"), text("b"), text("c"));
    await harness.settled(harness.session.close());
    await harness.receive(text("d"), close(1000));
    expect(harness.transport.ended).toBe(false);
    harness.session.endInput();
    await harness.platform.idle();
    expect(harness.transport.ended).toBe(true);
  });

  it("show every frame, answer neither ping nor Close, and close as they are told", async () => {
    const harness = new RawSessionHarness(codec);
    const reader = new Reader(harness.session);
    await harness.receive(text("a", 0), ping("p"), more("b"), close(4001, "bye"));
    expect(reader.taken).toEqual(['text+ "a"', 'ping "p"', 'text "b"', 'close 4001 "bye"']);
    expect(reader.end).toBe("ended");
    expect(harness.output).toEqual([]);
    await harness.settled(harness.session.close(new CloseReason(4002)));
    expect(harness.output).toEqual(["close 4002"]);
    expect(harness.transport.ended).toBe(true);
  });

  it("echo the peer's Close where the handler returns without one", async () => {
    const harness = new RawSessionHarness(codec);
    await harness.receive(close(4001));
    await harness.settled(harness.session.close());
    expect(harness.output).toEqual(["close 4001"]);
  });

  it("close exceptionally with an error's own close code, and with 1000 for a cancellation, as default ones do", async () => {
    const cases: [unknown, string][] = [
      [new CancelledError(), "close 1000"],
      [new DOMException("aborted", "AbortError"), "close 1000"],
      ["a string", "close 1011"],
    ];
    for (const [error, wire] of cases) {
      const harness = new RawSessionHarness(codec);
      await harness.settled(harness.session.closeExceptionally(error));
      expect(harness.output).toEqual([wire]);
    }
    const harness = new RawSessionHarness(codec, { maxFrameSize: 1 });
    const tooBig = await outcome(harness.session.send("long"));
    await harness.settled(harness.session.closeExceptionally(tooBig));
    expect(harness.output).toEqual([expect.stringMatching(/^close 1009 "/)]);
  });

  it("take text as it comes", async () => {
    const harness = new RawSessionHarness(codec);
    const reader = new Reader(harness.session);
    await harness.receive(text(bytes(0xe2, 0x82), 0), more(bytes(0xff)));
    expect(reader.taken).toHaveLength(2);
    expect(harness.session.isActive).toBe(true);
  });

  it("end with 1007 where text is validated and is not UTF-8, across fragments too", async () => {
    const harness = new RawSessionHarness(codec, {}, "server", { validateText: true });
    const reader = new Reader(harness.session);
    await harness.receive(text(bytes(0xe2, 0x82), 0), more(bytes(0xac)), text(bytes(0xe2, 0x82), 0), more(bytes(0xff)));
    expect(reader.taken).toHaveLength(3);
    expect(reader.end).toMatchObject({ violation: "INVALID_UTF8" });
    expect(harness.output).toEqual([expect.stringMatching(/^close 1007 /)]);
  });
});
