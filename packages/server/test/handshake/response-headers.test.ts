import { describe, expect, it } from "vitest";
import { ResponseHeaders } from "../../src/handshake/response-headers.js";
import { InvalidHeaderError } from "../../src/index.js";

describe("the headers of a response", () => {
  it("are kept in order, those with one name apart", () => {
    const headers = new ResponseHeaders();
    headers.append("Set-Cookie", "a=1");
    headers.append("X-A", "");
    headers.append("set-cookie", "b=2");
    expect(headers.fields).toEqual([
      ["Set-Cookie", "a=1"],
      ["X-A", ""],
      ["set-cookie", "b=2"],
    ]);
  });

  it.each([
    ["X-A", "a\r\nX-B: b"],
    ["X-A", "a\nb"],
    ["X-A", "a\0"],
    ["X-A", "€"],
    ["X-A\r\nX-B", "b"],
    ["X A", "b"],
    ["", "b"],
    ["Connection", "close"],
    ["content-length", "5"],
    ["Transfer-Encoding", "chunked"],
    ["Upgrade", "h2c"],
    ["Sec-WebSocket-Accept", "x"],
    ["sec-websocket-protocol", "x"],
    ["Sec-WebSocket-Extensions", "x"],
  ])("refuse %j: %j at once", (name, value) => {
    const headers = new ResponseHeaders();
    expect(() => headers.append(name, value)).toThrow(InvalidHeaderError);
    expect(headers.fields).toEqual([]);
  });

  it("take nothing more once they are sealed", () => {
    const headers = new ResponseHeaders();
    headers.append("X-A", "1");
    headers.seal();
    expect(() => headers.append("X-B", "1")).toThrow(InvalidHeaderError);
    expect(headers.fields).toEqual([["X-A", "1"]]);
  });
});
