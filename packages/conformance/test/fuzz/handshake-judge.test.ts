import { describe, expect, test } from "vitest";
import { Difference } from "../../src/fuzz/difference.js";
import { judge, requestText } from "../../src/fuzz/handshake/judge.js";
import type { HandshakeInput } from "../../src/fuzz/handshake/requests.js";

const ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/** The handshake of RFC 6455 section 1.3, but for these headers. */
function request(
  headers: Readonly<Record<string, string | readonly string[]>>,
  rest: Partial<HandshakeInput> = {},
): HandshakeInput {
  const all = {
    Host: "example.com",
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => [value].flat().map((line) => [name, line] as const));
  const plain = {
    method: "GET",
    path: "/",
    version: "1.1",
    damage: [],
    tail: new Uint8Array(0),
    cuts: [],
    right: false,
  };
  return { ...plain, headers: lines, ...rest };
}

const opened = (...more: string[]): string =>
  [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${ACCEPT}`,
    ...more,
    "",
    "",
  ].join("\r\n");
const refused = (status: number): string => `HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`;

describe("the judge of handshakes", () => {
  test.each<[string, HandshakeInput, string]>([
    ["what is right and opened", request({}, { right: true }), opened()],
    ["an origin of the same host", request({ Origin: "https://EXAMPLE.com" }), opened()],
    ["an origin with the default port", request({ Origin: "http://example.com:80" }), opened()],
    ["a refusal of what is wrong", request({ Upgrade: "h2c" }), refused(426)],
    ["silence where there was no request", request({}), ""],
    [
      "a subprotocol that was offered",
      request({ "Sec-WebSocket-Protocol": "a, b" }, { path: "/chat" }),
      opened("Sec-WebSocket-Protocol: b"),
    ],
  ])("agrees with %s", (_, input, written) => {
    expect(() => judge(input, written)).not.toThrow();
  });

  test.each<[string, HandshakeInput, string]>([
    ["what is right and was refused", request({}, { right: true }), refused(400)],
    ["what is right and got no answer", request({}, { right: true }), ""],
    ["another method", request({}, { method: "POST" }), opened()],
    ["HTTP/1.0", request({}, { version: "1.0" }), opened()],
    ["Host twice", request({ Host: ["a", "b"] }), opened()],
    ["no upgrade", request({ Upgrade: "websockets" }), opened()],
    ["no Connection", request({ Connection: "keep-alive" }), opened()],
    ["another version", request({ "Sec-WebSocket-Version": "8" }), opened()],
    ["a key of 15 bytes", request({ "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAA" }), opened()],
    ["a key that is not answered", request({ "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==" }), opened()],
    ["a body", request({ "Content-Length": "1" }), opened()],
    ["another origin", request({ Origin: "https://example.com.evil.example" }), opened()],
    ["another port", request({ Origin: "http://example.com:8080" }), opened()],
    ["an origin that is none", request({ Origin: "null" }), opened()],
    ["an origin that is not listed", request({ Origin: "https://example.com" }, { path: "/listed" }), opened()],
    ["a subprotocol that nobody offered", request({}, { path: "/chat" }), opened("Sec-WebSocket-Protocol: b")],
    ["an extension that nobody offered", request({}), opened("Sec-WebSocket-Extensions: x")],
    [
      "another accepted key where bytes were changed",
      request({}, { damage: [{ at: 0, byte: 71 }] }),
      opened().replace("s3p", "xxx"),
    ],
    ["a header that ends its line", request({}), opened("X: a\nb")],
    ["no HTTP", request({}), "hello"],
    ["a status that means nothing here", request({}), refused(500)],
  ])("objects to %s", (_, input, written) => {
    expect(() => judge(input, written)).toThrow(Difference);
  });
});

test("a request is written as it is drawn, and then damaged", () => {
  const input = request(
    {},
    {
      headers: [["Host", "a"]],
      damage: [
        { at: 0, byte: 0x50 },
        { at: 9_999, byte: 0 },
      ],
    },
  );
  expect(requestText(input)).toBe("PET / HTTP/1.1\r\nHost: a\r\n\r\n");
});
