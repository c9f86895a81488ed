import { Frame } from "@sluice/core";
import { decode, encode } from "cborg";
import { bigIntDecoder, dateDecoder, dateEncoder } from "cborg/taglib";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { cborConverter } from "../../src/converters/cbor.js";
import { convertible, hex, namesProto } from "./values.js";

const cbor = cborConverter();

const read = (bytes: Uint8Array | string, converter = cbor): unknown =>
  converter.deserialize(new Frame.Binary(typeof bytes === "string" ? hex(bytes) : bytes));
const write = (value: unknown, converter = cbor): Uint8Array => {
  const frame = converter.serialize(value);
  if (!(frame instanceof Frame.Binary)) throw new Error("not a binary frame");
  return frame.data;
};

const REFUSED = { code: "WEBSOCKET_DESERIALIZE" };
const NOT_SENT = { code: "WEBSOCKET_SERIALIZE" };
const refuses = (bytes: Uint8Array | string, converter = cbor): void => {
  expect(() => read(bytes, converter)).toThrow(expect.objectContaining(REFUSED));
};

describe("what CBOR can say", () => {
  it("comes back as it was sent", () => {
    fc.assert(
      fc.property(convertible({ bigints: true }), (value) => {
        expect(read(write(value))).toEqual(value);
      }),
    );
  });

  it("goes out as one binary message", () => {
    expect(cbor.serialize([1])).toMatchObject({ type: "binary", fin: true });
    expect(write({ a: [1, "ü", null, Uint8Array.of(7)] })).toEqual(hex("a16161840162c3bcf64107"));
  });

  it("has undefined, but not as a property, as in JSON", () => {
    expect(read(write(undefined))).toBeUndefined();
    expect(read(write({ a: undefined, b: [undefined] }))).toStrictEqual({ b: [undefined] });
  });

  it("has whole numbers of 64 bits, which come as bigint where a number would round them", () => {
    for (const value of [2n ** 64n - 1n, -(2n ** 64n), BigInt(Number.MAX_SAFE_INTEGER) + 1n]) {
      expect(read(write(value))).toBe(value);
    }
    expect(read(write(7n))).toBe(7);
  });

  it("has maps with text for keys, be they of known length or not", () => {
    expect(read(write(new Map([["a", new Map([["b", 1]])]])))).toEqual({ a: { b: 1 } });
    expect(read("bf61610161629f0203ffff")).toEqual({ a: 1, b: [2, 3] });
    expect(read("bfff")).toEqual({});
    expect(read("9f9fffbfff80a0ff")).toEqual([[], {}, [], {}]);
  });

  it("has text that begins with a byte order mark, and text with a replacement character", () => {
    for (const text of ["\ufeff", "\ufeffa", "a\ufffdb", "\ufeff".repeat(300), `${"a".repeat(70_000)}\ufffd`]) {
      expect(read(write(text))).toBe(text);
      expect(read(write({ [text]: text }))).toEqual({ [text]: text });
    }
  });

  it("is a copy of the message's bytes", () => {
    const message = hex("4101");
    const bytes = read(message);
    message[1] = 2;
    expect(bytes).toEqual(Uint8Array.of(1));
    const pooled = Buffer.from("4101", "hex");
    const copy = read(pooled);
    pooled[1] = 2;
    expect(copy).toEqual(Uint8Array.of(1));
  });

  it("is read from the part of a buffer that the message is", () => {
    expect(read(hex("ff8201024101ff").subarray(1, 4))).toEqual([1, 2]);
  });
});

describe("a value that CBOR has nothing for", () => {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  let deep: unknown = 0;
  for (let depth = 0; depth < 20_000; depth++) deep = [deep];

  test.for<[what: string, value: unknown]>([
    ["a function", () => 1],
    ["a symbol", Symbol("s")],
    ["a date, without a tag for it", { at: new Date(0) }],
    ["a set", new Set([1])],
    ["a bigint over 64 bits", 2n ** 64n],
    ["a cycle", cycle],
    ["what is too deep for the stack", deep],
  ])("is not sent: %s", ([, value]) => {
    const thrown = expect.objectContaining({ ...NOT_SENT, value, cause: expect.any(Error) });
    expect(() => cbor.serialize(value)).toThrow(thrown);
    expect(read(write([1]))).toEqual([1]);
  });
});

