import { describe, expect, it } from "vitest";
import {
  CancelledError,
  ChannelOverflowError,
  ClosedReceiveChannelError,
  ClosedSendChannelError,
  FrameTooBigError,
  InvalidCloseReasonError,
  InvalidFrameError,
  InvalidOptionError,
  PingTimeoutError,
  ProtocolViolationError,
  SluiceError,
  show,
} from "../src/errors.js";
import { closeReasonOf } from "../src/protocol/violations.js";

describe("errors", () => {
  it.each<[SluiceError, string, string, number | undefined]>([
    [new InvalidOptionError("a.b", 7, "a string"), "InvalidOptionError", "INVALID_OPTION", undefined],
    [new FrameTooBigError(11, 10), "FrameTooBigError", "FRAME_TOO_BIG", 1009],
    [new ProtocolViolationError("RESERVED_BITS", 1002, "x", 7), "ProtocolViolationError", "PROTOCOL_VIOLATION", 1002],
    [new ChannelOverflowError("incoming", 3), "ChannelOverflowError", "CHANNEL_OVERFLOW", 1008],
    [new PingTimeoutError(100), "PingTimeoutError", "PING_TIMEOUT", 1011],
    [new ClosedReceiveChannelError(), "ClosedReceiveChannelError", "CLOSED_RECEIVE_CHANNEL", undefined],
    [new ClosedSendChannelError(), "ClosedSendChannelError", "CLOSED_SEND_CHANNEL", undefined],
    [new CancelledError(), "CancelledError", "CANCELLED", undefined],
    [new InvalidFrameError("x"), "InvalidFrameError", "INVALID_FRAME", undefined],
    [new InvalidCloseReasonError("x"), "InvalidCloseReasonError", "INVALID_CLOSE_REASON", undefined],
  ])("%s keeps its name, code and close code", (error, name, code, closeCode) => {
    expect(error).toBeInstanceOf(SluiceError);
    expect(error).toBeInstanceOf(Error);
    expect([error.name, error.code, error.closeCode]).toEqual([name, code, closeCode]);
    expect(error.message).not.toBe("");
  });

  it("stand for a close reason: their own code, or 1011 without a word", () => {
    expect(closeReasonOf(new FrameTooBigError(11, 10)).code).toBe(1009);
    expect(closeReasonOf(new FrameTooBigError(11, 10)).message).toContain("maxFrameSize");
    for (const other of [new Error("secret"), new InvalidFrameError("secret"), "secret", undefined]) {
      expect(closeReasonOf(other)).toMatchObject({ code: 1011, message: "" });
    }
    const odd = Object.assign(new CancelledError("secret"), { closeCode: 1006 });
    expect(closeReasonOf(odd)).toMatchObject({ code: 1011, message: "" });
  });

  it("show values shortly, and never throw over them", () => {
    const hostile = {
      toString: (): string => {
        throw new Error("no");
      },
    };
    const values = ["a", "x".repeat(200), 7, null, undefined, [1], hostile, () => 1, Symbol("s"), 10n];
    const shown = values.map(show);
    expect(shown.every((text) => text.length < 100)).toBe(true);
    expect(shown.slice(2, 7)).toEqual(["7", "null", "undefined", "an array", "an object"]);
  });
});
