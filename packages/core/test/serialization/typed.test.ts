import type { StandardSchemaV1 } from "@standard-schema/spec";
import { type } from "arktype";
import * as v from "valibot";
import { describe, expect, expectTypeOf, it, test } from "vitest";
import * as z from "zod";
import { Channel } from "../../src/channel/channel.js";
import { Frame } from "../../src/frame.js";
import type { WebSocketContentConverter } from "../../src/serialization/content-converter.js";
import { WebSocketDeserializeError } from "../../src/serialization/content-converter.js";
import { jsonConverter } from "../../src/serialization/json.js";
import type { Deserialized, SerializingSession } from "../../src/serialization/typed.js";
import { deserialize, receiveDeserialized, sendSerialized, serialize } from "../../src/serialization/typed.js";

const json = jsonConverter();

/** A channel in which these messages have come. */
function incoming(...messages: (string | Frame)[]): Channel<Frame> {
  const channel = new Channel<Frame>({
    bounds: { capacity: 16, maxBytes: 1000 },
    sizeOf: () => 1,
    room() {},
    exhausted() {},
    cancelled() {},
  });
  for (const message of messages) channel.put(typeof message === "string" ? new Frame.Text(message) : message);
  return channel;
}

/** Keeps what is sent. */
function outgoing(): { readonly sent: string[]; send(frame: Frame): Promise<void> } {
  const sent: string[] = [];
  return {
    sent,
    send(frame) {
      sent.push(frame.type === "text" ? frame.readText() : frame.type);
      return Promise.resolve();
    },
  };
}

/** JSON that takes its time. */
const slow: WebSocketContentConverter = {
  isApplicable: json.isApplicable,
  serialize: async (value) => json.serialize(value),
  deserialize: async (frame) => json.deserialize(frame),
};

const REFUSED = { code: "WEBSOCKET_DESERIALIZE" };
const NOT_SENT = { code: "WEBSOCKET_SERIALIZE" };
const NO_CONVERTER = { code: "WEBSOCKET_CONVERTER_NOT_FOUND" };

describe("sending a value", () => {
  it("sends the message that the converter makes of it", async () => {
    const session = outgoing();
    await sendSerialized(session, json, { text: "hi" });
    await sendSerialized(session, slow, [1]);
    expect(session.sent).toEqual(['{"text":"hi"}', "[1]"]);
  });

  it("keeps its place between other messages, awaited or not", () => {
    const session = outgoing();
    void session.send(new Frame.Text("before"));
    void sendSerialized(session, json, 1);
    void session.send(new Frame.Text("after"));
    expect(session.sent).toEqual(["before", "1", "after"]);
  });

  it("rejects without a converter, and sends nothing", async () => {
    const session = outgoing();
    await expect(sendSerialized(session, undefined, 1)).rejects.toMatchObject(NO_CONVERTER);
    expect(() => serialize(undefined, 1)).toThrow(expect.objectContaining(NO_CONVERTER));
    expect(session.sent).toEqual([]);
  });

  test.for<[what: string, converter: WebSocketContentConverter]>([
    ["at once", json],
    ["after a while", slow],
  ])("rejects a value that cannot be written, %s, and sends nothing", async ([, converter]) => {
    const session = outgoing();
    await expect(sendSerialized(session, converter, undefined)).rejects.toMatchObject(NOT_SENT);
    expect(session.sent).toEqual([]);
  });

  test.for<[what: string, fail: (cause: Error) => Frame | Promise<Frame>]>([
    [
      "throws",
      (cause) => {
        throw cause;
      },
    ],
    ["rejects with", (cause) => Promise.reject(cause)],
  ])("wraps what a converter %s", async ([, fail]) => {
    const cause = new Error("full moon");
    const converter: WebSocketContentConverter = { ...json, serialize: () => fail(cause) };
    const expected = { ...NOT_SENT, value: 7, cause, message: "full moon" };
    await expect(sendSerialized(outgoing(), converter, 7)).rejects.toMatchObject(expected);
  });

  it("passes on what send rejects with", async () => {
    const cause = new Error("closed");
    const session = { send: () => Promise.reject(cause) };
    await expect(sendSerialized(session, json, 1)).rejects.toBe(cause);
    await expect(sendSerialized(session, slow, 1)).rejects.toBe(cause);
  });
});

