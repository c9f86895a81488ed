import { describe, expect, it } from "vitest";
import type { RequestData } from "../../src/application/call.js";
import { ApplicationRequest, AttributeKey, WebSockets } from "../../src/index.js";
import { connect } from "../support/client.js";
import { serve } from "../support/serve.js";

function request(data: Partial<RequestData> = {}): ApplicationRequest {
  return new ApplicationRequest({
    method: "GET",
    uri: "/",
    httpVersion: "1.1",
    rawHeaders: [],
    remoteAddress: undefined,
    remotePort: undefined,
    ...data,
  });
}

/** What a request with this `Cookie` has. */
function cookies(...lines: string[]): ApplicationRequest["cookies"] {
  return request({ rawHeaders: lines.flatMap((line) => ["Cookie", line]) }).cookies;
}

describe("a request", () => {
  it("has a path and a query, told apart at the first question mark", () => {
    const { path, queryParameters } = request({ uri: "/a%20b?c=d&c=e&f=g?h" });
    expect(path).toBe("/a%20b");
    expect(queryParameters.getAll("c")).toEqual(["d", "e"]);
    expect(queryParameters.get("f")).toBe("g?h");
    expect([...request({ uri: "/a" }).queryParameters]).toEqual([]);
  });

  it("has headers in any case, repeated ones as one list", () => {
    const made = request({ rawHeaders: ["X-One", "1", "x-two", "2", "X-TWO", "3", "__proto__", "4"] });
    expect(made.header("x-one")).toBe("1");
    expect(made.header("X-Two")).toBe("2, 3");
    expect(made.header("__proto__")).toBe("4");
    expect(made.header("constructor")).toBeUndefined();
    const { headers } = made;
    expect(headers.get("X-TWO")).toBe("2, 3");
    expect(headers.getAll("X-Two")).toEqual(["2", "3"]);
    expect(headers.getAll("none")).toEqual([]);
    expect([headers.has("X-ONE"), headers.has("none"), headers.has("constructor")]).toEqual([true, false, false]);
    const entries = [
      ["x-one", "1"],
      ["x-two", "2"],
      ["x-two", "3"],
      ["__proto__", "4"],
    ];
    expect([...headers.entries()]).toEqual(entries);
    expect([...headers]).toEqual(entries);
  });

  it("has the cookies of all its lines", () => {
    const made = cookies('a=1; b=two%20words;c="quoted"', "d=x=y");
    expect([...made]).toEqual([
      ["a", "1"],
      ["b", "two words"],
      ["c", "quoted"],
      ["d", "x=y"],
    ]);
    expect(made.get("a")).toBe("1");
    expect([made.has("b"), made.has("B"), made.has("constructor")]).toEqual([true, false, false]);
    expect([...request().cookies]).toEqual([]);
    expect(cookies("a=1,2").get("a")).toBe("1,2");
  });

  it("has cookies as they are where they are malformed, and the first of two with one name", () => {
    expect([...cookies('a=%zz; none; =empty; b=; c="; a=2; __proto__=3')]).toEqual([
      ["a", "%zz"],
      ["b", ""],
      ["c", '"'],
      ["__proto__", "3"],
    ]);
  });

  it.each<[string, Partial<RequestData>, string, string, number]>([
    ["a host and a port", { rawHeaders: ["Host", "Example.com:8443"] }, "http", "example.com", 8443],
    ["a host alone", { rawHeaders: ["Host", "example.com"] }, "http", "example.com", 80],
    ["a host alone, over TLS", { rawHeaders: ["Host", "example.com"], secure: true }, "https", "example.com", 443],
    ["a host and no port behind the colon", { rawHeaders: ["Host", "example.com:"] }, "http", "example.com", 80],
    ["an address of IPv6", { rawHeaders: ["Host", "[::1]:81"] }, "http", "[::1]", 81],
    ["nothing, on a socket", { localAddress: "127.0.0.1", localPort: 82 }, "http", "127.0.0.1", 82],
    ["nothing, on a socket of IPv6", { localAddress: "::1", localPort: 83, secure: true }, "https", "[::1]", 83],
    ["nothing at all", {}, "http", "localhost", 80],
  ])("knows what it was sent to by %s", (_, data, scheme, host, port) => {
    const made = request(data);
    expect([made.scheme, made.host, made.port]).toEqual([scheme, host, port]);
    expect(made.local).toMatchObject({ scheme, serverHost: host, serverPort: port });
    expect(made.origin).toBe(made.local);
  });
});

describe("a call", () => {
  it("has attributes of its own, and those of its application", async () => {
    const visits = new AttributeKey<number>("visits");
    const name = new AttributeKey<string>("name");
    const served = await serve((app) => {
      app.install(WebSockets);
      app.attributes.put(visits, 0);
      app.routing((routing) => {
        routing.webSocket("/{name}", async (session) => {
          const { application, attributes, parameters } = session.call;
          application.attributes.put(visits, application.attributes.get(visits) + 1);
          expect(attributes.getOrNull(name)).toBeNull();
          attributes.put(name, parameters.name);
          await session.send(`${attributes.get(name)} is ${application.attributes.get(visits)}`);
        });
      });
    });
    expect(await (await connect(served, "/Ada")).receiveText()).toBe("Ada is 1");
    expect(await (await connect(served, "/Bob")).receiveText()).toBe("Bob is 2");
    expect(served.server.application.attributes.get(visits)).toBe(2);
  });
});
