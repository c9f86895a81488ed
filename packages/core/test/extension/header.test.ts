import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { WebSocketExtensionHeader } from "../../src/extension/header.js";
import {
  MalformedExtensionHeaderError,
  parseWebSocketExtensions,
  printWebSocketExtensions,
} from "../../src/extension/header.js";

type Short = readonly [name: string, ...parameters: (readonly [string, string | null])[]];

function extension([name, ...parameters]: Short): WebSocketExtensionHeader {
  return { name, parameters: parameters.map(([parameter, value]) => ({ name: parameter, value })) };
}

describe("parsing Sec-WebSocket-Extensions", () => {
  it.each<[string, string, Short[]]>([
    ["a name", "foo", [["foo"]]],
    ["a flag", "foo; bar", [["foo", ["bar", null]]]],
    ["a value", "foo; bar=1", [["foo", ["bar", "1"]]]],
    ["a quoted value", 'foo; bar="1"', [["foo", ["bar", "1"]]]],
    ["a quoted value with escapes", 'foo; bar="\\1\\a"', [["foo", ["bar", "1a"]]]],
    ["several extensions", "foo, bar; a;b=2 ,baz", [["foo"], ["bar", ["a", null], ["b", "2"]], ["baz"]]],
    ["no spaces at all", "a;b=c,d", [["a", ["b", "c"]], ["d"]]],
    ["spaces and tabs around every separator", " \tfoo\t;\tbar = 1 , baz\t", [["foo", ["bar", "1"]], ["baz"]]],
    ["several offers of one extension, in order", "foo; a=1, foo", [["foo", ["a", "1"]], ["foo"]]],
    ["repeated parameters, in order", "foo; a=1; a; a=2", [["foo", ["a", "1"], ["a", null], ["a", "2"]]]],
    ["every character of a token", "!#$%&'*+-.^_`|~09azAZ", [["!#$%&'*+-.^_`|~09azAZ"]]],
    [
      "names that objects have already",
      "__proto__; constructor=1; __proto__=2, toString",
      [["__proto__", ["constructor", "1"], ["__proto__", "2"]], ["toString"]],
    ],
  ])("reads %s", (_, header, extensions) => {
    expect(parseWebSocketExtensions(header)).toStrictEqual(extensions.map(extension));
  });

  it.each([
    ["nothing", "", 0],
    ["only space", "  ", 2],
    ["an empty first element", ",foo", 0],
    ["an empty element", "foo,,bar", 4],
    ["an empty last element", "foo,", 4],
    ["an empty parameter", "foo;;bar", 4],
    ["a missing parameter", "foo; ", 5],
    ["a missing parameter name", "foo; =1", 5],
    ["a missing value", "foo; bar=", 9],
    ["a missing value before a parameter", "foo; bar=; baz", 9],
    ["a value of the extension itself", "foo=1", 3],
    ["two names", "foo bar", 4],
    ["two values", "foo; bar=1 2", 11],
    ["a character that no token has", "foo; b@r", 6],
    ["a control character", "foo\n", 3],
    ["a character outside ASCII", "föo", 1],
    ["a quote in a name", '"foo"', 0],
    ["a quoted parameter name", 'foo; "bar"', 5],
    ["an empty quoted value", 'foo; bar=""', 10],
    ["a quoted value that is no token", 'foo; bar="a b"', 11],
    ["a quoted value that is no token once unescaped", 'foo; bar="a\\"b"', 12],
    ["an open quote", 'foo; bar="', 10],
    ["an open quote with something in it", 'foo; bar="a', 11],
    ["an escape at the end", 'foo; bar="\\', 11],
    ["something right after a quoted value", 'foo; bar="a"b', 12],
  ])("refuses %s and says where", (_, header, position) => {
    const parse = (): unknown => parseWebSocketExtensions(header);
    expect(parse).toThrow(MalformedExtensionHeaderError);
    expect(parse).toThrow(expect.objectContaining({ code: "MALFORMED_EXTENSION_HEADER", header, position }));
  });

  it("reads a megabyte of anything that has made parsers backtrack, to its end", () => {
    const size = 1 << 20;
    expect(parseWebSocketExtensions(`${"a,".repeat(size / 2)}a`)).toHaveLength(size / 2 + 1);
    expect(parseWebSocketExtensions(`a;b${";b".repeat(size / 2)}`)[0]?.parameters).toHaveLength(size / 2 + 1);
    expect(parseWebSocketExtensions(`a; b="${"\\c".repeat(size / 2)}"`)[0]?.parameters[0]?.value).toHaveLength(
      size / 2,
    );
    const broken = [`a${" ".repeat(size)}b`, `a; b="${"\\c".repeat(size / 2)}`, `a; b="${"c".repeat(size)}`];
    for (const header of broken) {
      const position = header.endsWith("b") ? header.length - 1 : header.length;
      expect(() => parseWebSocketExtensions(header)).toThrow(expect.objectContaining({ position }));
    }
  });

  it("looks at each character a bounded number of times", () => {
    for (const unit of ["a,", "a;b=c,", 'a;b="\\c\\d",', " \t a ,", 'a;b="c']) {
      const looks = [1_000, 2_000, 4_000].map((times) => countLooks(unit.repeat(times)) / (unit.length * times));
      for (const each of looks) expect(each).toBeLessThan(12);
    }
  });
});

