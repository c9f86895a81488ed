import { describe, expect, it } from "vitest";
import { ApplicationRequest } from "../../src/application/call.js";
import { parsePath } from "../../src/routing/path.js";
import type { Resolution, Selective } from "../../src/routing/resolve.js";
import { refusalOf, resolve } from "../../src/routing/resolve.js";
import { createPathRouter } from "../../src/routing/router.js";
import type { RouteSelector } from "../../src/routing/selector.js";
import { headerSelector, hostSelector, methodSelector, protocolSelector } from "../../src/routing/selector.js";

interface Named extends Selective {
  readonly name: string;
}

/** A route as nested definitions make it: parts of a path, and selectors between them. */
type Parts = readonly (string | RouteSelector)[];

function resolved(
  uri: string,
  routes: Record<string, Parts>,
  headers: Record<string, string> = {},
  method = "GET",
): Resolution<Named> {
  const router = createPathRouter<Named>();
  for (const [name, parts] of Object.entries(routes)) {
    let path = "";
    const selectors = [];
    for (const part of parts) {
      if (typeof part === "string") path += part;
      else selectors.push({ behind: parsePath(path).segments.length, selector: part });
    }
    router.addRoute(path, { name, selectors });
  }
  const rawHeaders = Object.entries({ host: "a.org", ...headers }).flat();
  const data = { method, uri, httpVersion: "1.1", rawHeaders, remoteAddress: undefined, remotePort: undefined };
  const request = new ApplicationRequest(data);
  return resolve(router.find(request.path) ?? [], request);
}

function names(...given: Parameters<typeof resolved>): string[] {
  return resolved(...given).matches.map(({ route }) => route.name);
}

const [get, post] = [methodSelector("GET"), methodSelector("POST")];
const host = hostSelector("a.org");
const json = headerSelector("Accept", "application/json");
const text = headerSelector("Accept", "text/plain");

describe("of the routes with one path", () => {
  it("those that ask for what the request does not have are left out", () => {
    const routes = { get: ["/a", get], post: ["/a", post], other: ["/a", hostSelector("b.org")], all: ["/a"] };
    expect(names("/a", routes)).toEqual(["get", "all"]);
    expect(names("/a", routes, {}, "POST")).toEqual(["post", "all"]);
    expect(names("/a", routes, { host: "b.org" }, "PUT")).toEqual(["other", "all"]);
  });

  it("those that ask for more are better, whatever the order", () => {
    const routes = { all: ["/a"], both: ["/a", host, get], one: ["/a", host] };
    expect(names("/a", routes)).toEqual(["both", "one", "all"]);
    const reversed = Object.fromEntries(Object.entries(routes).reverse());
    expect(names("/a", reversed)).toEqual(["both", "one", "all"]);
  });

  it("equal ones stay in the order in which they were defined", () => {
    const routes = { b: ["/a", headerSelector("x", "1")], a: ["/a", headerSelector("x", "1")] } as const;
    expect(names("/a", routes, { x: "1" })).toEqual(["b", "a"]);
  });

  it("of several subprotocols the one that the client names first is best", () => {
    const routes = { v2: ["/a", protocolSelector("v2")], v1: ["/a", protocolSelector("v1")] } as const;
    expect(names("/a", routes, { "sec-websocket-protocol": "v1, v2" })).toEqual(["v1", "v2"]);
    expect(names("/a", routes, { "sec-websocket-protocol": "v2, v1" })).toEqual(["v2", "v1"]);
  });

  it("the weight that a client gives decides", () => {
    const routes = { text: ["/a", text], json: ["/a", json] };
    expect(names("/a", routes, { accept: "text/plain;q=0.5, application/json;q=0.8" })).toEqual(["json", "text"]);
    expect(names("/a", { ...routes, all: ["/a"] }, { accept: "application/json;q=0.8" })).toEqual(["all", "json"]);
  });
});

describe("of several paths", () => {
  it("the first difference from the root on decides, be it of the path or of what else is asked", () => {
    const routes = { inside: [json, "/a/{x}"], below: ["/a", "/b", json] };
    expect(names("/a/b", routes, { accept: "application/json" })).toEqual(["below", "inside"]);
    expect(names("/a/b", routes, { accept: "application/json;q=0.1" })).toEqual(["below", "inside"]);
    const late = { early: [json, "/a/b"], late: ["/a/{x}", json] };
    expect(names("/a/b", late, { accept: "application/json;q=0.5" })).toEqual(["late", "early"]);
  });

  it("a better path is better than more that is asked below a worse one", () => {
    expect(names("/a/b", { parameter: ["/a/{x}", host, get], literal: ["/a/b"] })).toEqual(["literal", "parameter"]);
  });
});

describe("a request that no route takes", () => {
  const answerTo = (routes: Record<string, Parts>, method = "GET"): unknown =>
    refusalOf(resolved("/a", routes, {}, method).failures);

  it("is answered with what came nearest", () => {
    expect(answerTo({})).toMatchObject({ status: 404 });
    expect(answerTo({ host: ["/a", hostSelector("b.org")] })).toMatchObject({ status: 404 });
    expect(answerTo({ header: ["/a", json], host: ["/a", hostSelector("b.org")] })).toMatchObject({ status: 400 });
    expect(answerTo({ protocol: ["/a", protocolSelector("v1")], header: ["/a", json] })).toMatchObject({ status: 400 });
    const routes = { get: ["/a", get], post: ["/a", post], twice: ["/a", json, post], again: ["/a", post, json] };
    expect(answerTo(routes, "PUT")).toMatchObject({ status: 405, headers: [["Allow", "GET, HEAD, POST"]] });
  });

  it("is not told of methods on another host", () => {
    expect(answerTo({ other: ["/a", hostSelector("b.org"), post] })).toMatchObject({ status: 404 });
  });
});
