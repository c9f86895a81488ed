import { describe, expect, expectTypeOf, it } from "vitest";
import type { JoinedPath, PathParameters } from "../../src/routing/path.js";
import { decodeSegment, InvalidPathError, joinPaths, parsePath } from "../../src/routing/path.js";

describe("a path", () => {
  it("is read segment by segment", () => {
    expect(parsePath("/chat/{room}/*/a-{id}.json/{last?}")).toEqual({
      text: "/chat/{room}/*/a-{id}.json/{last?}",
      segments: [
        { kind: "literal", value: "chat" },
        { kind: "parameter", name: "room", prefix: "", suffix: "" },
        { kind: "wildcard" },
        { kind: "parameter", name: "id", prefix: "a-", suffix: ".json" },
        { kind: "optional", name: "last", prefix: "", suffix: "" },
      ],
      trailingSlash: false,
    });
  });

  it.each([
    ["{path...}", { kind: "tail", name: "path", prefix: "" }],
    ["{...}", { kind: "tail", name: null, prefix: "" }],
    ["v{path...}", { kind: "tail", name: "path", prefix: "v" }],
    ["caf%C3%A9", { kind: "literal", value: "café" }],
    ["café", { kind: "literal", value: "café" }],
    ["%2A", { kind: "literal", value: "*" }],
    ["a.b:c(d)", { kind: "literal", value: "a.b:c(d)" }],
    ["..", { kind: "literal", value: ".." }],
    ["{__proto__}", { kind: "parameter", name: "__proto__", prefix: "", suffix: "" }],
    ["{größe}", { kind: "parameter", name: "größe", prefix: "", suffix: "" }],
  ])("has the segment %s", (text, segment) => {
    expect(parsePath(`/${text}`).segments).toEqual([segment]);
  });

  it("need not begin with a slash, and counts repeated ones once", () => {
    expect(parsePath("a//b")).toMatchObject({ text: "/a//b", segments: [{ value: "a" }, { value: "b" }] });
  });

  it.each([
    ["", false],
    ["/", false],
    ["/a", false],
    ["/a/", true],
    ["/a/{id}/", true],
    ["/a/{id?}/", true],
  ])("%j has a slash at its end: %s", (path, trailingSlash) => {
    expect(parsePath(path).trailingSlash).toBe(trailingSlash);
  });

  it.each([
    ["an open brace", "/chat/{room", 6],
    ["a closed brace that was not open", "/chat/room}", 10],
    ["braces the wrong way round", "/chat/}room{", 6],
    ["a brace inside braces", "/{a{b}}", 3],
    ["a brace too many", "/{a}}", 4],
    ["two parameters in a segment", "/{a}-{b}", 5],
    ["a parameter without a name", "/chat/{}", 7],
    ["an optional parameter without a name", "/{?}", 2],
    ["a name with a space", "/{a b}", 2],
    ["a name with a dot", "/{a.b}", 2],
    ["a name twice", "/{id}/a/{id}", 8],
    ["a segment after an optional parameter", "/{id?}/a", 7],
    ["a segment after a tail", "/{path...}/a", 11],
    ["a slash after a tail", "/{path...}/", 10],
    ["text after a tail", "/{path...}.json", 10],
    ["a star in a segment", "/a*", 2],
    ["two stars", "/**", 1],
    ["a query", "/a?b=c", 2],
    ["a fragment", "/a#b", 2],
    ["a malformed percent-encoding", "/a/%zz", 3],
    ["a percent-encoding that is no UTF-8", "/a/%ff", 3],
    ["half a surrogate pair", "/a/\ud800", 3],
  ])("with %s is refused, and the error says where", (_, path, position) => {
    const parse = (): unknown => parsePath(path);
    expect(parse).toThrow(InvalidPathError);
    expect(parse).toThrow(expect.objectContaining({ code: "INVALID_PATH", path, position }));
    expect(parse).toThrow(JSON.stringify(path));
  });
});

