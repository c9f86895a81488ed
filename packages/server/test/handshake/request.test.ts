import { describe, expect, it } from "vitest";
import { readHandshake } from "../../src/handshake/request.js";
import type { Headers } from "./handshake-request.js";
import { handshake } from "./handshake-request.js";

describe("a whole handshake", () => {
  it("is read", () => {
    expect(handshake({ Origin: "https://example.com" })).toEqual({
      kind: "accepted",
      key: "dGhlIHNhbXBsZSBub25jZQ==",
      host: "example.com",
      origin: "https://example.com",
      protocols: [],
      extensions: [],
    });
  });

  it.each<[string, Headers]>([
    ["Upgrade and Connection in any case", { Upgrade: "WebSocket", Connection: "UPGRADE" }],
    ["Connection with more in it", { Connection: "keep-alive, Upgrade" }],
    ["Connection in two lines", { Connection: ["keep-alive", "upgrade"] }],
    ["Upgrade with more in it", { Upgrade: "h2c,\twebsocket " }],
    ["header names in any case", { "Sec-WebSocket-Key": null, "SEC-WEBSOCKET-KEY": "dGhlIHNhbXBsZSBub25jZQ==" }],
    ["space around values", { "Sec-WebSocket-Version": " 13\t", "Sec-WebSocket-Key": " dGhlIHNhbXBsZSBub25jZQ== " }],
    ["a body of no bytes", { "Content-Length": "0" }],
    ["a port", { Host: "example.com:8080" }],
    ["an IPv6 address", { Host: "[::1]:8080" }],
    ["no Origin", { Origin: null }],
    ["headers named like what every object has", { __proto__x: "1", constructor: "2" }],
  ])("may have %s", (_, headers) => {
    expect(handshake(headers)).toMatchObject({ kind: "accepted" });
  });

  it("has the offered subprotocols and extensions, of all lines, in order", () => {
    const request = handshake({
      "Sec-WebSocket-Protocol": ["chat.v2, chat.v1", "Chat.v1"],
      "Sec-WebSocket-Extensions": ['foo; a="1"', "__proto__, foo"],
    });
    expect(request).toMatchObject({
      protocols: ["chat.v2", "chat.v1", "Chat.v1"],
      extensions: [
        { name: "foo", parameters: [{ name: "a", value: "1" }] },
        { name: "__proto__", parameters: [] },
        { name: "foo", parameters: [] },
      ],
    });
  });
});

describe("refuses with 405 and Allow", () => {
  it.each(["POST", "HEAD", "PUT", "OPTIONS", "CONNECT", "get", ""])("the method %j", (method) => {
    expect(handshake({}, { method })).toMatchObject({ kind: "refused", status: 405, headers: [["Allow", "GET"]] });
  });
});

describe("refuses with 426 and Upgrade: websocket", () => {
  const plain: Headers = { Upgrade: null, Connection: null, "Sec-WebSocket-Key": null, "Sec-WebSocket-Version": null };

  it.each<[string, Headers]>([
    ["a plain GET", plain],
    ["a plain GET that keeps its connection", { ...plain, Connection: "keep-alive" }],
    ["an upgrade to something else", { ...plain, Upgrade: "h2c", Connection: "Upgrade, HTTP2-Settings" }],
    ["what only looks like websocket", { ...plain, Upgrade: "websockets", Connection: "Upgrade" }],
  ])("%s", (_, headers) => {
    expect(handshake(headers)).toMatchObject({ status: 426, headers: [["Upgrade", "websocket"]] });
  });
});

describe("refuses with 426 and the version that would do", () => {
  it.each<[string, Headers[string]]>([
    ["none", null],
    ["an empty one", ""],
    ["an older one", "8"],
    ["a newer one", "14"],
    ["leading zeros", "013"],
    ["a list", "13, 8"],
    ["two lines", ["13", "13"]],
    ["something after it", "13;"],
    ["a number that is 13 otherwise", "0xd"],
  ])("the version: %s", (_, version) => {
    expect(handshake({ "Sec-WebSocket-Version": version })).toMatchObject({
      status: 426,
      headers: [
        ["Upgrade", "websocket"],
        ["Sec-WebSocket-Version", "13"],
      ],
    });
  });
});

