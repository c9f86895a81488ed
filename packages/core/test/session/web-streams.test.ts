import { describe, expect, it } from "vitest";
import { CloseReason } from "../../src/close-reason.js";
import { CancelledError, FrameTooBigError } from "../../src/errors.js";
import type { DefaultSession } from "../../src/session/default-session.js";
import { RawSession } from "../../src/session/raw-session.js";
import { BACKENDS, codecOf } from "../support/backends.js";
import { settle } from "../support/fake-platform.js";
import { CLOSE_TIMEOUT, channelOf, codeOf, outcome, Reader, SessionHarness } from "../support/session-harness.js";
import { binary, bytes, close, more, ping, pong, text } from "../support/wire.js";

const CLOSED = { code: "CLOSED_SEND_CHANNEL" };

/** Every message of a stream, and how it came to its end. */
class StreamReader {
  readonly taken: (string | Uint8Array)[] = [];
  /** "reading", "closed", or the error. */
  end: unknown = "reading";

  constructor({ readable }: DefaultSession) {
    void this.#read(readable.getReader());
  }

  async #read(reader: ReadableStreamDefaultReader<string | Uint8Array>): Promise<void> {
    try {
      for (let next = await reader.read(); !next.done; next = await reader.read()) this.taken.push(next.value);
      this.end = "closed";
    } catch (error) {
      this.end = error;
    }
  }
}

/** How every ending looks to iteration, as the table has it. */
const ENDINGS: readonly {
  readonly what: string;
  readonly happen: (harness: SessionHarness) => unknown;
  /** What readers and writers get; iteration ends without. */
  readonly error?: object;
}[] = [
  { what: "the peer sends Close", happen: (harness) => harness.receive(close(4000)) },
  { what: "the peer sends an empty Close", happen: (harness) => harness.receive(close()) },
  { what: "the handler calls close", happen: ({ session }) => void session.close() },
  { what: "the server stops", happen: ({ session }) => void session.close(CloseReason.goingAway()) },
  { what: "the connection breaks", happen: ({ transport }) => transport.break() },
  { what: "the peer ends TCP", happen: ({ transport }) => transport.endPeer() },
  {
    what: "the peer breaks the protocol",
    happen: (harness) => harness.receive(more("nothing to continue")),
    error: { code: "PROTOCOL_VIOLATION", violation: "UNEXPECTED_CONTINUATION" },
  },
  {
    what: "a message is too big",
    happen: (harness) => harness.receive(binary(new Uint8Array(2000))),
    error: { code: "FRAME_TOO_BIG" },
  },
  {
    what: "a job fails",
    happen: ({ session }) => void session.launch(() => Promise.reject(new TypeError("oh"))),
    error: new TypeError("oh"),
  },
  {
    what: "the session is cancelled",
    happen: ({ session }) => session.cancel(new RangeError("enough")),
    error: new RangeError("enough"),
  },
];

