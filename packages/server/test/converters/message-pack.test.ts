import { Encoder, ExtData, ExtensionCodec, encode } from "@msgpack/msgpack";
import { Frame } from "@sluice/core";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { messagePackConverter } from "../../src/converters/message-pack.js";
import { convertible, hex, namesProto } from "./values.js";

const messagePack = messagePackConverter();
const withBigints = messagePackConverter({ bigints: true });

const read = (bytes: Uint8Array | string, converter = messagePack): unknown =>
  converter.deserialize(new Frame.Binary(typeof bytes === "string" ? hex(bytes) : bytes));
const write = (value: unknown, converter = messagePack): Uint8Array => {
  const frame = converter.serialize(value);
  if (!(frame instanceof Frame.Binary)) throw new Error("not a binary frame");
  return frame.data;
};

const REFUSED = { code: "WEBSOCKET_DESERIALIZE" };
const NOT_SENT = { code: "WEBSOCKET_SERIALIZE" };
const refuses = (bytes: Uint8Array | string, converter = messagePack): void => {
  expect(() => read(bytes, converter)).toThrow(expect.objectContaining(REFUSED));
};

describe("what MessagePack can say", () => {
  it("comes back as it was sent", () => {
    fc.assert(
      fc.property(convertible({ bigints: false }), (value) => {
        expect(read(write(value))).toEqual(value);
      }),
    );
  });

  it("goes out as one binary message", () => {
    expect(messagePack.serialize([1])).toMatchObject({ type: "binary", fin: true });
    expect(write({ a: [1, "ü", null, Uint8Array.of(7)] })).toEqual(hex("81a1619401a2c3bcc0c40107"));
  });

  it("leaves out properties that are undefined, as JSON does", () => {
    expect(read(write({ a: undefined, b: 1 }))).toStrictEqual({ b: 1 });
  });

  it("comes back in every size that the format has", () => {
    for (const size of [0, 1, 15, 16, 31, 32, 255, 256, 65_535, 65_536]) {
      const text = "x".repeat(size);
      const items = Array.from({ length: size }, (_, index) => index);
      expect(read(write(text))).toBe(text);
      expect(read(write(new Uint8Array(size)))).toEqual(new Uint8Array(size));
      expect(read(write(items))).toEqual(items);
      const map = Object.fromEntries(items.map((item) => [`k${item}`, item]));
      expect(read(write(map))).toEqual(map);
    }
    for (const number of [0, 127, 128, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER, 1.5]) {
      expect(read(write([number, -number - 1]))).toEqual([number, -number - 1]);
    }
  });

  it("has timestamps, which are dates", () => {
    for (const at of [new Date(0), new Date(1500), new Date(-1), new Date("2514-06-01T00:00:00.001Z")]) {
      expect(read(write({ at }))).toEqual({ at });
    }
  });

  it("has extensions of every size, which come as they are", () => {
    for (const size of [0, 1, 2, 3, 4, 8, 16, 255, 256, 65_535, 65_536]) {
      const extension = new ExtData(7, new Uint8Array(size).fill(9));
      expect(read(write([extension, 1]))).toEqual([extension, 1]);
    }
  });

  it("has maps with numbers for keys", () => {
    expect(read("820102ff03")).toEqual({ 1: 2, "-1": 3 });
  });
});

describe("whole numbers of 64 bits", () => {
  it("are numbers as far as they are safe, and refused beyond, both ways", () => {
    expect(read("cf001fffffffffffff")).toBe(Number.MAX_SAFE_INTEGER);
    expect(read("d3ffe0000000000001")).toBe(Number.MIN_SAFE_INTEGER);
    refuses("cf0020000000000000");
    refuses("d3ffe0000000000000");
    refuses("cfffffffffffffffff");
    refuses("81a161d38000000000000000");
    expect(() => messagePack.serialize(1n)).toThrow(expect.objectContaining(NOT_SENT));
  });

  it("are bigints where that is asked for", () => {
    for (const value of [0n, 2n ** 64n - 1n, -(2n ** 63n)])
      expect(read(write(value, withBigints), withBigints)).toBe(value);
    refuses("81cf000000000000000101", withBigints);
  });
});

describe("a value that MessagePack has nothing for", () => {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  let deep: unknown = 0;
  for (let depth = 0; depth < 50_000; depth++) deep = [deep];

  test.for<[what: string, value: unknown]>([
    ["undefined", undefined],
    ["a function", () => 1],
    ["a function inside", { run: () => 1 }],
    ["a symbol", Symbol("s")],
    ["a bigint", { id: 1n }],
    ["a map", new Map([["a", 1]])],
    ["a set inside", [new Set([1])]],
    ["a buffer without a view", new ArrayBuffer(2)],
    ["an error", new Error("oops")],
    ["a cycle", cycle],
    ["what is too deep for the stack", deep],
  ])("is not sent: %s", ([, value]) => {
    const thrown = expect.objectContaining({ ...NOT_SENT, value, cause: expect.any(Error) });
    expect(() => messagePack.serialize(value)).toThrow(thrown);
    expect(read(write([1]))).toEqual([1]);
  });
});

