import { describe, expect, it } from "vitest";
import type { PathMatch } from "../../src/routing/router.js";
import { createPathRouter } from "../../src/routing/router.js";

function find(path: string, ...routes: string[]): readonly PathMatch<string>[] | undefined {
  const router = createPathRouter<string>();
  for (const route of routes) router.addRoute(route, route);
  return router.find(path);
}

function parametersOf(route: string, path: string): unknown {
  const match = find(path, route)?.[0];
  return match === undefined ? undefined : { ...match.parameters };
}

describe("a route", () => {
  it.each([
    ["/", "/", {}],
    ["", "/", {}],
    ["/a/b", "/a/b", {}],
    ["/a/b", "/a/B", undefined],
    ["/a/b", "/a", undefined],
    ["/a/b", "/a/b/c", undefined],
    ["/a/b", "//a///b", {}],
    ["/a", "/%61", {}],
    ["/café", "/caf%c3%a9", {}],
    ["/caf%C3%A9", "/caf%C3%A9", {}],
    ["/a.b:c(d)", "/a.b:c(d)", {}],
    ["/it's~fine!", "/it's~fine!", {}],
    ["/%2A", "/*", {}],
    ["/a/../b", "/b", undefined],
    ["/a/../b", "/a/../b", {}],
    ["/__proto__/constructor", "/__proto__/constructor", {}],
    ["/a/{id}", "/a/7", { id: "7" }],
    ["/a/{id}", "/a/..", { id: ".." }],
    ["/a/{id}", "/a/:p1", { id: ":p1" }],
    ["/a/{id}", "/a/x%2Fy%20z", { id: "x/y z" }],
    ["/a/{id}", "/a/%252e", { id: "%2e" }],
    ["/a/{id}", "/a", undefined],
    ["/a/{id}", "/a/7/8", undefined],
    ["/{a}/x/{b}", "/1/x/2", { a: "1", b: "2" }],
    ["/v{n}.json", "/v12.json", { n: "12" }],
    ["/v{n}.json", "/v.json", undefined],
    ["/v{n}.json", "/v12", undefined],
    ["/aa{n}aa", "/aaa", undefined],
    ["/a/{id?}", "/a", {}],
    ["/a/{id?}", "/a/", {}],
    ["/a/{id?}", "/a/7", { id: "7" }],
    ["/a/{id?}", "/a/7/8", undefined],
    ["/a/v{id?}", "/a/7", undefined],
    ["/{id?}", "/", {}],
    ["/{id?}", "/7", { id: "7" }],
    ["/a/*", "/a/7", {}],
    ["/a/*", "/a", undefined],
    ["/a/*", "/a/7/8", undefined],
    ["/a/*/b", "/a/7/b", {}],
    ["/a/{path...}", "/a", { path: [] }],
    ["/a/{path...}", "/a/", { path: [""] }],
    ["/a/{path...}", "/a/b/c", { path: ["b", "c"] }],
    ["/a/{path...}", "/a/b/c/", { path: ["b", "c", ""] }],
    ["/a/{path...}", "/a/b%2Fc/%64", { path: ["b/c", "d"] }],
    ["/a/v{path...}", "/a/v1/x", { path: ["1", "x"] }],
    ["/a/v{path...}", "/a/x/v", undefined],
    ["/a/v{path...}", "/a", undefined],
    ["/{...}", "/a/b/c", {}],
    ["/{...}", "/", {}],
  ])("%s on %s gives %j", (route, path, parameters) => {
    expect(parametersOf(route, path)).toEqual(parameters);
  });

  it("with a slash at the end is another one than without, as in Ktor", () => {
    expect(parametersOf("/a", "/a/")).toBeUndefined();
    expect(parametersOf("/a/", "/a")).toBeUndefined();
    expect(parametersOf("/a/", "/a/")).toEqual({});
    expect(parametersOf("/a/{id}", "/a/7/")).toBeUndefined();
    expect(parametersOf("/a/{id}/", "/a/7/")).toEqual({ id: "7" });
    expect(find("/a/", "/a", "/a/", "/a/{id}")?.map(({ route }) => route)).toEqual(["/a/"]);
  });

  it("keeps parameters named like what every object has apart from it", () => {
    const [match] = find("/1/2", "/{__proto__}/{constructor}") ?? [];
    expect(Object.getPrototypeOf(match?.parameters)).toBeNull();
    expect(Object.entries(match?.parameters ?? {})).toEqual([
      ["__proto__", "1"],
      ["constructor", "2"],
    ]);
    const [plain] = find("/a", "/a") ?? [];
    expect(plain?.parameters["toString"]).toBeUndefined();
  });

  it.each(["/%", "/a/%zz", "/a/%ff", "/%C3%28", "a", "*", "", "http://example.com/a", "/\ud800"])(
    "is not looked for under the malformed path %j",
    (path) => {
      expect(find(path, "/{...}")).toBeUndefined();
    },
  );
});

