import { constants, inflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { deflateMessages, jsonMessages, TAIL } from "../../src/load/deflate-messages.js";
import { termsOf } from "../../src/load/deflate-terms.js";
import { RSV1, TEXT } from "../../src/load/frames.js";

/** The payloads of masked frames. */
function unmasked(frames: Buffer, starts: readonly number[]): Buffer[] {
  const payloads: Buffer[] = [];
  for (const [index, start] of starts.slice(0, -1).entries()) {
    const frame = Buffer.from(frames.subarray(start, starts[index + 1]));
    expect(frame[0]).toBe(TEXT | RSV1);
    const header = ((frame[1] ?? 0) & 127) === 126 ? 4 : 2;
    const key = frame.subarray(header, header + 4);
    payloads.push(Buffer.from(frame.subarray(header + 4).map((byte, at) => byte ^ (key[at & 3] ?? 0))));
  }
  return payloads;
}

describe.each([
  { takeover: true, windowBits: 15 },
  { takeover: true, windowBits: 10 },
  { takeover: false, windowBits: 15 },
])("messages with takeover $takeover and $windowBits window bits", (terms) => {
  const plain = jsonMessages(256).slice(0, 300);
  const { frames, starts } = deflateMessages(plain, terms);
  const payloads = unmasked(frames, starts);

  it("are inflated to what they were, twice round", () => {
    let history: Buffer = Buffer.alloc(0);
    for (const [index, payload] of [...payloads, ...payloads].entries()) {
      const dictionary = terms.takeover ? history.subarray(-(2 ** terms.windowBits)) : Buffer.alloc(0);
      const message = inflateRawSync(Buffer.concat([payload, TAIL]), {
        finishFlush: constants.Z_SYNC_FLUSH,
        windowBits: terms.windowBits,
        ...(dictionary.length > 0 && { dictionary }),
      });
      expect(message.equals(plain[index % plain.length] ?? Buffer.alloc(0))).toBe(true);
      history = Buffer.concat([history, message]);
    }
  });
});

it("messages are compressed better in context", () => {
  const plain = jsonMessages(256);
  const length = (takeover: boolean): number => deflateMessages(plain, { takeover, windowBits: 15 }).frames.length;
  expect(length(true)).toBeLessThan(length(false) / 2);
});

it.each([64, 256, 1_024, 65_536])("messages of %i bytes have that length, and repeat from run to run", (size) => {
  const messages = jsonMessages(size);
  expect(messages.every(({ length }) => length === size)).toBe(true);
  expect(messages[1]?.equals(messages[0] ?? Buffer.alloc(0))).toBe(false);
  expect(Buffer.concat(jsonMessages(size)).equals(Buffer.concat(messages))).toBe(true);
});

describe("what the server answers to the offer", () => {
  it.each([
    ["permessage-deflate", { takeover: true, windowBits: 15 }],
    ["permessage-deflate; client_max_window_bits=12", { takeover: true, windowBits: 12 }],
    ['permessage-deflate; client_max_window_bits="9"', { takeover: true, windowBits: 9 }],
    ["permessage-deflate; server_no_context_takeover; client_no_context_takeover", { takeover: false, windowBits: 15 }],
  ])("%s", (answer, terms) => {
    expect(termsOf(answer)).toEqual(terms);
  });

  it("is no answer where it does not compress", () => {
    expect(() => termsOf("")).toThrow("does not compress");
  });
});
