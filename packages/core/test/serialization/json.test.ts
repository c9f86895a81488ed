import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { Frame } from "../../src/frame.js";
import { WebSocketDeserializeError } from "../../src/serialization/content-converter.js";
import { jsonConverter } from "../../src/serialization/json.js";

const json = jsonConverter();

const read = (text: string, converter = json): unknown => converter.deserialize(new Frame.Text(text));
const write = (value: unknown): string => {
  const frame = json.serialize(value);
  if (!(frame instanceof Frame.Text)) throw new Error("not a text frame");
  return frame.readText();
};
const nested = (depth: number, open = "[", close = "]"): string => open.repeat(depth) + close.repeat(depth);

/** Any JSON, as `JSON.parse` gives it; members named `__proto__` have tests of their own. */
const anyJson = (options: fc.JsonSharedConstraints = {}): fc.Arbitrary<fc.JsonValue> =>
  fc.jsonValue(options).filter((value) => !JSON.stringify(value).includes('"__proto__"'));

const REFUSED = { code: "WEBSOCKET_DESERIALIZE" };
const NOT_SENT = { code: "WEBSOCKET_SERIALIZE" };

describe("what JSON can say", () => {
  it("comes back as it was sent", () => {
    fc.assert(
      fc.property(anyJson(), (value) => {
        expect(JSON.stringify(read(write(value)))).toBe(JSON.stringify(value));
      }),
    );
  });

  it("goes out as one text message, as JSON.stringify writes it", () => {
    expect(json.serialize({ text: "Grüße", gone: undefined, at: new Date(0) })).toMatchObject({
      type: "text",
      fin: true,
    });
    expect(write({ text: "Grüße", gone: undefined, at: new Date(0) })).toBe(
      '{"text":"Grüße","at":"1970-01-01T00:00:00.000Z"}',
    );
    expect(write(null)).toBe("null");
  });

  it("takes the later of two members with one name", () => {
    expect(read('{"a":1,"a":2}')).toEqual({ a: 2 });
  });
});

describe("a value that JSON has nothing for", () => {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;

  test.for<[what: string, value: unknown]>([
    ["undefined", undefined],
    ["a function", () => 1],
    ["a symbol", Symbol("s")],
    ["a bigint", 1n],
    ["a bigint inside", { id: 1n }],
    ["a cycle", cycle],
    ["what toJSON makes undefined", { toJSON: () => undefined }],
  ])("is not sent: %s", ([, value]) => {
    expect(() => json.serialize(value)).toThrow(expect.objectContaining({ ...NOT_SENT, value }));
  });

  it("tells what was thrown on the way", () => {
    const cause = new Error("no");
    const value = {
      toJSON: () => {
        throw cause;
      },
    };
    expect(() => json.serialize(value)).toThrow(expect.objectContaining({ ...NOT_SENT, value, cause }));
  });

  it("is not sent when it is nested too deep for the stack", () => {
    // Of arrays alone the engine may go through any number.
    let value: unknown = 0;
    for (let depth = 0; depth < 200_000; depth++) {
      const inner = value;
      value = { toJSON: () => [inner] };
    }
    expect(() => json.serialize(value)).toThrow(expect.objectContaining(NOT_SENT));
  });
});

describe("a message that is not JSON", () => {
  test.for<[text: string]>([
    [""],
    ["undefined"],
    ["{"],
    ["{'a':1}"],
    ["[1,]"],
    ["NaN"],
    ["1 2"],
    ['{"a":1} trailing'],
    ["\ufeff{}"],
    ['"\\x"'],
    ['"never ends'],
    ["]".repeat(300)],
  ])("is refused with its frame: %j", ([text]) => {
    const frame = new Frame.Text(text);
    const thrown = expect.objectContaining({ ...REFUSED, frame, issues: undefined, cause: expect.any(SyntaxError) });
    expect(() => json.deserialize(frame)).toThrow(thrown);
  });
});

