import { create, isMessage, toBinary } from "@bufbuild/protobuf";
import type { DescriptorProto, Timestamp } from "@bufbuild/protobuf/wkt";
import { AnySchema, DescriptorProtoSchema, StructSchema, TimestampSchema } from "@bufbuild/protobuf/wkt";
import { deserialize, Frame } from "@sluice/core";
import fc from "fast-check";
import { describe, expect, expectTypeOf, it, test } from "vitest";
import { messageSchema, protobufConverter } from "../../src/converters/protobuf.js";
import { hex } from "./values.js";

// Types that come with the library: one of numbers, one that holds messages of its own type, one with a map.
const timestamps = protobufConverter({ receive: TimestampSchema, send: TimestampSchema });
const trees = protobufConverter({ receive: DescriptorProtoSchema, send: DescriptorProtoSchema });
const structs = protobufConverter({ receive: StructSchema, send: StructSchema });

const binary = (bytes: Uint8Array | string): Frame => new Frame.Binary(typeof bytes === "string" ? hex(bytes) : bytes);

const REFUSED = { code: "WEBSOCKET_DESERIALIZE" };
const NOT_SENT = { code: "WEBSOCKET_SERIALIZE" };

describe("a message of the type that is sent", () => {
  it("goes out as one binary message, and comes back as it was", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.integer(), (seconds, nanos) => {
        const message = create(TimestampSchema, { seconds, nanos });
        const frame = timestamps.serialize(message);
        expect(frame).toMatchObject({ type: "binary", fin: true });
        expect(timestamps.deserialize(frame as Frame)).toEqual(message);
      }),
    );
  });

  it("may be empty: then there are no bytes", () => {
    expect(timestamps.serialize(create(TimestampSchema))).toMatchObject({ data: new Uint8Array(0) });
    expect(timestamps.deserialize(binary(""))).toEqual(create(TimestampSchema));
  });
});

describe("anything else", () => {
  test.for<[what: string, value: unknown]>([
    ["undefined", undefined],
    ["text", "text"],
    ["what create would take", { seconds: 1n }],
    ["a message of another type", create(DescriptorProtoSchema)],
    ["a message with a value that its field cannot have", { ...create(TimestampSchema), nanos: 1.5 }],
  ])("is not sent: %s", ([, value]) => {
    const thrown = expect.objectContaining({ ...NOT_SENT, value, cause: expect.any(Error) });
    expect(() => timestamps.serialize(value)).toThrow(thrown);
  });
});

describe("bytes that are no message", () => {
  test.for<[what: string, bytes: string]>([
    ["a field that is cut short", "08"],
    ["a number that never ends", "08ffffffffffffffffffffff01"],
    ["bytes behind the last field", "0801ff"],
    ["a length beyond the message", "1a05"],
    ["field number 0", "0001"],
    ["a wire type that does not exist", "0f"],
    ["the end of a group that did not begin", "0c"],
    ["a group that does not end", "0b"],
  ])("are refused with their frame: %s", ([, bytes]) => {
    const frame = binary(bytes);
    const thrown = expect.objectContaining({ ...REFUSED, frame, cause: expect.any(Error), issues: undefined });
    expect(() => timestamps.deserialize(frame)).toThrow(thrown);
  });

  it("never end in anything but a message or this error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        for (const [converter, schema] of [
          [trees, DescriptorProtoSchema],
          [structs, StructSchema],
        ] as const) {
          let value: unknown;
          try {
            value = converter.deserialize(binary(bytes));
          } catch (error) {
            expect(error).toMatchObject(REFUSED);
            continue;
          }
          expect(isMessage(value, schema)).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

it("takes the later of two fields, keeps fields that it does not know, as Protobuf has it", () => {
  expect(timestamps.deserialize(binary("08010802"))).toMatchObject({ seconds: 2n });
  const message = timestamps.deserialize(binary("0801f80101"));
  expect(message).toMatchObject({ seconds: 1n, $unknown: [{ no: 31 }] });
  expect(timestamps.serialize(message)).toMatchObject({ data: hex("0801f80101") });
});

describe("the key __proto__ of a map", () => {
  it("is refused, wherever the map is", () => {
    const entry = "0a0d0a095f5f70726f746f5f5f1200";
    const refused = expect.objectContaining({ ...REFUSED, message: expect.stringContaining("__proto__") });
    expect(() => structs.deserialize(binary(entry))).toThrow(refused);
    const inner = `0a160a01611211 2a0f ${entry}`.replaceAll(" ", "");
    expect(() => structs.deserialize(binary(inner))).toThrow(refused);
  });

  it("is text like any other where it is no key", () => {
    const message = create(DescriptorProtoSchema, { name: "x_/__proto__" });
    expect(trees.deserialize(trees.serialize(message) as Frame)).toEqual(message);
    const value = create(StructSchema, {
      fields: {
        a: { kind: { case: "stringValue", value: "__proto__" } },
        x__proto__: { kind: { case: "boolValue", value: true } },
      },
    });
    expect(structs.deserialize(structs.serialize(value) as Frame)).toEqual(value);
  });
});

describe("nesting", () => {
  const nested = (depth: number): Uint8Array => {
    let message: DescriptorProto = create(DescriptorProtoSchema, { name: "leaf" });
    for (let level = 1; level < depth; level++) message = create(DescriptorProtoSchema, { nestedType: [message] });
    return toBinary(DescriptorProtoSchema, message);
  };

  it("may go as deep as maxDepth, 100 by default, and no deeper", () => {
    expect(() => trees.deserialize(binary(nested(100)))).not.toThrow();
    expect(() => trees.deserialize(binary(nested(101)))).toThrow(expect.objectContaining(REFUSED));
    const two = protobufConverter({ receive: DescriptorProtoSchema, send: DescriptorProtoSchema, maxDepth: 2 });
    expect(() => two.deserialize(binary(nested(2)))).not.toThrow();
    expect(() => two.deserialize(binary(nested(3)))).toThrow(expect.objectContaining(REFUSED));
  });

  it("is no way to exhaust the stack, in groups that nobody knows neither", () => {
    for (const bytes of ["fb01".repeat(100_000), "0b".repeat(100_000)]) {
      expect(() => trees.deserialize(binary(bytes))).toThrow(expect.objectContaining(REFUSED));
    }
  });

  test.for([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("cannot be bounded by %s", (maxDepth) => {
    expect(() => protobufConverter({ receive: AnySchema, send: AnySchema, maxDepth })).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", option: "maxDepth" }),
    );
  });
});

describe("the Standard Schema of a message", () => {
  it("gives received messages their type", async () => {
    const received = deserialize(timestamps, binary("0801"), messageSchema(TimestampSchema));
    expectTypeOf(received).resolves.toEqualTypeOf<Timestamp>();
    expect((await received).seconds).toBe(1n);
  });

  it("refuses messages of another type", async () => {
    const received = deserialize(timestamps, binary("0801"), messageSchema(DescriptorProtoSchema));
    await expect(received).rejects.toMatchObject({
      ...REFUSED,
      issues: [{ message: expect.stringContaining("google.protobuf.DescriptorProto") }],
    });
  });
});

it("reads whole binary messages, and nothing else", () => {
  expect(timestamps.isApplicable(binary("0801"))).toBe(true);
  expect(timestamps.isApplicable(new Frame.Binary(hex("08"), { fin: false }))).toBe(false);
  expect(timestamps.isApplicable(new Frame.Text("1"))).toBe(false);
});
