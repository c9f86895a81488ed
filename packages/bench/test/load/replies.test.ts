import { beforeEach, describe, expect, it } from "vitest";
import { readBuffer } from "../../src/load/connection.js";
import { BINARY, frameHeader, payloadOf } from "../../src/load/frames.js";
import { Replies } from "../../src/load/replies.js";

const payload = payloadOf(200, false);
const reply = Buffer.concat([frameHeader(BINARY, payload.length), payload]);
const stream = Buffer.concat([reply, reply, reply, reply, reply]);

/** Counts the replies in a stream that comes in chunks of `chunk` bytes. */
function count(replies: Replies, bytes: Buffer, chunk: number): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += chunk) {
    const part = bytes.subarray(at, at + chunk);
    part.copy(readBuffer);
    sum += replies.take(part.length);
  }
  return sum;
}

describe.each([true, false])("replies, every byte compared: %s,", (verify) => {
  let replies: Replies;
  beforeEach(() => {
    replies = new Replies(BINARY, payload, verify);
  });

  it.each([1, 3, 203, 204, 205, 1_020])("are counted in chunks of %i bytes", (chunk) => {
    expect(count(replies, stream, chunk)).toBe(5);
    expect(() => replies.checkWhole()).not.toThrow();
  });

  it("of another length are noticed", () => {
    const other = Buffer.concat([reply, frameHeader(BINARY, 199), payload.subarray(1)]);
    expect(() => count(replies, other, 204)).toThrow("not expected: 827e00c7");
  });

  it("that stop in the middle are noticed", () => {
    count(replies, stream.subarray(0, 250), 250);
    expect(() => replies.checkWhole()).toThrow("46 bytes that nobody asked for");
  });
});

it("a wrong byte is noticed where every byte is compared", () => {
  const wrong = Buffer.from(stream);
  wrong[700] = (wrong[700] ?? 0) ^ 1;
  expect(() => count(new Replies(BINARY, payload, true), wrong, 1_020)).toThrow("not expected");
});