describe("nesting", () => {
  it("may go as deep as maxDepth, 64 by default, and no deeper", () => {
    expect(() => read(nested(64))).not.toThrow();
    expect(() => read(nested(65))).toThrow(expect.objectContaining(REFUSED));
    expect(() => read(nested(64, '{"a":', "}").replace(":}", ":1}"))).not.toThrow();
    expect(() => read(nested(65, '{"a":', "}").replace(":}", ":1}"))).toThrow(expect.objectContaining(REFUSED));
  });

  it("is bounded by the option", () => {
    const converter = jsonConverter({ maxDepth: 2 });
    expect(read('[{"a":1},[],{}]', converter)).toEqual([{ a: 1 }, [], {}]);
    expect(read("[[]]", converter)).toEqual([[]]);
    expect(() => read("[[[]]]", converter)).toThrow(expect.objectContaining(REFUSED));
    expect(() => read('[[],{"a":[]}]', converter)).toThrow(expect.objectContaining(REFUSED));
  });

  it("is judged before the text is parsed: brackets that never close are refused by their depth", () => {
    const refused = (): unknown => read("[".repeat(5000));
    expect(refused).toThrow(expect.objectContaining(REFUSED));
    expect(refused).not.toThrow(expect.objectContaining({ cause: expect.anything() }));
  });

  it("does not count brackets in strings, whatever is escaped in them", () => {
    const converter = jsonConverter({ maxDepth: 2 });
    for (const content of ["[[[[[[", '"[[[[[[', '\\"[[[[[[', '\\\\"[[[[[', "\\", '"', "\\\\", '{"a":[[[[[[[']) {
      expect(read(JSON.stringify([content, content]), converter)).toEqual([content, content]);
      expect(read(JSON.stringify({ [content]: [1] }), converter)).toEqual({ [content]: [1] });
      expect(() => read(JSON.stringify([content, [[1]]]), converter)).toThrow(expect.objectContaining(REFUSED));
    }
  });

  it("is what a recursive count finds, in any JSON", () => {
    const depthOf = (value: unknown): number =>
      typeof value === "object" && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
    fc.assert(
      fc.property(anyJson({ maxDepth: 6 }), (value) => {
        const text = JSON.stringify(value);
        const depth = depthOf(value);
        expect(() => read(text, jsonConverter({ maxDepth: Math.max(1, depth) }))).not.toThrow();
        if (depth > 1)
          expect(() => read(text, jsonConverter({ maxDepth: depth - 1 }))).toThrow(WebSocketDeserializeError);
      }),
    );
  });

  test.for([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("cannot be bounded by %s", (maxDepth) => {
    expect(() => jsonConverter({ maxDepth })).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", option: "maxDepth" }),
    );
  });
});

describe("a member named __proto__", () => {
  test.for<[text: string]>([
    ['{"__proto__":{"admin":true}}'],
    ['{"__proto__":null}'],
    ['[{"a":[{"__proto__":{}}]}]'],
    ['{"\\u005f_proto__":{"admin":true}}'],
    ['{"\\u005F\\u005f\\u0070\\u0072\\u006f\\u0074\\u006F__":1}'],
  ])("is refused, however it is written: %s", ([text]) => {
    const frame = new Frame.Text(text);
    expect(() => json.deserialize(frame)).toThrow(expect.objectContaining({ ...REFUSED, frame }));
  });

  it("is only ever a name: as a value or as part of a longer name it says nothing", () => {
    const value = { a: "__proto__", b: ["__proto__"], __proto: 1, x__proto__: { c: "\u0001" } };
    expect(read(JSON.stringify(value))).toEqual(value);
  });

  it("never comes through, so that nothing received changes a prototype when it is copied", () => {
    const copies = (value: unknown): void => {
      if (typeof value !== "object" || value === null) return;
      if (!Array.isArray(value)) expect(Object.getPrototypeOf(Object.assign({}, value))).toBe(Object.prototype);
      for (const member of Object.values(value)) copies(member);
    };
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const named = JSON.stringify(value).includes('"__proto__":');
        if (named) expect(() => read(write(value))).toThrow(WebSocketDeserializeError);
        else copies(read(write(value)));
      }),
    );
  });
});

describe("which messages are read", () => {
  it("is text, and no fragment of it", () => {
    expect(json.isApplicable(new Frame.Text("{}"))).toBe(true);
    expect(json.isApplicable(new Frame.Text("{", { fin: false }))).toBe(false);
    expect(json.isApplicable(new Frame.Binary("{}"))).toBe(false);
    expect(json.isApplicable(new Frame.Ping())).toBe(false);
    expect(json.isApplicable(new Frame.Close())).toBe(false);
  });

  it("can be binary too, which must then be UTF-8", () => {
    const both = jsonConverter({ binary: true });
    expect(both.isApplicable(new Frame.Text("{}"))).toBe(true);
    expect(both.isApplicable(new Frame.Binary("{}"))).toBe(true);
    expect(both.isApplicable(new Frame.Binary("{", { fin: false }))).toBe(false);
    expect(both.deserialize(new Frame.Binary('{"a":"ü"}'))).toEqual({ a: "ü" });
    const frame = new Frame.Binary(Uint8Array.of(0x22, 0xff, 0x22));
    expect(() => both.deserialize(frame)).toThrow(expect.objectContaining({ ...REFUSED, frame }));
  });
});
