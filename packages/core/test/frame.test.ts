import { describe, expect, it } from "vitest";
import { CloseReason } from "../src/close-reason.js";
import { budgetSize, Frame, isFrame } from "../src/frame.js";
import { FrameType } from "../src/frame-type.js";
import { bytes, utf8 } from "./support/wire.js";

const ALL: readonly Frame[] = [
  new Frame.Text("hi"),
  new Frame.Binary(bytes(1, 2)),
  new Frame.Close(CloseReason.normal("bye")),
  new Frame.Ping("p"),
  new Frame.Pong(bytes(3)),
];

describe("a frame", () => {
  it("is told apart by its type, and has Ktor's frame type", () => {
    expect(ALL.map(({ type }) => type)).toEqual(["text", "binary", "close", "ping", "pong"]);
    expect(ALL.map(({ frameType }) => frameType)).toEqual([
      FrameType.TEXT,
      FrameType.BINARY,
      FrameType.CLOSE,
      FrameType.PING,
      FrameType.PONG,
    ]);
    expect(ALL.map(({ frameType }) => [frameType.opcode, frameType.controlFrame])).toEqual([
      [1, false],
      [2, false],
      [8, true],
      [9, true],
      [10, true],
    ]);
    expect(ALL.every(isFrame)).toBe(true);
    expect([null, undefined, "text", {}, { type: "text" }].some(isFrame)).toBe(false);
  });

  it("is whole and without reserved bits unless it is told otherwise", () => {
    for (const frame of ALL) {
      expect([frame.fin, frame.rsv1, frame.rsv2, frame.rsv3]).toEqual([true, false, false, false]);
    }
    const odd = new Frame.Binary("x", { fin: false, rsv1: true, rsv3: true });
    expect([odd.fin, odd.rsv1, odd.rsv2, odd.rsv3]).toEqual([false, true, false, true]);
  });

  it("reads as text or bytes, whichever it was made of", () => {
    expect(new Frame.Text("grüß").readText()).toBe("grüß");
    expect(new Frame.Text(utf8("grüß")).readText()).toBe("grüß");
    expect(new Frame.Text("grüß").data).toEqual(utf8("grüß"));
    expect(new Frame.Binary("grüß").data).toEqual(utf8("grüß"));
    expect(new Frame.Text(utf8("\ufeffbom")).readText()).toBe("\ufeffbom");
  });

  it("does not read a fragment of bytes as text: it may end inside a character", () => {
    const fragment = new Frame.Text(bytes(0xe2, 0x82), { fin: false });
    expect(() => fragment.readText()).toThrow(expect.objectContaining({ code: "INVALID_FRAME", frame: fragment }));
    expect(new Frame.Text("part", { fin: false }).readText()).toBe("part");
  });

  it("gives its payload as it is, and copies on demand", () => {
    const payload = bytes(1, 2, 3);
    const frame = new Frame.Binary(payload);
    expect(frame.data).toBe(payload);
    expect(frame.readBytes()).toEqual(payload);
    expect(frame.readBytes()).not.toBe(payload);
    // A Buffer's own slice is a view.
    const buffer = Buffer.from(payload);
    new Frame.Binary(buffer).readBytes()[0] = 9;
    expect([...buffer]).toEqual([1, 2, 3]);
    for (const original of [...ALL, new Frame.Text(utf8("x"), { fin: false, rsv2: true })]) {
      const copy = original.copy();
      expect(copy).not.toBe(original);
      expect(copy.data).toEqual(original.data);
      expect([copy.type, copy.fin, copy.rsv1, copy.rsv2]).toEqual([
        original.type,
        original.fin,
        original.rsv1,
        original.rsv2,
      ]);
    }
  });

  it("counts for its payload", () => {
    expect(ALL.map(budgetSize)).toEqual([2, 2, 5, 1, 1]);
  });

  it("is no control frame over 125 bytes", () => {
    for (const make of [Frame.Ping, Frame.Pong, Frame.Close]) {
      expect(new make(new Uint8Array(125)).data).toHaveLength(125);
      expect(() => new make(new Uint8Array(126))).toThrow(expect.objectContaining({ code: "INVALID_FRAME" }));
    }
    expect(() => new Frame.Close(bytes(3))).toThrow(expect.objectContaining({ code: "INVALID_FRAME" }));
  });

  it("says a Close's reason", () => {
    expect(new Frame.Close(new CloseReason(4001, "grüß")).readReason()).toEqual(new CloseReason(4001, "grüß"));
    expect(new Frame.Close().readReason()).toBeNull();
    expect(new Frame.Close(bytes(0x03, 0xe8)).readReason()).toEqual(CloseReason.normal());
    expect(new Frame.Close(new Uint8Array(125).fill(0xff)).readReason()?.code).toBe(0xffff);
  });
});
