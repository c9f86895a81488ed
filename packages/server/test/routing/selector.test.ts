import { describe, expect, it } from "vitest";
import { ApplicationRequest } from "../../src/application/call.js";
import { InvalidOptionError } from "../../src/index.js";
import type { HostPattern } from "../../src/routing/selector.js";
import { headerSelector, hostSelector, methodSelector, protocolSelector } from "../../src/routing/selector.js";

function request(headers: Record<string, string> = {}, method = "GET"): ApplicationRequest {
  return new ApplicationRequest({
    method,
    uri: "/",
    httpVersion: "1.1",
    rawHeaders: Object.entries(headers).flat(),
    remoteAddress: undefined,
    remotePort: undefined,
  });
}

describe("a method", () => {
  it("takes its own requests, and GET the HEAD that nobody else takes", () => {
    expect(methodSelector("POST").evaluate(request({}, "POST"))).toBe(1);
    expect(methodSelector("POST").evaluate(request())).toBeUndefined();
    expect(methodSelector("HEAD").evaluate(request({}, "HEAD"))).toBe(1);
    expect(methodSelector("GET").evaluate(request({}, "HEAD"))).toBeLessThan(1);
    expect(methodSelector("HEAD").evaluate(request())).toBeUndefined();
  });

  it.each(["post", "", "A B", 5])("that is none is refused: %j", (method) => {
    expect(() => methodSelector(method as string)).toThrow(InvalidOptionError);
  });
});

describe("a header", () => {
  it.each<[string, string, number | undefined]>([
    ["text/plain", "text/plain", 1],
    ["Text/Plain", "text/plain", 1],
    ["text/html, text/plain;q=0.5", "text/plain", 0.5],
    ["text/html, text/plain; charset=utf-8; q=0.25", "text/plain", 0.25],
    ["text/plain;q=0.1, text/plain;q=0.9", "text/plain", 0.9],
    ["text/plain;q=0", "text/plain", undefined],
    ["text/plain;q=x", "text/plain", undefined],
    ["text/plainer", "text/plain", undefined],
    ["", "text/plain", undefined],
    ["Mon, 01 Jan", "mon, 01 jan", 1],
  ])("%j with the value %j is worth %j", (header, value, quality) => {
    expect(headerSelector("Accept", value).evaluate(request({ accept: header }))).toBe(quality);
  });

  it("that is not there fits nothing, the empty value neither", () => {
    expect(headerSelector("X-A", "1").evaluate(request())).toBeUndefined();
    expect(headerSelector("X-A", "").evaluate(request())).toBeUndefined();
    expect(headerSelector("X-A", "").evaluate(request({ "x-a": "" }))).toBe(1);
  });

  it("must have a name and a value", () => {
    expect(() => headerSelector("X A", "1")).toThrow("X A");
    expect(() => headerSelector("X-A", 1 as never)).toThrow("X-A");
  });
});

describe("a host", () => {
  it.each<[string, HostPattern | readonly HostPattern[], boolean]>([
    ["example.com", "example.com", true],
    ["EXAMPLE.com:8080", "Example.COM", true],
    ["example.com:8080", "example.com:8080", true],
    ["example.com", "example.com:80", true],
    ["example.com:8081", "example.com:8080", false],
    ["evil-example.com", "example.com", false],
    ["example.com.evil.org", "example.com", false],
    ["[::1]:80", "[::1]", true],
    ["a.example.com", /.*\.example\.com/, true],
    ["A.Example.com:99", /.*\.example\.com/, true],
    ["a.example.com.evil.org", /.*\.example\.com/, false],
    ["b.org", /a\.org|b\.org/, true],
    ["b.org.evil", /a\.org|b\.org/, false],
    ["b.org", ["a.org", "b.org"], true],
    ["c.org", ["a.org", /b\..*/], false],
  ])("%s for %s: %j", (host, hosts, fits) => {
    expect(hostSelector(hosts).evaluate(request({ host }))).toBe(fits ? 1 : undefined);
  });

  it("is looked for anew each time, also with a pattern that remembers", () => {
    const selector = hostSelector(/example\.com/gy);
    const asked = request({ host: "example.com" });
    expect([1, 2, 3].map(() => selector.evaluate(asked))).toEqual([1, 1, 1]);
  });

  it.each([[[]], [""], ["http://example.com"], ["a b"], [5], [["a.org", null]]])(
    "that is none is refused: %j",
    (hosts) => {
      expect(() => hostSelector(hosts as never)).toThrow(InvalidOptionError);
    },
  );
});

describe("a subprotocol", () => {
  it("must be offered, in its own case", () => {
    const chat = protocolSelector("chat");
    expect(chat.evaluate(request({ "sec-websocket-protocol": "v2, chat" }))).toBe(1);
    expect(chat.evaluate(request({ "sec-websocket-protocol": "Chat, chatty" }))).toBeUndefined();
    expect(chat.evaluate(request())).toBeUndefined();
  });

  it("ranks by its place among those that the client offers", () => {
    const chat = protocolSelector("chat");
    expect(chat.rank?.(request({ "sec-websocket-protocol": "chat, v2" }))).toBe(0);
    expect(chat.rank?.(request({ "sec-websocket-protocol": "v2, chat" }))).toBe(1);
  });
});