describe("paths of nested routes", () => {
  it.each([
    ["/chat", "{room}", "/chat/{room}"],
    ["/chat", "/{room}", "/chat/{room}"],
    ["/chat/", "{room}", "/chat/{room}"],
    ["/chat/", "/{room}/", "/chat/{room}/"],
    ["/chat", "", "/chat"],
    ["/chat/", "", "/chat/"],
    ["/chat", "/", "/chat/"],
    ["/", "/", "/"],
    ["", "", ""],
    ["", "/a", "/a"],
    ["/", "a", "/a"],
  ])("%j and %j make %j", (parent, child, joined) => {
    expect(joinPaths(parent, child)).toBe(joined);
  });

  it("are checked as a whole", () => {
    expect(() => parsePath(joinPaths("/a/{id?}", "b"))).toThrow(expect.objectContaining({ position: 9 }));
    expect(() => parsePath(joinPaths("/{id}", "{id}"))).toThrow(expect.objectContaining({ position: 6 }));
    expect(parsePath(joinPaths("/a/{id?}", "")).segments).toHaveLength(2);
  });
});

describe("decoding a segment", () => {
  it.each([
    ["a", "a"],
    ["%61", "a"],
    ["%2561", "%61"],
    ["a%2Fb", "a/b"],
    ["a+b", "a+b"],
    ["%E2%82%AC", "€"],
    ["%", undefined],
    ["%4", undefined],
    ["%zz", undefined],
    ["%C3", undefined],
    ["%ED%A0%80", undefined],
    ["\udc00", undefined],
  ])("takes %j to %j, once", (text, decoded) => {
    expect(decodeSegment(text)).toBe(decoded);
  });
});

describe("the type of a path's parameters", () => {
  it("follows from the path", () => {
    expectTypeOf<PathParameters<"/chat/{room}/{id?}">>().toEqualTypeOf<{
      readonly room: string;
      readonly id?: string;
    }>();
    expectTypeOf<PathParameters<"/files/{path...}">>().toEqualTypeOf<{ readonly path: readonly string[] }>();
    expectTypeOf<PathParameters<"/a/*/b-{id}.json">>().toEqualTypeOf<{ readonly id: string }>();
    expectTypeOf<PathParameters<"{a}/{b}">>().toEqualTypeOf<{ readonly a: string; readonly b: string }>();
    expectTypeOf<keyof PathParameters<"/echo">>().toEqualTypeOf<never>();
    expectTypeOf<keyof PathParameters<"/a/{...}">>().toEqualTypeOf<never>();
    expectTypeOf<keyof PathParameters<"">>().toEqualTypeOf<never>();
  });

  it("joins when routes nest", () => {
    expectTypeOf<PathParameters<JoinedPath<"/rooms/{room}", "/users/{user?}">>>().toEqualTypeOf<{
      readonly room: string;
      readonly user?: string;
    }>();
    const joined = joinPaths("/rooms/{room}/", "{user}");
    expectTypeOf<PathParameters<typeof joined>>().toEqualTypeOf<{ readonly room: string; readonly user: string }>();
  });

  it("is open for a path that is not known", () => {
    type Open = { readonly [name: string]: string | readonly string[] | undefined };
    expectTypeOf<PathParameters<string>>().toEqualTypeOf<Open>();
    expectTypeOf<PathParameters<JoinedPath<string, string>>>().toEqualTypeOf<Open>();
  });

  it("has what is known where the beginning or the end of a path is not known", () => {
    type OpenRoom = { readonly [name: string]: string | readonly string[] | undefined; readonly room: string };
    expectTypeOf<PathParameters<JoinedPath<string, "/{room}">>>().toEqualTypeOf<OpenRoom>();
    expectTypeOf<PathParameters<JoinedPath<string, "chat/{room}/*">>>().toEqualTypeOf<OpenRoom>();
    expectTypeOf<PathParameters<`/{room}/${string}`>["room"]>().toEqualTypeOf<string>();
  });

  it("refuses what is not in the path", () => {
    const parameters: PathParameters<"/chat/{room}"> = { room: "lobby" };
    expectTypeOf(parameters).not.toHaveProperty("rooms");
    // @ts-expect-error: parameters are read-only
    parameters.room = "attic";
  });
});
