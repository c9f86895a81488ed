import { describe, expect, it } from "vitest";
import type { Payload } from "../../src/frame.js";
import { Frame } from "../../src/frame.js";
import { BACKENDS, codecOf } from "../support/backends.js";
import { ConnectionHarness } from "../support/connection-harness.js";
import { bytes, decode, encode, text, utf8 } from "../support/wire.js";

describe.each(BACKENDS)("writing frames with the %s codec", (backend) => {
  const codec = codecOf(backend);
  const harnessOf = (options = {}) => new ConnectionHarness({ codec, ...options });

  it("runs on the backend that was asked for", () => {
    expect(codec.backend).toBe(backend);
  });

  it("writes each kind of frame as it was given, unmasked for a server", () => {
    const harness = harnessOf();
    const { connection } = harness;
    connection.sendText("hi");
    connection.send(new Frame.Text("grüß €"));
    connection.send(new Frame.Text(utf8("bytes")));
    connection.send(new Frame.Binary(bytes(1, 2)));
    connection.send(new Frame.Ping("p"));
    connection.send(new Frame.Pong("q"));
    connection.send(new Frame.Text(""));
    expect(harness.output).toEqual([
      'text "hi"',
      'text "grüß €"',
      'text "bytes"',
      "binary 0102",
      'ping "p"',
      'pong "q"',
      "text",
    ]);
    expect(decode(harness.outputBytes).every(({ masked }) => !masked)).toBe(true);
  });

  it("masks with a fresh key for each frame, and leaves the caller's bytes alone", () => {
    let key = 0;
    const harness = harnessOf({ masking: true, nextMaskKey: () => (key += 0x0101_0101) });
    const payload = Uint8Array.from({ length: 40_000 }, (_, index) => index & 0xff);
    const before = payload.slice();
    harness.connection.send(new Frame.Binary(payload));
    harness.connection.sendText("hi");
    harness.connection.send(new Frame.Ping(payload.subarray(0, 100)));
    expect(payload).toEqual(before);
    expect(key).toBe(0x0303_0303);
    const seen = decode(harness.outputBytes);
    expect(seen.every(({ masked }) => masked)).toBe(true);
    expect(seen[0]?.payload).toEqual(before);
    expect(harness.outputBytes.subarray(4, 8)).toEqual(bytes(1, 1, 1, 1));
  });

  it("follows a live change of masking from the next frame on", () => {
    const harness = harnessOf();
    harness.connection.sendText("a");
    harness.connection.masking = true;
    harness.connection.sendText("b");
    harness.connection.masking = false;
    harness.connection.send(new Frame.Ping());
    expect(harness.connection.masking).toBe(false);
    expect(decode(harness.outputBytes).map(({ masked }) => masked)).toEqual([false, true, false]);
  });

  it.each([0, 125, 126, 65_535, 65_536])("writes a payload of %i bytes with the shortest length", (size) => {
    const harness = harnessOf();
    const payload = new Uint8Array(size).fill(0x62);
    harness.connection.send(new Frame.Binary(payload));
    harness.connection.sendText("b".repeat(size));
    const expected = encode(
      [
        { first: 0x82, payload },
        { first: 0x81, payload },
      ],
      "client",
    );
    expect(Buffer.from(harness.outputBytes).equals(expected)).toBe(true);
  });

  it("makes bytes of a large text once, however many connections it goes to", () => {
    const frame = new Frame.Text("€".repeat(20_000));
    const [one, other] = [harnessOf(), harnessOf()];
    for (const harness of [one, other]) harness.connection.send(frame);
    expect(one.largePayloads[0]).toHaveLength(60_000);
    expect(other.largePayloads[0]).toBe(one.largePayloads[0]);
  });

  it("writes large payloads from where they are, unless they are masked", () => {
    const harness = harnessOf({ maxFrameSize: 100_000 });
    const payload = new Uint8Array(70_000).fill(7);
    harness.connection.send(new Frame.Binary(payload));
    expect(harness.largePayloads).toHaveLength(1);
    harness.connection.masking = true;
    harness.connection.send(new Frame.Binary(payload));
    expect(harness.largePayloads).toHaveLength(1);
    expect(decode(harness.outputBytes).map((frame) => frame.payload)).toEqual([payload, payload]);
  });

  it.each([
    ["ASCII", "x", 1],
    ["Latin", "é", 2],
    ["a sign of three bytes", "€", 3],
    ["a pair of surrogates", "😀", 2],
  ])("reserves for long text no more than its bytes: %s", (_, sign, bytesOfUnit) => {
    for (const masking of [false, true]) {
      const harness = harnessOf({ masking });
      const message = sign.repeat((200 * 1024) / sign.length);
      harness.connection.sendText(message);
      harness.connection.send(new Frame.Text(message));
      const [first, second] = decode(harness.outputBytes).map(({ payload }) => Buffer.from(payload).toString());
      expect(first === message && second === message).toBe(true);
      expect(harness.mostReserved).toBeLessThanOrEqual(masking ? 200 * 1024 * bytesOfUnit + 14 : 0);
    }
  });

  it("sends a lone surrogate in a long text as EF BF BD too", () => {
    const harness = harnessOf();
    harness.connection.sendText(`${"x".repeat(20_000)}\ud800`);
    const [frame] = decode(harness.outputBytes);
    expect(frame?.payload.slice(20_000)).toEqual(bytes(0xef, 0xbf, 0xbd));
  });

  it("gives fragments behind the first the continuation opcode, with control frames in between", () => {
    const harness = harnessOf();
    const { connection } = harness;
    connection.send(new Frame.Text("Hel", { fin: false }));
    connection.send(new Frame.Ping("p"));
    connection.send(new Frame.Text("", { fin: false }));
    connection.send(new Frame.Text("lo"));
    connection.send(new Frame.Binary(bytes(1), { fin: false }));
    connection.send(new Frame.Binary(bytes(2)));
    connection.send(new Frame.Text("next"));
    expect(harness.output).toEqual([
      'text+ "Hel"',
      'ping "p"',
      "more+",
      'more "lo"',
      "binary+ 01",
      'more "\\u0002"',
      'text "next"',
    ]);
  });

  it("refuses a frame of another type inside an unfinished message, and goes on with the right one", () => {
    const harness = harnessOf();
    const { connection } = harness;
    connection.send(new Frame.Text("a", { fin: false }));
    expect(() => connection.send(new Frame.Binary(bytes(1)))).toThrow(
      expect.objectContaining({ code: "INVALID_FRAME" }),
    );
    expect(() => connection.sendText("b")).toThrow(expect.objectContaining({ code: "INVALID_FRAME" }));
    connection.send(new Frame.Text("c"));
    expect(harness.output).toEqual(['text+ "a"', 'more "c"']);
  });

  it("refuses what is over maxFrameSize and stays usable", () => {
    const harness = harnessOf({ maxFrameSize: 10 });
    const { connection } = harness;
    const tooBig = (size: number) =>
      expect.objectContaining({ code: "FRAME_TOO_BIG", closeCode: 1009, size, maxFrameSize: 10 });
    expect(() => connection.sendText("x".repeat(11))).toThrow(tooBig(11));
    expect(() => connection.sendText("€€€€")).toThrow(tooBig(12));
    expect(() => connection.send(new Frame.Text("x".repeat(11)))).toThrow(tooBig(11));
    expect(() => connection.send(new Frame.Binary(new Uint8Array(11)))).toThrow(tooBig(11));
    expect(harness.output).toEqual([]);
    connection.sendText("x".repeat(10));
    connection.sendText("€€€");
    connection.send(new Frame.Ping("longer than ten"));
    connection.limits = { ...connection.limits, maxFrameSize: 11 };
    connection.sendText("x".repeat(11));
    expect(harness.output).toHaveLength(4);
  });

  it("refuses reserved bits", () => {
    const harness = harnessOf();
    for (const bits of [{ rsv1: true }, { rsv2: true }, { rsv3: true }]) {
      expect(() => harness.connection.send(new Frame.Text("a", bits))).toThrow(
        expect.objectContaining({ code: "INVALID_FRAME" }),
      );
    }
    expect(harness.output).toEqual([]);
  });

  it.each([
    ["a surrogate", bytes(0xed, 0xa0, 0x80)],
    ["a lone byte", bytes(0x61, 0xff)],
    ["half a character", bytes(0xe2, 0x82)],
  ])("refuses a text frame of bytes that are not UTF-8: %s", (_, payload) => {
    const harness = harnessOf();
    expect(() => harness.connection.send(new Frame.Text(payload))).toThrow(
      expect.objectContaining({ code: "INVALID_FRAME" }),
    );
    harness.connection.sendText("fine");
    expect(harness.output).toEqual(['text "fine"']);
  });

  it("lets a character be cut by fragments, and refuses the fragment that breaks it", () => {
    const harness = harnessOf();
    const { connection } = harness;
    connection.send(new Frame.Text(bytes(0xe2, 0x82), { fin: false }));
    expect(() => connection.send(new Frame.Text(bytes(0x61)))).toThrow(
      expect.objectContaining({ code: "INVALID_FRAME" }),
    );
    expect(() => connection.send(new Frame.Text("a"))).toThrow(expect.objectContaining({ code: "INVALID_FRAME" }));
    expect(() => connection.send(new Frame.Text(""))).toThrow(expect.objectContaining({ code: "INVALID_FRAME" }));
    connection.send(new Frame.Text(bytes(0xac), { fin: false }));
    connection.send(new Frame.Text("!"));
    connection.send(new Frame.Text("next"));
    const all = Buffer.concat(decode(harness.outputBytes).map(({ payload }) => payload));
    expect(all.toString()).toBe("€!next");
  });

  it("sends a lone surrogate as EF BF BD", () => {
    const harness = harnessOf();
    harness.connection.sendText("a\ud800b");
    harness.connection.send(new Frame.Text("\udc00"));
    expect(decode(harness.outputBytes).map(({ payload }) => payload)).toEqual([
      bytes(0x61, 0xef, 0xbf, 0xbd, 0x62),
      bytes(0xef, 0xbf, 0xbd),
    ]);
  });

  it("sends a received text on without looking at its bytes again", () => {
    const harness = harnessOf();
    harness.feed(encode([text("He", 0), { first: 0x80, payload: utf8("llo€") }], "server"));
    for (const frame of harness.frames) harness.connection.send(frame);
    expect(harness.output).toEqual(['text "Hello€"']);
  });

  it("takes every form of bytes as a payload and nothing else", () => {
    const buffer = new ArrayBuffer(4);
    new Uint8Array(buffer).set([1, 2, 3, 4]);
    expect(new Frame.Binary(buffer).data).toEqual(bytes(1, 2, 3, 4));
    expect(new Frame.Binary(new DataView(buffer, 1, 2)).data).toEqual(bytes(2, 3));
    for (const wrong of [7, null, undefined, { length: 3 }, [1]]) {
      expect(() => new Frame.Binary(wrong as unknown as Payload)).toThrow(
        expect.objectContaining({ code: "INVALID_FRAME" }),
      );
    }
  });
});
