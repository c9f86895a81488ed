import { describe, expect, it } from "vitest";
import type { HeaderField } from "../../src/handshake/refusal.js";
import { refuse } from "../../src/handshake/refusal.js";
import { printRefusal, printResponse, printSwitchingProtocols } from "../../src/handshake/response.js";

describe("the 101 response", () => {
  it("is the RFC's", () => {
    expect(printSwitchingProtocols({ accept: "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" })).toBe(
      "HTTP/1.1 101 Switching Protocols\r\n" +
        "Upgrade: websocket\r\n" +
        "Connection: Upgrade\r\n" +
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
    );
  });

  it("names what was agreed on, and carries more headers in order", () => {
    const response = printSwitchingProtocols({
      accept: "x",
      protocol: "chat",
      extensions: [{ name: "foo", parameters: [{ name: "a", value: "1" }] }],
      headers: [
        ["Set-Cookie", "a=1"],
        ["Set-Cookie", "b=2"],
      ],
    });
    expect(response.split("\r\n").slice(4)).toEqual([
      "Sec-WebSocket-Protocol: chat",
      "Sec-WebSocket-Extensions: foo; a=1",
      "Set-Cookie: a=1",
      "Set-Cookie: b=2",
      "",
      "",
    ]);
  });

  it("has no headers for what was not agreed on", () => {
    expect(printSwitchingProtocols({ accept: "x", extensions: [] })).not.toMatch(/Extensions|Protocol:/);
  });

  it.each(["Connection", "upgrade", "Sec-WebSocket-Accept", "SEC-WEBSOCKET-PROTOCOL", "Content-Length"])(
    "lets nobody else set %s",
    (name) => {
      const print = (): unknown => printSwitchingProtocols({ accept: "x", headers: [[name, "1"]] });
      expect(print).toThrow(expect.objectContaining({ code: "INVALID_HEADER", header: name }));
    },
  );
});

describe("a refusal", () => {
  it("closes the connection and gives its reason, counted in bytes", () => {
    expect(printRefusal(refuse(405, "Nur GET, bitte schön", [["Allow", "GET"]]))).toBe(
      "HTTP/1.1 405 Method Not Allowed\r\n" +
        "Connection: close\r\n" +
        "Content-Type: text/plain; charset=utf-8\r\n" +
        "Content-Length: 22\r\n" +
        "Allow: GET\r\n\r\n" +
        "Nur GET, bitte schön\n",
    );
  });

  it("says Upgrade in Connection too when it names a protocol", () => {
    expect(printRefusal(refuse(426, "no", [["Upgrade", "websocket"]]))).toContain("\r\nConnection: close, Upgrade\r\n");
  });

  it("to HEAD has the length of the body and no body", () => {
    const response = printRefusal(refuse(405, "no"), "HEAD");
    expect(response).toContain("Content-Length: 3\r\n");
    expect(response.endsWith("\r\n\r\n")).toBe(true);
  });

  it.each([
    [400, "Bad Request"],
    [401, "Unauthorized"],
    [403, "Forbidden"],
    [404, "Not Found"],
    [408, "Request Timeout"],
    [426, "Upgrade Required"],
    [431, "Request Header Fields Too Large"],
    [503, "Service Unavailable"],
    [418, ""],
  ])("has the status line of %i", (status, text) => {
    expect(printRefusal(refuse(status, "no")).split("\r\n")[0]).toBe(`HTTP/1.1 ${status} ${text}`);
  });
});

describe("any other response", () => {
  it("keeps the content type that it was given", () => {
    const response = printResponse({ status: 401, headers: [["content-type", "application/json"]], body: "{}" });
    expect(response.match(/content-type/gi)).toHaveLength(1);
    expect(response.endsWith("Content-Length: 2\r\ncontent-type: application/json\r\n\r\n{}")).toBe(true);
  });

  it("may be empty", () => {
    expect(printResponse({ status: 503 })).toBe(
      "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    );
    expect(printResponse({ status: 204 })).toBe("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
  });

  it.each([101, 199, 600, 0, -1, 200.5, Number.NaN])("cannot have the status %s", (status) => {
    expect(() => printResponse({ status })).toThrow(RangeError);
  });
});

describe("no header can end its line", () => {
  it.each<HeaderField>([
    ["X", "a\r\nSet-Cookie: b"],
    ["X", "a\n"],
    ["X", "\ra"],
    ["X", "a\u0000"],
    ["X", "a\u007f"],
    ["X", "a\u2028"],
    ["X", "\u010a"],
    ["X\r\nY", "a"],
    ["X:", "a"],
    ["X Y", "a"],
    ["", "a"],
    ["Transfer-Encoding", "chunked"],
  ])("%j with %j is refused", (name, value) => {
    const headers: HeaderField[] = [[name, value]];
    const error = expect.objectContaining({ code: "INVALID_HEADER", header: name });
    expect(() => printSwitchingProtocols({ accept: "x", headers })).toThrow(error);
    expect(() => printResponse({ status: 400, headers })).toThrow(error);
    expect(() => printRefusal(refuse(400, "no", headers))).toThrow(error);
  });

  it("not even those of the handshake itself", () => {
    const code = expect.objectContaining({ code: "INVALID_HEADER" });
    expect(() => printSwitchingProtocols({ accept: "x\r\n" })).toThrow(code);
    expect(() => printSwitchingProtocols({ accept: "x", protocol: "a\r\nb" })).toThrow(code);
    const extensions = [{ name: "a\r\nb", parameters: [] }];
    expect(() => printSwitchingProtocols({ accept: "x", extensions })).toThrow(
      expect.objectContaining({ code: "MALFORMED_EXTENSION_HEADER" }),
    );
  });

  it("a reason may hold anything: it is the body", () => {
    const [head, body] = printRefusal(refuse(400, "x\r\ny: z")).split("\r\n\r\n");
    expect(head).not.toContain("z");
    expect(body).toBe("x\r\ny: z\n");
  });
});