describe("a message that is not CBOR", () => {
  test.for<[what: string, bytes: string]>([
    ["empty", ""],
    ["cut short in a head", "19ff"],
    ["cut short in a text", "6361"],
    ["an array with too few items", "820"],
    ["a map without its last value", "a16161"],
    ["a length that nothing can have", "9bffffffffffffffff"],
    ["a long array of nothing", "9affffffff"],
    ["bytes behind the item", "0101"],
    ["a break behind the item", "01ff"],
    ["a break alone", "ff"],
    ["a break in an array of known length", "8201ff"],
    ["a break for the key of a map of known length", "a1ff"],
    ["a break for the value of a map of known length", "a16161ff"],
    ["a break for the value of a map of unknown length", "bf6161ffff"],
    ["an array that never ends", "9f01"],
    ["a map that never ends", "bf616101"],
    ["a reserved length", "1c"],
    ["text of unknown length", "7f6161ff"],
    ["an unknown simple value", "e0"],
    ["a tag without a reader", "c101"],
    ["a key that is no text", "a10102"],
    ["a key that is an array", "a18001"],
    ["text that is not UTF-8", "61ff"],
    ["a key that is not UTF-8", "a161ff01"],
    ["text that ends inside a character", "62e282"],
  ])("is refused with its frame: %s", ([, bytes]) => {
    const frame = new Frame.Binary(hex(bytes));
    const thrown = expect.objectContaining({ ...REFUSED, frame, cause: expect.any(Error), issues: undefined });
    expect(() => cbor.deserialize(frame)).toThrow(thrown);
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
});

describe("a key that comes twice", () => {
  test.for<[what: string, bytes: string]>([
    ["in a map of known length", "a2616101616102"],
    ["in a map of unknown length", "bf616101616102ff"],
    ["inside", "81a2616101616102"],
    ["with another spelling of its length", "a261610178016102"],
  ])("is refused %s", ([, bytes]) => refuses(bytes));

  it("may come once in each of two maps", () => {
    expect(read("82a1616101a1616102")).toEqual([{ a: 1 }, { a: 2 }]);
    expect(read("a16161a1616101")).toEqual({ a: { a: 1 } });
  });
});

describe("the key __proto__", () => {
  it("is refused wherever it stands", () => {
    const proto = (value: unknown): unknown => new Map([["__proto__", value]]);
    for (const value of [
      proto(1),
      proto({ admin: true }),
      [proto(null)],
      { a: [{ b: proto({}) }] },
      { a: 1, b: proto(1) },
    ]) {
      refuses(encode(value));
    }
    refuses("bf695f5f70726f746f5f5f01ff");
    refuses("a178095f5f70726f746f5f5f01");
  });

  it("is text like any other where it is no key", () => {
    for (const value of ["__proto__", ["__proto__"], { a: "__proto__" }, { __proto: 1, x__proto__: "__proto__" }]) {
      expect(read(encode(value))).toEqual(value);
    }
  });

  it("never comes through", () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (value) => {
        let bytes: Uint8Array;
        try {
          bytes = encode(value);
        } catch {
          return;
        }
        if (namesProto(decode(bytes, { useMaps: false }))) refuses(bytes);
      }),
    );
  });
});

describe("nesting", () => {
  const array = (depth: number): string => `${"81".repeat(depth - 1)}80`;
  const map = (depth: number): string => `${"a16161".repeat(depth - 1)}a0`;

  it("may go as deep as maxDepth, 64 by default, and no deeper", () => {
    for (const nested of [array, map]) {
      expect(() => read(nested(64))).not.toThrow();
      refuses(nested(65));
      const two = cborConverter({ maxDepth: 2 });
      expect(() => read(nested(2), two)).not.toThrow();
      refuses(nested(3), two);
    }
  });

  it("counts what is open, not what has been", () => {
    const two = cborConverter({ maxDepth: 2 });
    expect(read("85810180a16161019f01ffa0", two)).toEqual([[1], [], { a: 1 }, [1], {}]);
    expect(read("9f810180a16161019f01ffa0ff", two)).toEqual([[1], [], { a: 1 }, [1], {}]);
  });

  it("counts arrays of unknown length, and tags", () => {
    refuses("9f".repeat(65) + "ff".repeat(65));
    expect(() => read("9f".repeat(64) + "ff".repeat(64))).not.toThrow();
    const tagged = cborConverter({ tags: { 1: (decodeItem) => [decodeItem()] } });
    expect(() => read(`${"c1".repeat(64)}00`, tagged)).not.toThrow();
    refuses(`${"c1".repeat(65)}00`, tagged);
  });

  it("is no way to exhaust the stack", () => {
    for (const opening of ["81", "9f", "a16161", "bf6161"]) refuses(opening.repeat(200_000));
  });

  test.for([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("cannot be bounded by %s", (maxDepth) => {
    expect(() => cborConverter({ maxDepth })).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", option: "maxDepth" }),
    );
  });
});

it("reads and writes tags that it was given", () => {
  const converter = cborConverter({
    tags: { 1: dateDecoder, 2: bigIntDecoder },
    typeEncoders: { Date: dateEncoder },
  });
  const value = { at: new Date(1500), many: [new Date(0)] };
  expect(read(write(value, converter), converter)).toEqual(value);
  expect(read("c249010000000000000000", converter)).toBe(2n ** 64n);
});

it("reads whole binary messages, and nothing else", () => {
  expect(cbor.isApplicable(new Frame.Binary(hex("01")))).toBe(true);
  expect(cbor.isApplicable(new Frame.Binary(hex("01"), { fin: false }))).toBe(false);
  expect(cbor.isApplicable(new Frame.Text("1"))).toBe(false);
  expect(cbor.isApplicable(new Frame.Ping())).toBe(false);
});
