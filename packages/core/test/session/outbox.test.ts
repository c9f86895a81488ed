import { describe, expect, it } from "vitest";
import { CloseReason } from "../../src/close-reason.js";
import { Frame } from "../../src/frame.js";
import { BACKENDS, codecOf } from "../support/backends.js";
import { settle } from "../support/fake-platform.js";
import { channelOf, outcome, Reader, SessionHarness } from "../support/session-harness.js";
import { bytes, close, decode, ping } from "../support/wire.js";

const CLOSED = { code: "CLOSED_SEND_CHANNEL" };

describe.each(BACKENDS)("sending with the %s codec", (backend) => {
  const codec = codecOf(backend);
  const harnessOf = (outgoing = channelOf(2), more = {}) => new SessionHarness(codec, { outgoing, ...more });

  it("runs on the backend that was asked for", () => {
    expect(codec.backend).toBe(backend);
  });

  it("sends text, bytes and frames, in order", async () => {
    const harness = harnessOf(channelOf(10));
    const { session } = harness;
    await session.send("a");
    await session.send(bytes(1, 2));
    await session.send(new Frame.Text("b"));
    await session.outgoing.send(new Frame.Ping("p"));
    expect(session.outgoing.trySend(new Frame.Text("c"))).toEqual({ ok: true, value: undefined });
    expect(harness.output).toEqual(['text "a"', "binary 0102", 'text "b"', 'ping "p"', 'text "c"']);
  });

  it.each([7, null, undefined, {}, ["a"]])("refuses %s", async (wrong) => {
    const harness = harnessOf();
    expect(await outcome(harness.session.send(wrong as unknown as string))).toMatchObject({ code: "INVALID_FRAME" });
  });

  it.each(["text", 7, {}, ["a"]])("refuses %s where only frames are sent", async (wrong) => {
    const harness = harnessOf();
    const { outgoing } = harness.session;
    const frame = wrong as unknown as Frame;
    const refused = { code: "INVALID_FRAME" };
    expect(await outcome(outgoing.send(frame))).toMatchObject(refused);
    expect(outgoing.trySend(frame)).toMatchObject({ ok: false, closed: false, cause: refused });
    expect(harness.output).toEqual([]);
  });

  it("lets send wait when the frames are too many, and keeps the order", async () => {
    const harness = harnessOf(channelOf(2));
    harness.transport.stuck = true;
    const sends = ["a", "b", "c", "d"].map((message) => harness.session.send(message));
    sends.push(harness.session.send(new Frame.Binary(bytes(1))));
    expect(await Promise.all(sends.map(outcome))).toEqual(["done", "done", "pending", "pending", "pending"]);
    expect(harness.session.outgoing.trySend(new Frame.Text("x"))).toEqual({ ok: false, closed: false });
    expect(harness.output).toEqual(['text "a"', 'text "b"']);
    harness.transport.take(1);
    expect(await Promise.all(sends.map(outcome))).toEqual(["done", "done", "done", "pending", "pending"]);
    harness.transport.take();
    harness.transport.take();
    expect(await Promise.all(sends.map(outcome))).toEqual(["done", "done", "done", "done", "done"]);
    expect(harness.output).toEqual(['text "a"', 'text "b"', 'text "c"', 'text "d"', "binary 01"]);
  });

  it("lets send wait when the bytes are too many; one frame may overshoot", async () => {
    const harness = harnessOf(channelOf(100, "suspend", 10));
    harness.transport.stuck = true;
    expect(await outcome(harness.session.send("x".repeat(50)))).toBe("done");
    const waiting = harness.session.send("y");
    expect(await outcome(waiting)).toBe("pending");
    harness.transport.take();
    expect(await outcome(waiting)).toBe("done");
  });

  it("lets nothing that came later pass what waits", async () => {
    const harness = harnessOf(channelOf(1));
    harness.transport.stuck = true;
    const order: string[] = [];
    for (const message of ["a", "b", "c"]) void harness.session.send(message).then(() => order.push(message));
    harness.transport.take();
    void harness.session.send("d").then(() => order.push("d"));
    for (let count = 0; count < 4; count++) {
      harness.transport.take();
      await settle();
    }
    expect(order).toEqual(["a", "b", "c", "d"]);
    expect(harness.output).toEqual(['text "a"', 'text "b"', 'text "c"', 'text "d"']);
  });

  it("closes on overflow under that policy; what was accepted goes out", async () => {
    const harness = harnessOf(channelOf(2, "close"));
    const reader = new Reader(harness.session);
    harness.transport.stuck = true;
    const sends = ["a", "b", "c"].map((message) => harness.session.send(message));
    expect(await Promise.all(sends.map(outcome))).toEqual([
      "done",
      "done",
      expect.objectContaining({ code: "CHANNEL_OVERFLOW", channel: "outgoing", capacity: 2 }),
    ]);
    harness.transport.stuck = false;
    harness.transport.take();
    await harness.platform.idle();
    expect(harness.output.slice(0, 2)).toEqual(['text "a"', 'text "b"']);
    expect(harness.output[2]).toMatch(/^close 1008 /);
    expect(reader.end).toMatchObject({ code: "CHANNEL_OVERFLOW" });
  });

  it("trySend overflows under that policy too, and says so", async () => {
    const harness = harnessOf(channelOf(1, "close"));
    harness.transport.stuck = true;
    expect(harness.session.outgoing.trySend(new Frame.Text("a"))).toMatchObject({ ok: true });
    expect(harness.session.outgoing.trySend(new Frame.Text("b"))).toMatchObject({
      ok: false,
      closed: true,
      cause: { code: "CHANNEL_OVERFLOW" },
    });
    expect(harness.session.isActive).toBe(false);
  });

  it("trySend fails with the error of what can never be sent, with room or without, and the session goes on", async () => {
    const harness = harnessOf(channelOf(1), { maxFrameSize: 10 });
    const { outgoing } = harness.session;
    const tooBig = { ok: false, closed: false, cause: { code: "FRAME_TOO_BIG", size: 11 } };
    expect(outgoing.trySend(new Frame.Text("x".repeat(11)))).toMatchObject(tooBig);
    const reserved = outgoing.trySend(new Frame.Text("x", { rsv1: true }));
    expect(reserved).toMatchObject({ ok: false, closed: false, cause: { code: "INVALID_FRAME" } });
    harness.transport.stuck = true;
    expect(outgoing.trySend(new Frame.Text("fits"))).toMatchObject({ ok: true });
    expect(outgoing.trySend(new Frame.Binary(new Uint8Array(11)))).toMatchObject(tooBig);
    expect(outgoing.trySend(new Frame.Text("fits"))).toEqual({ ok: false, closed: false, cause: undefined });
    expect(harness.session.isActive).toBe(true);
    expect(harness.output).toEqual(['text "fits"']);
  });

  it("refuses what is too big at once, with room or without, and stays open", async () => {
    const harness = harnessOf(channelOf(1), { maxFrameSize: 10 });
    const { session, transport } = harness;
    expect(await outcome(session.send("x".repeat(11)))).toMatchObject({ code: "FRAME_TOO_BIG", size: 11 });
    transport.stuck = true;
    await session.send("a");
    expect(await outcome(session.send(new Uint8Array(11)))).toMatchObject({ code: "FRAME_TOO_BIG" });
    session.maxFrameSize = 11;
    const waiting = session.send(new Uint8Array(11));
    transport.take();
    expect(await outcome(waiting)).toBe("done");
    expect(session.isActive).toBe(true);
  });

  it("refuses a waiting frame that turns out wrong, and sends the one behind it", async () => {
    const harness = harnessOf(channelOf(1));
    harness.transport.stuck = true;
    const sends = [
      harness.session.send("a"),
      harness.session.send(new Frame.Text(bytes(0xff))),
      harness.session.send("b"),
    ];
    const flushed = harness.session.flush();
    harness.transport.take();
    harness.transport.take();
    expect(await Promise.all(sends.map(outcome))).toEqual([
      "done",
      expect.objectContaining({ code: "INVALID_FRAME" }),
      "done",
    ]);
    expect(await outcome(flushed)).toBe("done");
    expect(harness.output).toEqual(['text "a"', 'text "b"']);
  });

  describe("flush", () => {
    it("resolves at once when nothing waits, and else when the kernel has all that was sent before", async () => {
      const harness = harnessOf(channelOf(10));
      expect(await outcome(harness.session.flush())).toBe("done");
      harness.transport.stuck = true;
      void harness.session.send("a");
      const flushed = harness.session.flush();
      expect(harness.transport.flushes).toBe(1);
      void harness.session.send("b");
      expect(await outcome(flushed)).toBe("pending");
      harness.transport.take(1);
      expect(await outcome(flushed)).toBe("done");
    });

    it("waits for sends that wait, though pongs overtake them", async () => {
      const harness = harnessOf(channelOf(2));
      harness.transport.slow = true;
      for (const message of ["a", "b", "c"]) void harness.session.send(message);
      const flushed = harness.session.flush();
      await harness.receive(ping("1"), ping("2"));
      harness.transport.take(2);
      expect(await outcome(flushed)).toBe("pending");
      harness.transport.take(2);
      expect(await outcome(flushed)).toBe("pending");
      harness.transport.take(1);
      expect(await outcome(flushed)).toBe("done");
      expect(harness.output).toEqual(['text "a"', 'text "b"', 'pong "1"', 'pong "2"', 'text "c"']);
    });

    it("resolves when the session ends, and at once on a session that has ended", async () => {
      const harness = harnessOf(channelOf(1));
      harness.transport.stuck = true;
      void harness.session.send("a");
      void harness.session.send("b");
      const flushes = [harness.session.flush()];
      harness.transport.break();
      await harness.platform.idle();
      flushes.push(harness.session.flush(), harness.session.close());
      expect(await Promise.all(flushes.map(outcome))).toEqual(["done", "done", "done"]);
    });
  });

  describe("close", () => {
    it("waits behind the sends that wait, and resolves when the kernel has it", async () => {
      const harness = harnessOf(channelOf(1));
      harness.transport.stuck = true;
      const sends = ["a", "b", "c"].map((message) => harness.session.send(message));
      const closed = harness.session.close(new CloseReason(4000));
      expect(await outcome(harness.session.send("late"))).toMatchObject(CLOSED);
      expect(harness.session.outgoing.isClosedForSend).toBe(true);
      for (let count = 0; count < 3; count++) {
        expect(await outcome(closed)).toBe("pending");
        harness.transport.take(1);
      }
      expect(await outcome(closed)).toBe("pending");
      harness.transport.take();
      expect(await outcome(closed)).toBe("done");
      expect(await Promise.all(sends.map(outcome))).toEqual(["done", "done", "done"]);
      expect(harness.output).toEqual(['text "a"', 'text "b"', 'text "c"', "close 4000"]);
    });

    it("lets nothing go out behind it", async () => {
      const harness = harnessOf();
      const { session } = harness;
      void session.close();
      expect(await outcome(session.send("late"))).toMatchObject(CLOSED);
      expect(await outcome(session.send(new Frame.Binary(bytes(1))))).toMatchObject(CLOSED);
      expect(await outcome(session.send(new Frame.Close()))).toMatchObject(CLOSED);
      expect(session.outgoing.trySend(new Frame.Text("late"))).toEqual({ ok: false, closed: true, cause: undefined });
      session.outgoing.close();
      expect(harness.output).toEqual(["close 1000"]);
    });

    it("is what sending a Close frame does, and outgoing.close", async () => {
      const one = harnessOf();
      await one.session.send(new Frame.Close(new CloseReason(4000, "bye")));
      expect(one.output).toEqual(['close 4000 "bye"']);
      expect((await one.session.closeReason)?.code).toBe(4000);
      const other = harnessOf();
      other.session.outgoing.close();
      expect(other.output).toEqual(["close 1000"]);
      const empty = harnessOf();
      expect(empty.session.outgoing.trySend(new Frame.Close())).toMatchObject({ ok: true });
      expect(empty.output).toEqual(["close"]);
    });

    it.each([1004, 1006, 1015, 999, 5000])("refuses the code %i, and nothing happens", async (code) => {
      const harness = harnessOf();
      const refused = { code: "INVALID_CLOSE_REASON" };
      expect(await outcome(harness.session.close(new CloseReason(code)))).toMatchObject(refused);
      expect(await outcome(harness.session.send(new Frame.Close(new CloseReason(code))))).toMatchObject(refused);
      expect(harness.session.outgoing.trySend(new Frame.Close(new CloseReason(code)))).toMatchObject({
        ok: false,
        closed: false,
        cause: refused,
      });
      expect(harness.session.isActive).toBe(true);
      expect(harness.output).toEqual([]);
    });

    it.each([null, "bye", { code: 1000, message: "bye" }, 1000])("refuses %s for a reason", async (wrong) => {
      const harness = harnessOf();
      expect(await outcome(harness.session.close(wrong as unknown as CloseReason))).toMatchObject({
        code: "INVALID_CLOSE_REASON",
      });
      expect(harness.session.isActive).toBe(true);
    });

    it("does not choke on a Close frame whose reason is not text", async () => {
      const harness = harnessOf();
      const body = new Uint8Array(125).fill(0xff);
      body.set([0x0f, 0xa0]);
      expect(await outcome(harness.session.send(new Frame.Close(body)))).toBe("done");
      expect(decode(harness.transport.outputBytes)[0]?.payload.length).toBeLessThanOrEqual(125);
    });
  });

  it("refuses the sends that wait when the peer goes away", async () => {
    const harness = harnessOf(channelOf(1));
    harness.transport.stuck = true;
    const sends = ["a", "b", "c"].map((message) => harness.session.send(message));
    harness.transport.break();
    await harness.platform.idle();
    expect(await Promise.all(sends.map(outcome))).toMatchObject(["done", CLOSED, CLOSED]);
  });

  it("lets the sends that wait go in front of the answer to the peer's Close", async () => {
    const harness = harnessOf(channelOf(1));
    new Reader(harness.session);
    harness.transport.stuck = true;
    void harness.session.send("a");
    void harness.session.send("b");
    await harness.receive(close(4001));
    expect(harness.output).toEqual(['text "a"']);
    harness.transport.take();
    harness.transport.take();
    await harness.platform.idle();
    expect(harness.output).toEqual(['text "a"', 'text "b"', "close 4001"]);
  });

  it("follows live changes of masking", async () => {
    const harness = harnessOf(channelOf(10));
    await harness.session.send("a");
    harness.session.masking = true;
    await harness.session.send("b");
    expect(harness.session.masking).toBe(true);
    expect(decode(harness.transport.outputBytes).map(({ masked }) => masked)).toEqual([false, true]);
  });

  it.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])("refuses a maxFrameSize of %s", (value) => {
    const { session } = harnessOf();
    expect(() => {
      session.maxFrameSize = value;
    }).toThrow(expect.objectContaining({ code: "INVALID_OPTION", option: "session.maxFrameSize" }));
  });

  it("rejects nothing that harms the process where nobody looks", async () => {
    const unhandled: unknown[] = [];
    const listen = (reason: unknown): void => {
      unhandled.push(reason);
    };
    process.on("unhandledRejection", listen);
    try {
      const harness = harnessOf(channelOf(1));
      const { session } = harness;
      harness.transport.stuck = true;
      void session.incoming.receive();
      for (const message of ["a", "b", "c"]) void session.send(message);
      void session.send(new Frame.Text(bytes(0xff)));
      void session.send(7 as unknown as string);
      void session.send(new Frame.Close(new CloseReason(1006)));
      void session.close(new CloseReason(1006));
      void session.closeExceptionally(Object.assign(new Error("odd"), { closeCode: 7 }));
      session.cancel(new Error("gone"));
      void session.send("late");
      void session.close();
      void session.incoming.receive();
      await harness.platform.idle();
      // Unhandled rejections are reported between turns of the real event loop.
      await new Promise(setImmediate);
      await new Promise(setImmediate);
      expect(unhandled).toEqual([]);
    } finally {
      process.off("unhandledRejection", listen);
    }
  });
});
