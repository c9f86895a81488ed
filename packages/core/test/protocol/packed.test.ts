import type { BytePacking, Codec, TextAccess } from "@sluice/codec-wasm";
import { createCodec } from "@sluice/codec-wasm";
import { describe, expect, it } from "vitest";
import type { Frame } from "../../src/frame.js";
import { budgetSize } from "../../src/frame.js";
import { BACKENDS } from "../support/backends.js";
import type { HarnessOptions } from "../support/connection-harness.js";
import { ConnectionHarness } from "../support/connection-harness.js";
import { binary, encode } from "../support/wire.js";

/** Packs, and counts how often. */
class CountedPacking implements BytePacking {
  packed = 0;
  unpacked = 0;

  pack(bytes: Uint8Array, start: number, end: number): string {
    this.packed++;
    return Buffer.from(bytes.slice(start, end)).toString("latin1");
  }

  unpack(packed: string, target: Uint8Array, at: number): void {
    this.unpacked++;
    target.set(Buffer.from(packed, "latin1"), at);
  }
}

const SIZE = 4096;
const content = (seed = 0, size = SIZE): Uint8Array => Uint8Array.from({ length: size }, (_, at) => at * 3 + seed);

describe.each(BACKENDS)("large messages where the platform packs bytes (%s codec)", (backend) => {
  function open(options: Partial<HarnessOptions> = {}): { harness: ConnectionHarness; packing: CountedPacking } {
    const packing = new CountedPacking();
    const text: TextAccess = {
      decode: (bytes, start, end) => Buffer.from(bytes.slice(start, end)).toString(),
      encode: (string, target, at) => new TextEncoder().encodeInto(string, target.subarray(at)).written,
      byteLength: (string) => Buffer.byteLength(string),
      packing,
    };
    const codec: Codec = createCodec({ backend, text });
    return { harness: new ConnectionHarness({ codec, quiet: true, ...options }), packing };
  }

  function receive(harness: ConnectionHarness, ...payloads: readonly Uint8Array[]): Frame[] {
    harness.feed(
      encode(
        payloads.map((payload) => binary(payload)),
        "server",
      ),
    );
    return harness.frames.splice(0);
  }

  it("are sent on as they came", () => {
    const { harness, packing } = open();
    for (const frame of receive(harness, content(1), content(2, 5000))) harness.connection.send(frame);
    expect(harness.outputBytes).toEqual(encode([binary(content(1)), binary(content(2, 5000))], "client"));
    expect([packing.packed, packing.unpacked]).toEqual([2, 2]);
  });

  it("are sent on masked, where frames are masked", () => {
    const { harness } = open({ masking: true });
    const [frame] = receive(harness, content());
    harness.connection.send(frame as Frame);
    const [first, length, ...rest] = harness.outputBytes;
    expect([first, length]).toEqual([0x82, 0x80 | 126]);
    const key = rest.slice(2, 6);
    expect(rest.slice(6).map((byte, at) => byte ^ (key[at & 3] as number))).toEqual([...content()]);
  });

  it("count their bytes, and are bytes to whoever asks: once, and then the same ones", () => {
    const { harness, packing } = open();
    const [frame] = receive(harness, content()) as [Frame.Binary];
    expect(budgetSize(frame)).toBe(SIZE);
    const copy = frame.readBytes();
    expect(copy).toEqual(content());
    const { data } = frame;
    expect(data).toEqual(content());
    data[0] = 99;
    expect(frame.data).toBe(data);
    expect(copy[0]).toBe(0);
    expect(frame.copy().data).toEqual(data);
    expect(packing.unpacked).toBe(2);
    harness.connection.send(frame);
    expect(harness.outputBytes).toEqual(encode([binary(data)], "client"));
  });

  it("are what they were whatever came behind them", () => {
    const { harness } = open();
    const [first] = receive(harness, content(1)) as [Frame];
    receive(harness, content(2), content(3));
    expect(first.data).toEqual(content(1));
  });

  it("stay bytes for a while where their bytes were asked for", () => {
    const { harness, packing } = open();
    const [frame] = receive(harness, content()) as [Frame];
    expect(frame.data).toEqual(content());
    for (let count = 0; count < 1024; count++) receive(harness, content());
    expect(packing.packed).toBe(1);
    receive(harness, content());
    expect(packing.packed).toBe(2);
  });

  it.each([4095, 32 * 1024])("of %i bytes are not packed", (size) => {
    const { harness, packing } = open();
    const [frame] = receive(harness, content(0, size)) as [Frame];
    expect(frame.data).toEqual(content(0, size));
    expect(packing.packed).toBe(0);
  });

  it("that are too long for this session's limit are refused when they are sent on", () => {
    const { harness } = open({ maxFrameSize: SIZE });
    const [frame] = receive(harness, content()) as [Frame];
    harness.connection.limits = { ...harness.connection.limits, maxFrameSize: SIZE - 1 };
    expect(() => harness.connection.send(frame)).toThrow(expect.objectContaining({ code: "FRAME_TOO_BIG" }));
  });
});