describe("of several routes that match", () => {
  it("the best comes first, whatever the order they were added in", () => {
    const best = ["/a/b", "/a/v{x}", "/a/{x}", "/a/{y?}", "/a/*", "/a/{z...}", "/{x}/b", "/*/b", "/{...}"];
    const matching = best.filter((route) => route !== "/a/v{x}");
    expect(find("/a/b", ...best)?.map(({ route }) => route)).toEqual(matching);
    const reversed = find("/a/b", ...[...best].reverse())?.map(({ route }) => route);
    const tied = (routes: readonly string[] | undefined): unknown =>
      routes?.map((route) => (route === "/a/{y?}" ? "/a/{x}" : route));
    expect(tied(reversed)).toEqual(tied(matching));
    expect(find("/a/v1", "/a/{x}", "/a/v{x}")?.[0]?.route).toBe("/a/v{x}");
  });

  it("text that ends is better than a parameter or tail that is not there", () => {
    expect(find("/a", "/a/{...}", "/a/{id?}", "/a")?.[0]?.route).toBe("/a");
    expect(find("/a/", "/a/{...}", "/a/{id?}", "/a/")?.[0]?.route).toBe("/a/");
    expect(find("/a/", "/a/{...}", "/a/{id?}")?.[0]?.route).toBe("/a/{id?}");
  });

  it("equal ones stay in order, each with its own names", () => {
    const matches = find("/a/7", "/a/{x}", "/a/{y}", "/a/{x}");
    expect(matches?.map(({ route, parameters }) => [route, { ...parameters }])).toEqual([
      ["/a/{x}", { x: "7" }],
      ["/a/{y}", { y: "7" }],
      ["/a/{x}", { x: "7" }],
    ]);
  });

  it("one that is added is found under a path that was asked for before", () => {
    const router = createPathRouter<string>();
    const found = (): unknown => router.find("/a")?.map(({ route }) => route);
    expect(found()).toEqual([]);
    router.addRoute("/{...}", "any");
    expect([found(), found()]).toEqual([["any"], ["any"]]);
    router.addRoute("/a", "a");
    expect([found(), router.find("/b")?.length, found()]).toEqual([["a", "any"], 1, ["a", "any"]]);
  });

  it("a route appears once", () => {
    expect(find("/a", "/a/{id?}")).toHaveLength(1);
    expect(find("/a/7", "/a/{id?}")).toHaveLength(1);
  });
});

describe("any text", () => {
  it("is found as a segment, and comes back as a parameter", () => {
    const texts = ["€", "👋", "..", ".", "%41", "a b", "-", "--", ":p0", "{a}", "(x)+", "**", "__proto__"];
    for (let code = 0; code < 0x180; code++)
      if (code !== 0x2f) texts.push(String.fromCharCode(code), `a${String.fromCharCode(code)}b`);
    for (const text of texts) {
      const path = `/${encodeURIComponent(text).replaceAll("*", "%2A")}`;
      expect(find(`/x${path}`, `/x${path}`), text).toHaveLength(1);
      expect(find(`${path}/x`, `${path}/x`, `${path}/y`), text).toHaveLength(1);
      expect(parametersOf("/{text}", path)).toEqual({ text });
    }
  });

  it("never makes the router throw", () => {
    const router = createPathRouter<string>();
    for (const route of ["/{...}", "/a/{id?}", "/*", "/a/a"]) router.addRoute(route, route);
    let paths = [""];
    for (let length = 1; length <= 5; length++) {
      paths = paths.flatMap((path) => ["/", "a", "%", "6", ".", "\ud800"].map((unit) => path + unit));
      for (const path of paths) {
        const matches = router.find(path);
        expect(matches === undefined || matches.length > 0).toBe(true);
      }
    }
  });
});