describe.each(BACKENDS)("session.readable with the %s codec", (backend) => {
  const codec = codecOf(backend);

  it("gives text as strings and binary messages as bytes, and no control frame", async () => {
    const harness = new SessionHarness(codec);
    const reader = new StreamReader(harness.session);
    await harness.receive(text("a"), ping(), binary(bytes(1, 2)), pong(), text("ü", 0), more("ö"), binary(""));
    expect(reader.taken).toEqual(["a", bytes(1, 2), "üö", bytes()]);
    expect(harness.output).toEqual(["pong"]);
  });

  it("is one stream, made when it is asked for", () => {
    const { session } = new SessionHarness(codec);
    expect(session.readable).toBe(session.readable);
    expect(session.readable).toBeInstanceOf(ReadableStream);
  });

  it("takes no message before somebody reads, and then one for each read", async () => {
    const harness = new SessionHarness(codec);
    const { readable, incoming } = harness.session;
    await harness.receive(text("a"), text("b"), text("c"));
    const reader = readable.getReader();
    expect(await reader.read()).toEqual({ done: false, value: "a" });
    await harness.platform.idle();
    expect(incoming.tryReceive()).toMatchObject({ ok: true, value: { payload: "b" } });
    expect(await reader.read()).toEqual({ done: false, value: "c" });
  });

  it("stops reading the socket while nobody reads it", async () => {
    const harness = new SessionHarness(codec, { incoming: channelOf(2) });
    const { readable } = harness.session;
    await harness.receive(text("a"), text("b"), text("c"));
    expect(harness.transport.reading).toBe(false);
    const reader = readable.getReader();
    for (const value of ["a", "b", "c"]) {
      await harness.platform.idle();
      expect(await reader.read()).toEqual({ done: false, value });
    }
    await harness.platform.idle();
    expect(harness.transport.reading).toBe(true);
  });

  it.each(ENDINGS)("ends as iteration does, behind the messages before, when $what", async ({ happen, error }) => {
    const harness = new SessionHarness(codec, { maxFrameSize: 1000 });
    const reader = new StreamReader(harness.session);
    await harness.receive(text("before"));
    await happen(harness);
    await harness.platform.idle();
    expect(reader.taken).toEqual(["before"]);
    if (error === undefined) expect(reader.end).toBe("closed");
    else expect(reader.end).toMatchObject(error);
  });

  it("ends the same when it is made or read behind the end", async () => {
    for (const [last, end] of [
      [close(1000), "closed"],
      [more(), { code: "PROTOCOL_VIOLATION" }],
    ] as const) {
      const harness = new SessionHarness(codec);
      await harness.receive(text("before"), last);
      const reader = new StreamReader(harness.session);
      await harness.platform.idle();
      expect(reader.taken).toEqual(["before"]);
      expect({ end: reader.end }).toMatchObject({ end });
      // Whoever read to the end has come for the answer.
      expect(harness.output.at(-1)).toMatch(/^close 100[02]/);
    }
  });

  it("cancelled is incoming cancelled: the peer is heard no more, and still gets answers", async () => {
    const harness = new SessionHarness(codec);
    const { session } = harness;
    const why = new Error("I know enough");
    const reader = session.readable.getReader();
    const reading = reader.read();
    await reader.cancel(why);
    expect(await reading).toEqual({ done: true, value: undefined });
    await expect(session.incoming.receive()).rejects.toBe(why);
    await harness.receive(text("unheard"));
    await session.send("still here");
    expect(session.isActive).toBe(true);
    await harness.receive(close(4000));
    expect(harness.output).toEqual(['text "still here"', "close 4000"]);
  });

  it("cancelled without a reason gives other readers a CancelledError", async () => {
    const { session } = new SessionHarness(codec);
    await session.readable.cancel();
    await expect(session.incoming.receive()).rejects.toBeInstanceOf(CancelledError);
  });

  it("is iterated by for await, which cancels it at break unless told otherwise", async () => {
    const harness = new SessionHarness(codec);
    const { readable, incoming } = harness.session;
    await harness.receive(text("a"), text("b"), text("c"));
    for await (const message of readable.values({ preventCancel: true })) {
      expect(message).toBe("a");
      break;
    }
    for await (const message of readable) {
      expect(message).toBe("b");
      break;
    }
    expect(incoming.isClosedForReceive).toBe(true);
    expect(harness.session.isActive).toBe(true);
  });

  it("shares the messages with other readers: each goes to one", async () => {
    const harness = new SessionHarness(codec);
    const stream = new StreamReader(harness.session);
    const iteration = new Reader(harness.session);
    await settle();
    await harness.receive(text("a"), text("b"), text("c"), text("d"));
    await harness.receive(close(1000));
    expect(stream.taken.length + iteration.taken.length).toBe(4);
    expect([stream.end, iteration.end]).toEqual(["closed", "ended"]);
  });
});

