import type { Codec, FrameCursor } from "@sluice/codec-wasm";
import { createCodec, READ_BUFFER_SIZE } from "@sluice/codec-wasm";
import { describe, expect, test } from "vitest";
import { Difference } from "../../src/fuzz/difference.js";
import type { StreamInput } from "../../src/fuzz/streams/read-alike.js";
import { chunks, readAlike } from "../../src/fuzz/streams/read-alike.js";

/** "hi" and a ping, masked, in two chunks. */
const input: StreamInput = {
  options: { role: "server", maxFrameSize: 1000 },
  bytes: Uint8Array.of(0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69, 0x89, 0x80, 0, 0, 0, 0),
  cuts: [9],
  drive: 3,
};

/** A codec that works, and then does something that it must not. */
function codecThat(misbehaves: (codec: Codec, cursor: FrameCursor) => void): Codec {
  const codec = createCodec({ backend: "typescript" });
  return new Proxy(codec, {
    get(_, name) {
      if (name !== "parse") return Reflect.get(codec, name);
      return (cursor: FrameCursor, maxFrames: number): number => {
        const count = codec.parse(cursor, maxFrames);
        misbehaves(codec, cursor);
        return count;
      };
    },
  });
}

const sound = createCodec({ backend: "typescript" });

describe("reading alike", () => {
  test("finds nothing where codecs agree", () => {
    expect(() => readAlike(input)).not.toThrow();
    expect(() =>
      readAlike(input, [codecThat(() => undefined), sound, createCodec({ backend: "typescript" })]),
    ).not.toThrow();
  });

  test.each<[what: string, misbehaves: Parameters<typeof codecThat>[0], words: RegExp]>([
    [
      "a write behind the chunk",
      ({ readBuffer }, { end }) => void readBuffer.fill(7, end, end + 1),
      /behind the chunk/,
    ],
    [
      "a write far behind the chunk",
      ({ readBuffer }, { end }) => void readBuffer.fill(7, end + 60, end + 61),
      /behind the chunk/,
    ],
    [
      "a result that depends on a byte behind the chunk",
      ({ readBuffer, descriptors }, { end }) => void descriptors.fill((readBuffer[end] ?? 0) & 0x80, 0, 1),
      /word 0/,
    ],
    ["a cursor past its chunk", (_, cursor) => void cursor.start++, /cursor\.start left/],
    ["an offset that is wrong", (_, cursor) => void cursor.offset++, /cursor\.offset/],
    [
      "a payload that is wrong",
      ({ readBuffer, descriptors }) => void readBuffer.fill(0, descriptors[1]),
      /payload 0|behind/,
    ],
    ["state that is wrong", (_, cursor) => void cursor.key++, /cursor\.key/],
  ])("finds %s", (_, misbehaves, words) => {
    const check = (): void => readAlike(input, [codecThat(misbehaves), sound, createCodec({ backend: "typescript" })]);
    expect(check).toThrow(Difference);
    expect(check).toThrow(words);
  });
});

test("finds a write that is far from the chunk, now and then", () => {
  const stray = codecThat(({ readBuffer }) => void readBuffer.fill(readBuffer.at(200_000) ? 0 : 7, 200_000, 200_001));
  const codecs = [stray, sound, createCodec({ backend: "typescript" })] as const;
  expect(() => {
    for (let drive = 0; drive < 2_000; drive++) readAlike({ ...input, drive }, codecs);
  }).toThrow(/far from the chunk/);
});

describe("chunks", () => {
  test("follow the cuts, whatever those are, and cover everything once", () => {
    expect([...chunks([2, 2, 1, 99], 4)]).toEqual([
      [0, 2],
      [2, 2],
      [2, 2],
      [2, 4],
      [4, 4],
    ]);
  });

  test("fit into the read buffer", () => {
    const size = READ_BUFFER_SIZE;
    expect([...chunks([], 2 * size + 1)]).toEqual([
      [0, size],
      [size, 2 * size],
      [2 * size, 2 * size + 1],
    ]);
  });
});