describe("a message that is not MessagePack", () => {
  test.for<[what: string, bytes: string]>([
    ["empty", ""],
    ["cut short in a head", "cd01"],
    ["cut short in a number of 64 bits", "cf01"],
    ["cut short in a text", "a361"],
    ["cut short in a length", "db0000"],
    ["cut short in an extension", "c80001"],
    ["an array with too few items", "9201"],
    ["a map without its last value", "81a161"],
    ["a long array of nothing", "ddffffffff"],
    ["a long map of nothing", "dfffffffff"],
    ["a byte that is no type", "c1"],
    ["bytes behind the item", "0101"],
    ["a key that is nil", "81c001"],
    ["a key that is bytes", "81c4016101"],
    ["a key that is an array", "819001"],
    ["a key that is a map of its own", "8181a1610101"],
    ["a timestamp of no known size", "d5ff0000"],
  ])("is refused with its frame: %s", ([, bytes]) => {
    const frame = new Frame.Binary(hex(bytes));
    const thrown = expect.objectContaining({ ...REFUSED, frame, cause: expect.any(Error), issues: undefined });
    expect(() => messagePack.deserialize(frame)).toThrow(thrown);
  });

  it("never gives what no message can hold, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        let value: unknown;
        try {
          value = read(bytes);
        } catch (error) {
          expect(error).toMatchObject(REFUSED);
          return;
        }
        expect(namesProto(value)).toBe(false);
        expect(() => write(value)).not.toThrow();
      }),
      { numRuns: 2000 },
    );
  });

  it("makes no room for more items than it has bytes", () => {
    // 60 arrays inside each other that announce 2^24 items each: room for them would be 8 GB.
    const before = process.memoryUsage().rss;
    const bytes = hex(`${"dd01000000".repeat(60)}${"00".repeat(100_000)}`);
    for (let round = 0; round < 20; round++) refuses(bytes);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
  });
});

describe("a key that comes twice", () => {
  test.for<[what: string, bytes: string]>([
    ["as the same text", "82a16101a16102"],
    ["with another spelling of its length", "82a16101d9016102"],
    ["as a text and as a number", "820101a13102"],
    ["behind a map that has it too", "82a16181a16101a16102"],
    ["inside", "81a16282a16101a16102"],
    ["in a map of 16 bits", "de0002a16101a16102"],
    ["in a map of 32 bits", "df00000002a16101a16102"],
  ])("is refused %s", ([, bytes]) => refuses(bytes));

  it("may come once in each of several maps", () => {
    expect(read("9281a1610181a16102")).toEqual([{ a: 1 }, { a: 2 }]);
    expect(read("82a16182a16101a16202a16203")).toEqual({ a: { a: 1, b: 2 }, b: 3 });
  });
});

describe("the key __proto__", () => {
  const named = (value: unknown): unknown => JSON.parse(`{"__proto__":${JSON.stringify(value)}}`);

  it("is refused wherever it stands", () => {
    for (const value of [named(1), named({ admin: true }), [named(null)], { a: [{ b: named({}) }] }]) {
      refuses(encode(value));
    }
    // In a spelling of UTF-8 that is too long, which the decoder does not mind.
    refuses("81aac19f5f70726f746f5f5f01");
  });

  it("is text like any other where it is no key", () => {
    for (const value of ["__proto__", ["__proto__"], { a: "__proto__" }, { __proto: 1, x__proto__: "__proto__" }]) {
      expect(read(encode(value))).toEqual(value);
    }
  });
});

describe("nesting", () => {
  const array = (depth: number): string => `${"91".repeat(depth - 1)}90`;
  const map = (depth: number): string => `${"81a161".repeat(depth - 1)}80`;

  it("may go as deep as maxDepth, 64 by default, and no deeper", () => {
    const two = messagePackConverter({ maxDepth: 2 });
    for (const nested of [array, map]) {
      expect(() => read(nested(64))).not.toThrow();
      refuses(nested(65));
      expect(() => read(nested(2), two)).not.toThrow();
      refuses(nested(3), two);
    }
  });

  it("counts what is open, not what has been", () => {
    const two = messagePackConverter({ maxDepth: 2 });
    expect(read("9591019081a161019202a13180", two)).toEqual([[1], [], { a: 1 }, [2, "1"], {}]);
  });

  it("is no way to exhaust the stack", () => {
    for (const opening of ["91", "81a161", "dc0001"]) refuses(opening.repeat(200_000));
  });

  test.for([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("cannot be bounded by %s", (maxDepth) => {
    expect(() => messagePackConverter({ maxDepth })).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", option: "maxDepth" }),
    );
  });
});

describe("extension types of one's own", () => {
  const codec = new ExtensionCodec();
  codec.register({
    type: 1,
    encode: (value) => (value instanceof Set ? new Encoder({ extensionCodec: codec }).encode([...value]) : null),
    decode: (data) => new Set(read(data.slice(), converter) as unknown[]),
  });
  const converter = messagePackConverter({ extensionCodec: codec });

  it("are read and written, one inside the other too", () => {
    const value = { seen: new Set(["a", new Set([{ a: 1, b: 2 }])]), at: new Date(0) };
    expect(read(write(value, converter), converter)).toEqual(value);
  });
});

it("reads whole binary messages, and nothing else", () => {
  expect(messagePack.isApplicable(new Frame.Binary(hex("01")))).toBe(true);
  expect(messagePack.isApplicable(new Frame.Binary(hex("01"), { fin: false }))).toBe(false);
  expect(messagePack.isApplicable(new Frame.Text("1"))).toBe(false);
  expect(messagePack.isApplicable(new Frame.Pong())).toBe(false);
});