describe("refuses with 400", () => {
  it.each<[string, Headers]>([
    ["no Host", { Host: null }],
    ["two Hosts", { Host: ["example.com", "example.com"] }],
    ["an empty Host", { Host: "" }],
    ["a Host that is a list", { Host: "a, b" }],
    ["a Host that is a list without a space", { Host: "a,b" }],
    ["a Host with a path", { Host: "example.com/a" }],
    ["a Host with a user", { Host: "a@example.com" }],
    ["a Host with a port that is none", { Host: "example.com:http" }],
    ["a Host with a port past the last", { Host: "example.com:65536" }],
    ["a Host that is not ASCII", { Host: "exämple.com" }],
    ["a body by its length", { "Content-Length": "1" }],
    ["a body in chunks", { "Transfer-Encoding": "chunked" }],
    ["Upgrade without Connection", { Connection: null }],
    ["Upgrade with another Connection", { Connection: "keep-alive" }],
    ["Connection without Upgrade", { Upgrade: null }],
    ["Upgrade to something else with a key", { Upgrade: "h2c" }],
    ["both taken away by a proxy", { Upgrade: null, Connection: null }],
    ["a Connection that only looks like upgrade", { Connection: "upgraded" }],
    ["no key", { "Sec-WebSocket-Key": null }],
    ["an empty key", { "Sec-WebSocket-Key": "" }],
    ["two keys", { "Sec-WebSocket-Key": ["dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ=="] }],
    ["a key of 15 bytes", { "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25j" }],
    ["a key of 17 bytes", { "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZTE=" }],
    ["a key without its padding", { "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ" }],
    ["a key in base64url", { "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25_-Q==" }],
    ["a key with a line break after it", { "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==\n" }],
    ["two Origins", { Origin: ["https://example.com", "https://example.com"] }],
    ["an empty subprotocol header", { "Sec-WebSocket-Protocol": "" }],
    ["an empty subprotocol", { "Sec-WebSocket-Protocol": "a,,b" }],
    ["an empty subprotocol line", { "Sec-WebSocket-Protocol": ["a", ""] }],
    ["a subprotocol that is no token", { "Sec-WebSocket-Protocol": "a b" }],
    ["a quoted subprotocol", { "Sec-WebSocket-Protocol": '"a"' }],
    ["a subprotocol twice", { "Sec-WebSocket-Protocol": "a, b, a" }],
    ["a subprotocol in two lines", { "Sec-WebSocket-Protocol": ["a", "a"] }],
    ["an empty extensions header", { "Sec-WebSocket-Extensions": "" }],
    ["a malformed extension", { "Sec-WebSocket-Extensions": 'a; b="' }],
    ["an extension that is malformed across lines", { "Sec-WebSocket-Extensions": ["a;", "b"] }],
  ])("%s", (_, headers) => {
    expect(handshake(headers)).toMatchObject({ kind: "refused", status: 400, headers: [] });
  });

  it.each(["1.0", "0.9", "", "2.0"])("HTTP/%s", (httpVersion) => {
    expect(handshake({}, { httpVersion })).toMatchObject({ status: 400 });
  });

  it("a body that the engine knows of", () => {
    expect(handshake({}, { hasBody: true })).toMatchObject({ status: 400 });
    expect(handshake({}, { hasBody: false })).toMatchObject({ kind: "accepted" });
  });
});

describe("refuses with 431", () => {
  it("more headers than a server can be sure to have all of, wherever those stand that matter", () => {
    const many = Array.from({ length: 500 }, (_, index) => [`X-${index}`, "a"]);
    expect(handshake(Object.fromEntries(many))).toMatchObject({ kind: "refused", status: 431 });
    expect(handshake(Object.fromEntries(many.slice(0, 490)))).toMatchObject({ kind: "accepted" });
  });
});

describe("never throws and stays linear", () => {
  it("on headers that are cut off", () => {
    expect(readHandshake({ method: "GET", httpVersion: "1.1", rawHeaders: [] })).toMatchObject({ status: 400 });
    expect(readHandshake({ method: "GET", httpVersion: "1.1", rawHeaders: ["Host"] })).toMatchObject({ status: 400 });
    const cut = ["Host", "a", "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==", "Conn"];
    expect(readHandshake({ method: "GET", httpVersion: "1.1", rawHeaders: cut })).toMatchObject({ status: 400 });
  });

  it("on megabytes of what has made parsers backtrack", () => {
    const size = 1 << 20;
    const many = Array.from({ length: size / 8 }, (_, index) => `p${index}`);
    for (const [header, count] of [[many.join(","), many.length] as const, [many.slice(0, 400), 400] as const]) {
      const request = handshake({ "Sec-WebSocket-Protocol": header });
      expect(request.kind === "accepted" && request.protocols.length).toBe(count);
    }
    // Compared as numbers: nobody wants to read a megabyte in a report.
    const statusOf = (headers: Headers): number => {
      const answer = handshake(headers);
      return answer.kind === "accepted" ? 101 : answer.status;
    };
    for (const value of [" ".repeat(size), `a${" ".repeat(size)}b`, `${"a".repeat(size)}\u0000`, ",".repeat(size)]) {
      for (const name of ["Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions", "Sec-WebSocket-Key", "Host"]) {
        expect(statusOf({ [name]: value })).toBe(400);
      }
      expect(statusOf({ "Sec-WebSocket-Version": value })).toBe(426);
      expect(statusOf({ Connection: `${value},upgrade` })).toBe(101);
    }
  });
});