/** How often the parser asks `header` for a character, by index or by code. */
function countLooks(header: string): number {
  let looks = 0;
  const counting = new Proxy(Object(header), {
    get(target: object, property: string | symbol): unknown {
      if (typeof property === "string" && /^\d+$/.test(property)) looks += 1;
      const value: unknown = Reflect.get(target, property);
      if (typeof value !== "function") return value;
      return (...args: unknown[]): unknown => {
        looks += 1;
        return Reflect.apply(value, header, args);
      };
    },
  }) as string;
  try {
    parseWebSocketExtensions(counting);
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedExtensionHeaderError);
  }
  return looks;
}

const token = fc.string({
  unit: fc.constantFrom(..."!#$%&'*+-.^_`|~0123456789abcxyzABCXYZ"),
  minLength: 1,
  maxLength: 12,
});
const extensions = fc.array(
  fc.record({
    name: fc.oneof(token, fc.constantFrom("__proto__", "constructor")),
    parameters: fc.array(fc.record({ name: token, value: fc.option(token) }), { maxLength: 5 }),
  }),
  { minLength: 1, maxLength: 5 },
);

describe("printing Sec-WebSocket-Extensions", () => {
  it("gives what reads back as the same", () => {
    fc.assert(
      fc.property(extensions, (list) => {
        expect(parseWebSocketExtensions(printWebSocketExtensions(list))).toEqual(list);
      }),
    );
  });

  it("brings whatever can be read to one spelling", () => {
    const piece = fc.constantFrom("a", "b1", ",", ";", "=", '"', "\\", " ", "\t", "é", "(");
    fc.assert(
      fc.property(fc.string({ unit: piece, maxLength: 24 }), (header) => {
        let list: WebSocketExtensionHeader[];
        try {
          list = parseWebSocketExtensions(header);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedExtensionHeaderError);
          return;
        }
        const printed = printWebSocketExtensions(list);
        expect(parseWebSocketExtensions(printed)).toEqual(list);
        expect(printWebSocketExtensions(parseWebSocketExtensions(printed))).toBe(printed);
      }),
      { numRuns: 2_000 },
    );
  });

  it("writes nothing for an empty list", () => {
    expect(printWebSocketExtensions([])).toBe("");
  });

  it.each<[string, Short, number]>([
    ["an empty name", [""], 0],
    ["a line break in a name", ["foo\r\nSet-Cookie: a"], 3],
    ["a separator in a parameter's name", ["foo", ["a;b", null]], 6],
    ["an empty value", ["foo", ["a", ""]], 7],
    ["a line break in a value", ["foo", ["a", "1\n"]], 8],
  ])("refuses %s", (_, short, position) => {
    const print = (): unknown => printWebSocketExtensions([extension(short)]);
    expect(print).toThrow(expect.objectContaining({ code: "MALFORMED_EXTENSION_HEADER", position }));
  });
});