describe.each(BACKENDS)("session.writable with the %s codec", (backend) => {
  const codec = codecOf(backend);

  it("sends strings as text and bytes as binary messages, in order", async () => {
    const harness = new SessionHarness(codec);
    const writer = harness.session.writable.getWriter();
    void writer.write("a");
    void writer.write(bytes(1, 2));
    await writer.write("ü");
    expect(harness.output).toEqual(['text "a"', "binary 0102", 'text "ü"']);
  });

  it("is one stream, made when it is asked for", () => {
    const { session } = new SessionHarness(codec);
    expect(session.writable).toBe(session.writable);
    expect(session.writable).toBeInstanceOf(WritableStream);
  });

  it("has each write wait as send does, and ready with it", async () => {
    const harness = new SessionHarness(codec, { outgoing: channelOf(2) });
    const writer = harness.session.writable.getWriter();
    harness.transport.slow = true;
    const writes = ["a", "b", "c", "d"].map((message) => writer.write(message));
    const waiting = async (): Promise<unknown[]> => Promise.all(writes.map(async (write) => await outcome(write)));
    expect(await waiting()).toEqual(["done", "done", "pending", "pending"]);
    expect(await outcome(writer.ready)).toBe("pending");
    harness.transport.take(1);
    await harness.platform.idle();
    expect(await waiting()).toEqual(["done", "done", "done", "pending"]);
    harness.transport.take();
    await harness.platform.idle();
    expect(await waiting()).toEqual(["done", "done", "done", "done"]);
    expect(await outcome(writer.ready)).toBe("done");
    expect(harness.output).toHaveLength(4);
  });

  it("closed is the session closed, behind what was written", async () => {
    const harness = new SessionHarness(codec, { outgoing: channelOf(1) });
    const reader = new Reader(harness.session);
    const writer = harness.session.writable.getWriter();
    void writer.write("a");
    void writer.write("b");
    const closing = writer.close();
    await harness.settled(closing);
    expect(harness.output).toEqual(['text "a"', 'text "b"', "close 1000"]);
    expect(await harness.session.closeReason).toEqual(CloseReason.normal());
    expect(await outcome(writer.closed)).toBe("done");
    expect(reader.end).toBe("ended");
  });

  it.each([
    ["a failure", new Error("secret"), 1011],
    ["text", "secret", 1011],
    ["an error with a close code", new FrameTooBigError(7, 5), 1009],
    ["nothing", undefined, 1000],
    ["a cancellation", new CancelledError(), 1000],
    ["an AbortError", new DOMException("stop", "AbortError"), 1000],
  ])("aborted is closed exceptionally: %s", async (_, reason, code) => {
    const harness = new SessionHarness(codec);
    const writer = harness.session.writable.getWriter();
    await writer.write("a");
    await harness.settled(writer.abort(reason));
    expect(harness.output).toEqual(['text "a"', expect.stringMatching(new RegExp(`^close ${code}(?!.*secret)`))]);
    expect(codeOf(await harness.session.closeReason)).toBe(code);
    expect(await writer.closed.catch((error: unknown) => [error])).toEqual([reason]);
  });

  it("aborted ends the session also while a write waits for a peer that does not read", async () => {
    const harness = new SessionHarness(codec, { outgoing: channelOf(1) });
    harness.transport.stuck = true;
    const writer = harness.session.writable.getWriter();
    const writes = ["a", "b", "c"].map((message) => writer.write(message));
    const aborted = writer.abort(new Error("no"));
    await harness.platform.idle();
    expect(codeOf(await harness.session.closeReason)).toBe(1011);
    await harness.platform.advance(2 * CLOSE_TIMEOUT);
    expect(harness.transport.destroyed).toBe(true);
    expect(await outcome(aborted)).toBe("done");
    expect(await outcome(writes[2] as Promise<void>)).toMatchObject({ message: "no" });
  });

  it.each(ENDINGS)(
    "errors when nothing more can be sent, also where nobody writes: $what",
    async ({ happen, error }) => {
      const harness = new SessionHarness(codec, { maxFrameSize: 1000 });
      new Reader(harness.session);
      const writer = harness.session.writable.getWriter();
      await writer.write("before");
      await happen(harness);
      await harness.platform.idle();
      expect(await outcome(writer.closed)).toMatchObject(error ?? CLOSED);
      expect(await outcome(writer.write("late"))).toMatchObject(error ?? CLOSED);
      expect(await outcome(harness.session.send("late"))).toMatchObject(CLOSED);
    },
  );

  it("takes answers to what came before the peer's Close", async () => {
    const harness = new SessionHarness(codec);
    await harness.receive(text("a"), text("b"), close(4000));
    const writer = harness.session.writable.getWriter();
    for await (const frame of harness.session.incoming) if (frame.type === "text") await writer.write(frame.readText());
    await harness.platform.idle();
    expect(harness.output).toEqual(['text "a"', 'text "b"', "close 4000"]);
    expect(await outcome(writer.closed)).toMatchObject(CLOSED);
  });

  it("is errored from the first when it is made behind the end", async () => {
    const harness = new SessionHarness(codec);
    void harness.session.close();
    expect(await outcome(harness.session.writable.getWriter().closed)).toMatchObject(CLOSED);
  });

  it("is errored by what cannot be sent, and the session is not", async () => {
    for (const [message, error] of [
      ["x".repeat(1001), { code: "FRAME_TOO_BIG" }],
      [5 as unknown as string, { code: "INVALID_FRAME" }],
    ] as const) {
      const harness = new SessionHarness(codec, { maxFrameSize: 1000 });
      const writer = harness.session.writable.getWriter();
      expect(await outcome(writer.write(message))).toMatchObject(error);
      expect(await outcome(writer.closed)).toMatchObject(error);
      await harness.session.send("I still can");
      expect(harness.output).toEqual(['text "I still can"']);
    }
  });

  it("need not be awaited: a write that is refused harms nobody", async () => {
    const harness = new SessionHarness(codec);
    const writer = harness.session.writable.getWriter();
    harness.session.cancel();
    void writer.write("nobody looks");
    void writer.close();
    // A rejection that nobody looked at would end this process in the next turn.
    await new Promise(setImmediate);
    expect(await outcome(writer.closed)).toMatchObject({ code: "CANCELLED" });
  });
});

