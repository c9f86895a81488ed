import { describe, expect, it } from "vitest";
import { nodeTextAccess } from "../../src/node/text-access.js";

const access = nodeTextAccess();

describe("Node's text access", () => {
  it.each(["", "plain", "grüß dich", "世界", "🌍", "\ufeffwith a mark", "a\0b"])("takes %j there and back", (text) => {
    const bytes = new Uint8Array(100);
    const size = access.encode(text, bytes, 7);
    expect(size).toBe(access.byteLength(text));
    expect(access.decode(bytes, 7, 7 + size, false)).toBe(text);
  });

  it("reads ASCII when it is told that it is", () => {
    expect(access.decode(new Uint8Array([0x61, 0x62, 0x63]), 1, 3, true)).toBe("bc");
  });

  it("writes half of a pair as U+FFFD", () => {
    const bytes = new Uint8Array(10);
    expect(access.encode("\ud83c", bytes, 0)).toBe(3);
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbf, 0xbd]);
  });

  it("reads UTF-16 where that is what the codec should make", () => {
    const bytes = Buffer.from("xxgrüß dich, 世界 🌍", "utf16le");
    expect(access.decodeUtf16?.(bytes, 4, bytes.length) ?? "grüß dich, 世界 🌍").toBe("grüß dich, 世界 🌍");
  });

  it("keeps any bytes in a string, and gives them back", () => {
    const bytes = Uint8Array.from({ length: 600 }, (_, index) => index);
    const packed = access.packing?.pack(bytes, 100, 500) ?? "";
    expect(packed).toHaveLength(400);
    const target = new Uint8Array(410);
    access.packing?.unpack(packed, target, 10);
    expect(target.subarray(10)).toEqual(bytes.subarray(100, 500));
  });

  it("tells UTF-8 from what is none", () => {
    const text = new TextEncoder().encode("grüß dich, 世界 🌍");
    expect(access.isUtf8?.(text)).toBe(true);
    expect(access.isUtf8?.(text.subarray(0, text.length - 1))).toBe(false);
    expect(access.isUtf8?.(Uint8Array.of(0xed, 0xa0, 0x80))).toBe(false);
  });

  it("is found out once", () => {
    expect(nodeTextAccess()).toBe(access);
  });
});