describe("receiving a value", () => {
  it("gives what the converter reads, in order", async () => {
    const channel = incoming('{"a":1}', "[2]");
    expect(await receiveDeserialized(channel, json)).toEqual({ a: 1 });
    expect(await receiveDeserialized(channel, slow)).toEqual([2]);
  });

  it("waits for the next message", async () => {
    const channel = incoming();
    const both = [receiveDeserialized(channel, json), receiveDeserialized(channel, json)];
    channel.put(new Frame.Text("1"));
    channel.put(new Frame.Text("2"));
    expect(await Promise.all(both)).toEqual([1, 2]);
  });

  it("takes no message without a converter", async () => {
    const channel = incoming("1");
    await expect(receiveDeserialized(channel, undefined)).rejects.toMatchObject(NO_CONVERTER);
    await expect(deserialize(undefined, new Frame.Text("1"))).rejects.toMatchObject(NO_CONVERTER);
    expect(channel.length).toBe(1);
  });

  it("goes on with the next message after a bad one", async () => {
    const bad = new Frame.Text("{");
    const channel = incoming("1", bad, "2");
    expect(await receiveDeserialized(channel, json)).toBe(1);
    await expect(receiveDeserialized(channel, json)).rejects.toMatchObject({ ...REFUSED, frame: bad });
    expect(await receiveDeserialized(channel, json)).toBe(2);
  });

  test.for<[frame: Frame]>([
    [new Frame.Binary("1")],
    [new Frame.Text("1", { fin: false })],
    [new Frame.Ping()],
    [new Frame.Close()],
  ])("refuses a frame that the converter does not read, and carries it: $type", async ([frame]) => {
    const error = await receiveDeserialized(incoming(frame), json).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WebSocketDeserializeError);
    expect(error).toMatchObject({ ...REFUSED, frame, issues: undefined });
  });

  test.for<[what: string, fail: (cause: Error) => unknown]>([
    [
      "throws",
      (cause) => {
        throw cause;
      },
    ],
    ["rejects with", (cause) => Promise.reject(cause)],
  ])("wraps what a converter %s", async ([, fail]) => {
    const cause = new Error("full moon");
    const frame = new Frame.Text("1");
    const converter: WebSocketContentConverter = { ...json, deserialize: () => fail(cause) };
    const expected = { ...REFUSED, frame, cause, message: "full moon" };
    await expect(receiveDeserialized(incoming(frame), converter)).rejects.toMatchObject(expected);
  });

  it("ends as the channel ends: behind what came before", async () => {
    const ended = incoming("1");
    ended.close();
    expect(await receiveDeserialized(ended, json)).toBe(1);
    await expect(receiveDeserialized(ended, json)).rejects.toMatchObject({ code: "CLOSED_RECEIVE_CHANNEL" });

    const cause = new Error("lost");
    const failed = incoming("1");
    failed.close(cause);
    expect(await receiveDeserialized(failed, json)).toBe(1);
    await expect(receiveDeserialized(failed, json)).rejects.toBe(cause);
  });

  it("harms nobody when a session ends and nobody looks", async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on("unhandledRejection", note);
    try {
      const channel = incoming("{");
      void receiveDeserialized(channel, json);
      void receiveDeserialized(channel, json);
      void receiveDeserialized(channel, undefined);
      void sendSerialized(outgoing(), slow, undefined);
      void sendSerialized(outgoing(), json, undefined);
      channel.close();
      await new Promise((resolve) => setTimeout(resolve, 0));
      await new Promise((resolve) => setImmediate(resolve));
    } finally {
      process.off("unhandledRejection", note);
    }
    expect(unhandled).toEqual([]);
  });
});

const schemas = {
  zod: z.object({ room: z.string(), at: z.coerce.date() }),
  valibot: v.object({ room: v.string(), at: v.pipe(v.string(), v.toDate()) }),
  arktype: type({ room: "string", at: "string.date.parse" }),
} satisfies Record<string, StandardSchemaV1>;