describe.each(BACKENDS)("a session's streams with the %s codec", (backend) => {
  const codec = codecOf(backend);

  it("pipe into each other, up to the peer's Close", async () => {
    const harness = new SessionHarness(codec);
    const { session } = harness;
    const piped = session.readable.pipeTo(session.writable);
    await harness.receive(text("a"), binary(bytes(1)));
    await harness.receive(text("b"), close(4000, "bye"));
    expect(await outcome(piped)).toBe("done");
    expect(harness.output).toEqual(['text "a"', "binary 01", 'text "b"', "close 4000"]);
  });

  it("carry an error of the session along", async () => {
    const harness = new SessionHarness(codec);
    const { session } = harness;
    const piped = session.readable.pipeTo(session.writable);
    await harness.receive(text("a"), { ...text("b"), masked: false });
    expect(await outcome(piped)).toMatchObject({ code: "PROTOCOL_VIOLATION", violation: "MASK_MISSING" });
    expect(harness.output).toEqual(['text "a"', expect.stringMatching(/^close 1002/)]);
    expect(codeOf(await session.closeReason)).toBe(1002);
  });

  it("tell the peer of a failure of what is piped in, and the source of an end of the session", async () => {
    const failing = new SessionHarness(codec);
    const source = new ReadableStream<string>({
      start: (controller) => controller.enqueue("a"),
      pull: (controller) => controller.error(new Error("the disk is gone")),
    });
    await outcome(source.pipeTo(failing.session.writable));
    await failing.platform.idle();
    expect(failing.output).toEqual(['text "a"', "close 1011"]);

    const ending = new SessionHarness(codec);
    new Reader(ending.session);
    const cancelled: unknown[] = [];
    const endless = new ReadableStream<string>({ cancel: (reason) => void cancelled.push(reason) });
    const piped = endless.pipeTo(ending.session.writable);
    await ending.receive(close(1000));
    expect(await outcome(piped)).toMatchObject(CLOSED);
    expect(cancelled).toMatchObject([CLOSED]);
  });

  it("are not there in a raw session, whose frames are no messages", () => {
    expect("readable" in RawSession.prototype || "writable" in RawSession.prototype).toBe(false);
  });
});
