import { describe, expect, it } from "vitest";
import { CloseReason, checkSendable, isSendableCloseCode } from "../src/close-reason.js";

const INVALID = expect.objectContaining({ code: "INVALID_CLOSE_REASON" });

describe("a close reason", () => {
  it("has a code, a message and a name where the code has one", () => {
    expect(new CloseReason(1001, "bye")).toMatchObject({ code: 1001, message: "bye", knownReason: "GOING_AWAY" });
    expect(new CloseReason(4001).knownReason).toBeNull();
    expect(String(new CloseReason(1001, "bye"))).toBe("1001 GOING_AWAY: bye");
    expect(String(new CloseReason(4001))).toBe("4001");
  });

  it("is made by name", () => {
    const { normal, goingAway, violatedPolicy, internalError, tryAgainLater } = CloseReason;
    expect([normal, goingAway, violatedPolicy, internalError, tryAgainLater].map((make) => make("x").code)).toEqual([
      1000, 1001, 1008, 1011, 1013,
    ]);
  });

  it.each([-1, 65_536, 1.5, Number.NaN, "1000"])("refuses the code %s", (code) => {
    expect(() => new CloseReason(code as number)).toThrow(INVALID);
  });

  it("refuses a message over 123 UTF-8 bytes, and what is no message", () => {
    expect(new CloseReason(1000, "x".repeat(123)).message).toHaveLength(123);
    expect(() => new CloseReason(1000, "x".repeat(124))).toThrow(INVALID);
    expect(new CloseReason(1000, "€".repeat(41)).message).toHaveLength(41);
    expect(() => new CloseReason(1000, "€".repeat(42))).toThrow(INVALID);
    expect(() => new CloseReason(1000, 7 as unknown as string)).toThrow(INVALID);
  });

  it("cuts a message between characters", () => {
    expect(CloseReason.brief(1000, "short").message).toBe("short");
    expect(CloseReason.brief(1000, "x".repeat(200)).message).toBe("x".repeat(123));
    expect(CloseReason.brief(1000, `${"x".repeat(121)}€€`).message).toBe("x".repeat(121));
    expect(CloseReason.brief(1000, `${"x".repeat(120)}😀`).message).toBe("x".repeat(120));
  });

  it("knows which codes may go on the wire", () => {
    const sendable = [1000, 1001, 1002, 1003, 1007, 1014, 3000, 4999];
    const not = [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535];
    expect(sendable.map(isSendableCloseCode)).toEqual(sendable.map(() => true));
    expect(not.map(isSendableCloseCode)).toEqual(not.map(() => false));
    expect(() => checkSendable(new CloseReason(1005))).not.toThrow();
    expect(() => checkSendable(new CloseReason(1006))).toThrow(INVALID);
    expect(() => checkSendable({ code: 1000, message: "" } as CloseReason)).toThrow(INVALID);
  });
});
