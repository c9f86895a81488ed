import { describe, expect, it } from "vitest";
import type { RequestData } from "../../src/application/call.js";
import { ApplicationRequest } from "../../src/index.js";

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

describe("a request", () => {
  it("has a path and a query, told apart at the first question mark", () => {
    const { path, queryParameters } = request({ uri: "/a%20b?c=d&c=e&f=g?h" });
    expect(path).toBe("/a%20b");
    expect(queryParameters.getAll("c")).toEqual(["d", "e"]);
    expect(queryParameters.get("f")).toBe("g?h");
    expect([...request({ uri: "/a" }).queryParameters]).toEqual([]);
  });

  it("has headers in any case, repeated ones as one list", () => {
    const { rawHeaders } = { rawHeaders: ["X-One", "1", "x-two", "2", "X-TWO", "3", "__proto__", "4"] };
    const made = request({ rawHeaders });
    expect(made.header("x-one")).toBe("1");
    expect(made.header("X-Two")).toBe("2, 3");
    expect(made.header("__proto__")).toBe("4");
    expect(made.header("constructor")).toBeUndefined();
  });
});
