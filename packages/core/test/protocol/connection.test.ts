import { MAX_DESCRIPTORS } from "@sluice/codec-wasm";
import { describe, expect, it } from "vitest";
import { CloseReason } from "../../src/close-reason.js";
import { ChannelOverflowError, PingTimeoutError, ProtocolViolationError } from "../../src/errors.js";
import { Frame } from "../../src/frame.js";
import { RetainedBytes } from "../../src/protocol/limits.js";
import { BACKENDS, codecOf } from "../support/backends.js";
import { ConnectionHarness } from "../support/connection-harness.js";
import type { WireFrame } from "../support/wire.js";
import { announcing, binary, bytes, close, encode, more, ping, text } from "../support/wire.js";

const FROM_CLIENT = "server";

const RULE = "MESSAGE_RATE_EXCEEDED";

/** A frame of this first byte. */
const bytesFrame = (first: number): WireFrame => ({ first, payload: bytes() });

describe.each(BACKENDS)("a connection with the %s codec", (backend) => {
  const codec = codecOf(backend);
  const harnessOf = (options = {}) => new ConnectionHarness({ codec, ...options });
  const fromClient = (...frames: Parameters<typeof encode>[0][]) => encode(frames.flat(), FROM_CLIENT);

  it("runs on the backend that was asked for", () => {
    expect(codec.backend).toBe(backend);
  });

  describe("closing handshake", () => {
    it("closes from our side: open, closing, closed", () => {
      const harness = harnessOf();
      const { connection } = harness;
      expect(connection.state).toEqual({ name: "open" });
      const reason = new CloseReason(4001, "bye");
      connection.close(reason);
      expect(connection.state).toEqual({ name: "closing", sent: reason });
      harness.feed(fromClient(close(4001)));
      expect(connection.state).toEqual({ name: "closed" });
      expect(harness.events).toEqual(["peerClose 4001"]);
      expect(harness.output).toEqual(['close 4001 "bye"']);
    });

    it("closes from the peer's side: open, peerClosed, and closed by finish, which echoes the code", () => {
      const harness = harnessOf();
      const { connection } = harness;
      expect(harness.receive(fromClient(text("hi"), close(4001, "why")))).toBe("ended");
      expect(connection.state).toEqual({ name: "peerClosed", received: new CloseReason(4001, "why") });
      expect(harness.output).toEqual([]);
      connection.sendText("answer");
      connection.finish();
      expect(connection.state).toEqual({ name: "closed" });
      expect(harness.output).toEqual(['text "answer"', "close 4001"]);
    });

    it("answers an empty Close with an empty one", () => {
      const harness = harnessOf();
      harness.feed(fromClient(close()));
      harness.connection.finish();
      expect(harness.output).toEqual(["close"]);
    });

    it("answers the peer's Close with the peer's code, whatever close is called with", () => {
      const harness = harnessOf();
      harness.feed(fromClient(close(4001)));
      harness.connection.close(CloseReason.normal("mine"));
      expect(harness.output).toEqual(["close 4001"]);
    });

    it("in a raw connection answers the peer's Close with what it is given", () => {
      const harness = harnessOf({ raw: true });
      harness.feed(fromClient(close(4001)));
      harness.connection.close(new CloseReason(4002));
      expect(harness.output).toEqual(["close 4002"]);
    });

    it("both sides close at once: each Close goes out once", () => {
      const harness = harnessOf();
      harness.connection.close(CloseReason.normal());
      harness.feed(fromClient(close(1001)));
      harness.connection.finish();
      harness.connection.close(CloseReason.goingAway());
      expect(harness.output).toEqual(["close 1000"]);
      expect(harness.events).toEqual(["peerClose 1001"]);
    });

    it("sends an empty Close for the code 1005", () => {
      const harness = harnessOf();
      harness.connection.close(new CloseReason(1005, "no status"));
      expect(harness.output).toEqual(["close"]);
      expect(harness.connection.state).toEqual({ name: "closing", sent: null });
    });

    it("begins the handshake with a Close frame too", () => {
      const harness = harnessOf();
      harness.connection.send(new Frame.Close(CloseReason.normal("bye")));
      expect(harness.connection.state.name).toBe("closing");
      expect(harness.output).toEqual(['close 1000 "bye"']);
    });

    it.each([0, 999, 1004, 1006, 1015, 2000, 5000])("refuses to send the code %i", (code) => {
      const harness = harnessOf();
      const refused = expect.objectContaining({ code: "INVALID_CLOSE_REASON" });
      expect(() => harness.connection.close(new CloseReason(code))).toThrow(refused);
      expect(() => harness.connection.send(new Frame.Close(new CloseReason(code)))).toThrow(refused);
      expect(harness.connection.state.name).toBe("open");
      expect(harness.output).toEqual([]);
    });

    it("sends nothing after its Close", () => {
      const harness = harnessOf();
      harness.connection.close(CloseReason.normal());
      const closed = expect.objectContaining({ code: "CLOSED_SEND_CHANNEL" });
      expect(() => harness.connection.sendText("late")).toThrow(closed);
      expect(() => harness.connection.send(new Frame.Binary(bytes(1)))).toThrow(closed);
      expect(() => harness.connection.send(new Frame.Pong())).toThrow(closed);
      expect(() => harness.connection.send(new Frame.Close())).toThrow(closed);
      expect(harness.output).toEqual(["close 1000"]);
    });

    it("throws away data, pings and unfinished messages that come after its Close, and still finds the peer's", () => {
      const harness = harnessOf();
      harness.connection.close(CloseReason.normal());
      harness.freePlaces = 0;
      harness.freeBytes = 0;
      harness.feed(fromClient(text("late"), ping(), binary("a", 0)));
      expect(harness.retained.used).toBe(1);
      harness.feed(fromClient(more("b", 0), close(1000)));
      expect(harness.events).toEqual(["peerClose 1000"]);
      expect(harness.retained.used).toBe(0);
    });

    it("reports a violation after its Close and has nothing more to say", () => {
      const harness = harnessOf();
      harness.connection.close(CloseReason.normal());
      harness.feed(bytes(0xff));
      expect(harness.events).toEqual(["violation RESERVED_BITS 1002 @0"]);
      expect(harness.connection.state.name).toBe("closed");
      harness.connection.finish();
      expect(harness.output).toEqual(["close 1000"]);
    });

    it("answers a violation by finish: the frames in front of it are answered first", () => {
      const harness = harnessOf();
      harness.feed(Buffer.concat([fromClient(text("hi")), bytes(0xff)]));
      expect(harness.events).toEqual(['text "hi"', "violation RESERVED_BITS 1002 @8"]);
      expect(harness.connection.state).toMatchObject({ name: "failed", error: harness.error });
      harness.connection.sendText("answer");
      harness.connection.finish();
      expect(harness.output[0]).toBe('text "answer"');
      expect(harness.output[1]).toMatch(/^close 1002 /);
      expect(harness.connection.state.name).toBe("closed");
    });

    it("is failed from outside, without an event, and answers by finish", () => {
      const harness = harnessOf();
      harness.feed(fromClient(binary("abc", 0)));
      const error = new PingTimeoutError(15_000);
      harness.connection.fail(error);
      expect(harness.connection.state).toMatchObject({ name: "failed", error });
      expect(harness.retained.used).toBe(0);
      expect(harness.receive(fromClient(more("d")))).toBe("ended");
      harness.connection.finish();
      expect(harness.events).toEqual([]);
      expect(harness.output[0]).toMatch(/^close 1011 /);
    });

    it("tells the peer no more than 1011 for an error without a close code", () => {
      const harness = harnessOf();
      harness.connection.fail(Object.assign(new ChannelOverflowError("incoming", 1), { closeCode: undefined }));
      harness.connection.finish();
      expect(harness.output).toEqual(["close 1011"]);
    });

    it("reads nothing once it has ended", () => {
      const harness = harnessOf();
      harness.feed(fromClient(close(1000)));
      expect(harness.receive(fromClient(text("late")))).toBe("ended");
      expect(harness.connection.resume()).toBe("ended");
      expect(harness.events).toEqual(["peerClose 1000"]);
    });

    it("says and holds nothing when the transport is lost", () => {
      const harness = harnessOf();
      harness.feed(fromClient(binary("abc", 0)));
      harness.freePlaces = 0;
      harness.receive(fromClient(text("waiting")));
      expect(harness.retained.used).toBeGreaterThan(3);
      harness.connection.lose();
      harness.connection.finish();
      expect(harness.retained.used).toBe(0);
      expect(harness.output).toEqual([]);
      expect(harness.connection.state.name).toBe("closed");
    });

    it("answers Close from inside an event without entering receive again", () => {
      const harness = harnessOf();
      harness.onEvent = () => harness.connection.finish();
      harness.feed(fromClient(close(1000)));
      expect(harness.output).toEqual(["close 1000"]);
    });
  });

  it.each([
    ["a Close", close(1000)],
    ["a violation", bytesFrame(0xff)],
    ["an unfinished message", text("unfinished", 0)],
    ["frames for another turn", ...Array.from({ length: 2000 }, () => text())],
  ])("violated by its sink ends there, with %s behind it in the same chunk", (_, ...rest) => {
    for (const places of [Number.POSITIVE_INFINITY, 1]) {
      const harness = harnessOf();
      harness.freePlaces = places;
      harness.onEvent = () => {
        if (harness.events.length === 2) harness.connection.violate(new ProtocolViolationError(RULE, 1008, "No more"));
      };
      harness.feed(fromClient(text("1"), text("2"), ...rest));
      expect(harness.events.at(-1)).toBe(`violation ${RULE} 1008 @undefined`);
      expect(harness.connection.state).toMatchObject({ name: "failed", error: harness.error });
      expect(harness.receive(fromClient(text("late")))).toBe("ended");
      expect([harness.retained.used, harness.connection.backlog]).toEqual([0, 0]);
      harness.connection.finish();
      expect(harness.output).toEqual(['close 1008 "No more"']);
    }
  });

  it("refuses to be entered twice", () => {
    const harness = harnessOf();
    const messages: string[] = [];
    const attempt = (enter: () => void) => {
      try {
        enter();
      } catch (error) {
        messages.push((error as Error).message);
      }
    };
    harness.onEvent = () => {
      attempt(() => harness.connection.receive(0, 1));
      attempt(() => harness.connection.resume());
    };
    harness.feed(fromClient(text("hi")));
    expect(messages).toHaveLength(2);
    harness.onEvent = undefined;
    harness.feed(fromClient(text("again")));
    expect(harness.events).toEqual(['text "hi"', 'text "again"']);
  });

  describe("pausing in mid-chunk", () => {
    it("takes one frame at a time where there is one place, and keeps the rest masked in the backlog", () => {
      const harness = harnessOf();
      harness.freePlaces = 1;
      harness.onEvent = () => {
        harness.freePlaces--;
      };
      const input = fromClient(text("a"), ping("p"), text("b"), text("c"));
      expect(harness.receive(input)).toBe("paused");
      expect(harness.events).toEqual(['text "a"']);
      expect(harness.connection.backlog).toBe(input.length - 7);
      expect(harness.retained.used).toBe(input.length - 7);
      for (const event of ['ping "p"', 'text "b"', 'text "c"']) {
        harness.freePlaces = 1;
        expect(harness.connection.resume()).toBe(event === 'text "c"' ? "more" : "paused");
        expect(harness.events.at(-1)).toBe(event);
      }
      expect(harness.retained.used).toBe(0);
    });

    it("parses 10,000 frames of one chunk a turn's budget at a time", () => {
      const harness = harnessOf();
      const input = encode(
        Array.from({ length: 10_000 }, (_, index) => text(String(index))),
        FROM_CLIENT,
      );
      let status = harness.receive(input);
      const turns = [harness.events.length];
      while (status === "paused") {
        const before = harness.events.length;
        status = harness.connection.resume();
        turns.push(harness.events.length - before);
      }
      expect(Math.max(...turns)).toBe(1024);
      expect(harness.events).toEqual(Array.from({ length: 10_000 }, (_, index) => `text "${index}"`));
      expect(harness.retained.used).toBe(0);
    });

    it("keeps a whole chunk that comes while it is full, behind what waits", () => {
      const harness = harnessOf();
      harness.freePlaces = 0;
      const frames = fromClient(text("a"), text("b"), text("c"));
      expect(harness.receive(frames.subarray(0, 9))).toBe("paused");
      expect(harness.receive(frames.subarray(9))).toBe("paused");
      expect(harness.connection.backlog).toBe(frames.length);
      expect(harness.connection.resume()).toBe("paused");
      harness.freePlaces = 9;
      expect(harness.connection.resume()).toBe("more");
      expect(harness.events).toEqual(['text "a"', 'text "b"', 'text "c"']);
    });

    it("is not disturbed by another connection that parses in the same memory meanwhile", () => {
      const one = harnessOf();
      const other = harnessOf();
      one.freePlaces = 2;
      one.onEvent = () => {
        one.freePlaces--;
      };
      const messages = Array.from({ length: 300 }, (_, index) => `message ${index} ${"€".repeat(index % 50)}`);
      const overwriting = encode(binary(new Uint8Array(200_000).fill(0xee)), FROM_CLIENT);
      let status = one.receive(
        encode(
          messages.map((message) => text(message)),
          FROM_CLIENT,
        ),
      );
      while (status === "paused") {
        other.feed(overwriting);
        one.freePlaces = 2;
        status = one.connection.resume();
      }
      expect(one.events).toEqual(messages.map((message) => `text ${JSON.stringify(message)}`));
      expect(one.retained.used + other.retained.used).toBe(0);
    });

    it("lets one frame overshoot the bytes that are free, and not one more", () => {
      const sizes = [10, 200, 3, 90, 1, 5000, 14, 15, 2];
      const input = encode(
        sizes.map((size) => binary(new Uint8Array(size))),
        FROM_CLIENT,
      );
      for (let free = 1; free < 300; free++) {
        const harness = harnessOf();
        let used = 0;
        harness.freeBytes = free;
        harness.onEvent = () => {
          // Every frame but the one that crosses the bound finds bytes free.
          expect(used).toBeLessThan(free);
          used += harness.frames.at(-1)?.data.length ?? 0;
          harness.freeBytes = free - used;
        };
        let status = harness.receive(input);
        while (status === "paused") {
          expect(used).toBeGreaterThanOrEqual(free);
          used = 0;
          harness.freeBytes = free;
          status = harness.connection.resume();
        }
        expect(harness.frames.map(({ data }) => data.length)).toEqual(sizes);
        expect(harness.retained.used).toBe(0);
      }
    });

    it("counts the fragments that it holds towards the bytes that are free", () => {
      const harness = harnessOf();
      harness.freeBytes = 100;
      harness.onEvent = () => {
        harness.freeBytes -= harness.frames.at(-1)?.data.length ?? 0;
      };
      const fragments = [binary(new Uint8Array(80), 0), more(new Uint8Array(80))];
      harness.receive(fromClient(...fragments, binary(new Uint8Array(50)), binary(new Uint8Array(50))));
      expect(harness.frames.map(({ data }) => data.length)).toEqual([160]);
    });

    it("reads a large frame into a narrow room in few steps", () => {
      const harness = harnessOf();
      harness.freeBytes = 1;
      let parses = 0;
      const { parse } = codec;
      codec.parse = (cursor, places) => {
        parses++;
        return parse.call(codec, cursor, places);
      };
      try {
        harness.receive(encode(binary(new Uint8Array(100_000)), FROM_CLIENT));
      } finally {
        codec.parse = parse;
      }
      expect(harness.frames).toHaveLength(1);
      expect(parses).toBeLessThan(5);
    });

    it("copies a bounded part of the backlog for each frame that it takes", () => {
      const harness = harnessOf();
      harness.freePlaces = 1;
      harness.onEvent = () => {
        harness.freePlaces = 0;
      };
      const input = encode(
        Array.from({ length: 30_000 }, () => text("")),
        FROM_CLIENT,
      );
      let status = harness.receive(input);
      let copied = 0;
      const { set } = codec.readBuffer;
      codec.readBuffer.set = (source, at) => {
        copied += source.length;
        set.call(codec.readBuffer, source, at);
      };
      try {
        while (status === "paused") {
          harness.freePlaces = 1;
          status = harness.connection.resume();
        }
      } finally {
        codec.readBuffer.set = set;
      }
      expect(harness.events).toHaveLength(30_000);
      expect(copied).toBeLessThan(30_000 * 4096 + 1);
    });

    it("takes a large frame out of the backlog in two turns", () => {
      const harness = harnessOf();
      harness.freePlaces = 0;
      harness.receive(encode(binary(new Uint8Array(200_000)), FROM_CLIENT));
      harness.freePlaces = 1;
      expect(harness.connection.resume()).toBe("paused");
      expect(harness.connection.resume()).toBe("more");
      expect(harness.frames[0]?.data).toHaveLength(200_000);
      expect(harness.retained.used).toBe(0);
    });

    it("asks the codec for no more frames than there are places", () => {
      const harness = harnessOf();
      harness.freePlaces = MAX_DESCRIPTORS + 100;
      harness.onEvent = () => {
        harness.freePlaces--;
      };
      const input = encode(
        Array.from({ length: 1000 }, () => ping()),
        FROM_CLIENT,
      );
      expect(harness.receive(input)).toBe("paused");
      expect(harness.events).toHaveLength(MAX_DESCRIPTORS + 100);
    });
  });

  describe("budget of the process", () => {
    it("refuses the connection that holds one byte of an unfinished message too many", () => {
      const retained = new RetainedBytes(100);
      const one = harnessOf({ retained });
      const other = harnessOf({ retained });
      one.feed(fromClient(binary(new Uint8Array(60), 0)));
      other.feed(fromClient(binary(new Uint8Array(40), 0)));
      expect(retained.used).toBe(100);
      other.feed(fromClient(more("x", 0)));
      expect(other.events[0]).toMatch(/^violation RETAINED_BYTES_EXCEEDED 1008/);
      expect(retained.used).toBe(60);
      one.feed(fromClient(more(new Uint8Array(40))));
      expect(one.frames[0]?.data).toHaveLength(100);
      expect(retained.used).toBe(0);
    });

    it("refuses the connection whose backlog is too long", () => {
      const harness = harnessOf({ retained: new RetainedBytes(10) });
      harness.freePlaces = 0;
      expect(harness.receive(fromClient(text("a")))).toBe("paused");
      expect(harness.receive(fromClient(text("b")))).toBe("ended");
      expect(harness.events[0]).toMatch(/^violation RETAINED_BYTES_EXCEEDED 1008/);
      expect(harness.retained.used).toBe(0);
    });

    it("refuses it in the first chunk too, behind the frames that there was room for", () => {
      const harness = harnessOf({ retained: new RetainedBytes(10) });
      harness.freePlaces = 1;
      harness.onEvent = () => {
        harness.freePlaces = 0;
      };
      expect(harness.receive(fromClient(text("a"), text("b"), text("c")))).toBe("ended");
      expect(harness.events).toEqual(['text "a"', expect.stringMatching(/^violation RETAINED_BYTES_EXCEEDED 1008/)]);
      expect(harness.retained.used).toBe(0);
    });

    it("asks nothing of the budget for whole frames, raw or not", () => {
      for (const raw of [true, false]) {
        const harness = harnessOf({ raw, retained: new RetainedBytes(0) });
        harness.feed(fromClient(text("hello"), binary("hello"), ping("p")));
        expect(harness.events).toHaveLength(3);
      }
    });

    it("is given back by a Close and by a violation inside an unfinished message", () => {
      for (const end of [fromClient(close(1000)), bytes(0xff)]) {
        const harness = harnessOf();
        harness.feed(fromClient(text("abc", 0)));
        expect(harness.retained.used).toBe(3);
        harness.feed(end);
        expect(harness.retained.used).toBe(0);
      }
    });
  });

  describe("live limits", () => {
    it("holds a lower maxFrameSize against the next header", () => {
      const harness = harnessOf({ maxFrameSize: 100 });
      const input = fromClient(binary(new Uint8Array(100)));
      harness.receive(input.subarray(0, 50));
      harness.connection.limits = { ...harness.connection.limits, maxFrameSize: 10 };
      harness.receive(input.subarray(50));
      expect(harness.frames).toHaveLength(1);
      harness.feed(fromClient(announcing(0x82, 11n)));
      expect(harness.events.at(-1)).toBe(`too big 11 over 10 @${input.length + 1}`);
    });

    it("holds it against the next header of a message that has begun", () => {
      const harness = harnessOf({ maxFrameSize: 100 });
      harness.feed(fromClient(text("abc", 0)));
      harness.connection.limits = { ...harness.connection.limits, maxFrameSize: 10 };
      harness.feed(fromClient(announcing(0x80, 11n)));
      expect(harness.events.at(-1)).toMatch(/^too big \d+ over 10 /);
    });
  });
});