describe.each(Object.entries(schemas))("a schema of %s", (_, schema: StandardSchemaV1) => {
  it("makes the value what the schema says", async () => {
    const channel = incoming('{"room":"a","at":"1970-01-01T00:00:00.000Z"}');
    expect(await receiveDeserialized(channel, json, schema)).toEqual({ room: "a", at: new Date(0) });
  });

  it("refuses what does not match, with its issues, and goes on", async () => {
    const bad = new Frame.Text('{"room":1,"at":"1970-01-01T00:00:00.000Z"}');
    const channel = incoming(bad, '{"room":"b","at":"1970-01-01T00:00:00.000Z"}');
    const error = await receiveDeserialized(channel, json, schema).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ ...REFUSED, frame: bad, message: expect.stringContaining("room") });
    const issues = error instanceof WebSocketDeserializeError ? error.issues : undefined;
    expect(issues).toHaveLength(1);
    expect(issues?.[0]?.message).toBeTypeOf("string");
    expect(await receiveDeserialized(channel, json, schema)).toMatchObject({ room: "b" });
  });
});

describe("a schema", () => {
  const standard = <Output>(
    validate: StandardSchemaV1.Props<unknown, Output>["validate"],
  ): StandardSchemaV1<unknown, Output> => ({ "~standard": { version: 1, vendor: "test", validate } });

  it("may take its time", async () => {
    const known = z.string().refine(async (name) => name === "known", "unknown");
    const channel = incoming('"known"', '"other"');
    expect(await receiveDeserialized(channel, slow, known)).toBe("known");
    await expect(receiveDeserialized(channel, slow, known)).rejects.toMatchObject({
      ...REFUSED,
      issues: [{ message: "unknown" }],
    });
  });

  it("that throws refuses the message, with what it threw", async () => {
    const cause = new TypeError("oops");
    const frame = new Frame.Text("1");
    const throwing = standard(() => {
      throw cause;
    });
    await expect(deserialize(json, frame, throwing)).rejects.toMatchObject({ ...REFUSED, frame, cause });
  });

  it("has its first issue named, with its path, and the others counted", async () => {
    const message = (issues: readonly StandardSchemaV1.Issue[]): Promise<unknown> =>
      deserialize(
        json,
        new Frame.Text("1"),
        standard(() => ({ issues })),
      ).catch((error: Error) => error.message);
    expect(await message([{ message: "bad", path: ["a", { key: 0 }, Symbol("s")] }, { message: "worse" }])).toContain(
      "a.0.Symbol(s): bad (and 1 more)",
    );
    expect(await message([{ message: "bad" }])).toMatch(/: bad$/);
    expect(await message([])).toContain("no reason");
  });
});

test("the type of a value is what its schema says, and unknown without one", () => {
  const channel = incoming();
  expectTypeOf(receiveDeserialized(channel, json)).resolves.toBeUnknown();
  expectTypeOf(receiveDeserialized(channel, json, undefined)).resolves.toBeUnknown();
  expectTypeOf(receiveDeserialized(channel, json, schemas.zod)).resolves.toEqualTypeOf<{ room: string; at: Date }>();
  expectTypeOf(receiveDeserialized(channel, json, schemas.valibot)).resolves.toEqualTypeOf<{
    room: string;
    at: Date;
  }>();
  expectTypeOf(receiveDeserialized(channel, json, schemas.arktype)).resolves.toEqualTypeOf<{
    room: string;
    at: Date;
  }>();
  expectTypeOf(deserialize(json, new Frame.Text("1"), z.number())).resolves.toBeNumber();
  expectTypeOf<Deserialized<typeof schemas.zod>>().toEqualTypeOf<{ room: string; at: Date }>();
  channel.close();

  type Receive = SerializingSession["receiveDeserialized"];
  expectTypeOf<ReturnType<Receive>>().resolves.toBeUnknown();
  const receive = (session: SerializingSession): unknown => {
    expectTypeOf(session.receiveDeserialized()).resolves.toBeUnknown();
    expectTypeOf(session.receiveDeserialized(schemas.valibot)).resolves.toEqualTypeOf<{ room: string; at: Date }>();
    // @ts-expect-error a type alone checks nothing: there has to be a schema
    expectTypeOf(session.receiveDeserialized<{ room: string }>()).resolves.toBeUnknown();
    // @ts-expect-error not a Standard Schema
    return session.receiveDeserialized({ room: "string" });
  };
  expect(receive).toBeTypeOf("function");
});
