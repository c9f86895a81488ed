import { describe, expect, it } from "vitest";
import type { Origins } from "../../src/handshake/origin.js";
import { isHostHeader, originCheck } from "../../src/handshake/origin.js";

function passes(origin: string | undefined, host: string, origins?: Origins): boolean {
  return originCheck(origins)(origin, host) === undefined;
}

describe("same origin, the default", () => {
  it.each([
    ["the same host", "https://example.com", "example.com"],
    ["the same host over HTTP", "http://example.com", "example.com"],
    ["the same port", "http://example.com:8080", "example.com:8080"],
    ["another case", "HTTPS://Example.COM", "eXample.com"],
    ["HTTP's default port in Host", "http://example.com", "example.com:80"],
    ["HTTPS's default port in Host", "https://example.com", "example.com:443"],
    ["a default port in Origin", "https://example.com:443", "example.com"],
    ["a port with zeros", "http://example.com:08080", "example.com:8080"],
    ["an IPv4 address", "http://127.0.0.1:3000", "127.0.0.1:3000"],
    ["an IPv6 address", "http://[::1]:3000", "[::1]:3000"],
    ["an IPv6 address in another spelling", "http://[0:0:0:0:0:0:0:1]", "[::1]:80"],
    ["an IPv6 address in another case", "https://[FE80::A]", "[fe80::a]"],
    ["localhost", "http://localhost:5173", "localhost:5173"],
  ])("passes %s", (_, origin, host) => {
    expect(passes(origin, host)).toBe(true);
    expect(passes(origin, host, "same-origin")).toBe(true);
    expect(passes(origin, host, ["same-origin"])).toBe(true);
  });

  it.each([
    ["another host", "https://evil.com", "example.com"],
    ["a host that ends the same", "https://evil-example.com", "example.com"],
    ["a host that begins the same", "https://example.com.evil.com", "example.com"],
    ["a subdomain", "https://a.example.com", "example.com"],
    ["a parent domain", "https://example.com", "a.example.com"],
    ["a trailing dot", "https://example.com.", "example.com"],
    ["another port", "http://example.com:8081", "example.com:8080"],
    ["a port where the other has the default", "http://example.com", "example.com:8080"],
    ["the other scheme's default port", "http://example.com", "example.com:443"],
    ["null", "null", "example.com"],
    ["null as a host", "null", "null"],
    ["nothing", "", "example.com"],
    ["a host without a scheme", "example.com", "example.com"],
    ["a user before the host", "https://example.com@evil.com", "example.com"],
    ["the host as a user", "https://evil.com:80@example.com", "example.com"],
    ["a path", "https://example.com/", "example.com"],
    ["a query", "https://example.com?a", "example.com"],
    ["a fragment", "https://evil.com#@example.com", "example.com"],
    ["a backslash", "https://evil.com\\@example.com", "example.com"],
    ["a space", "https://evil.com example.com", "example.com"],
    ["two origins", "https://example.com https://example.com", "example.com"],
    ["a port that is none", "https://example.com:x", "example.com"],
    ["a port past the last", "https://example.com:65979", "example.com:443"],
    ["an open bracket", "http://[::1", "[::1]"],
    ["an IPv6 address that is none", "http://[::g]", "[::1]"],
    ["no host", "https://", ""],
    ["an extension of the browser", "chrome-extension://abc", "example.com"],
    ["a NUL", "https://example.com\u0000", "example.com"],
  ])("refuses %s", (_, origin, host) => {
    expect(passes(origin, host)).toBe(false);
  });

  it("names both values and the option, with the status 403", () => {
    const refusal = originCheck()("https://evil.com\r\n", "example.com");
    expect(refusal).toMatchObject({ kind: "refused", status: 403 });
    expect(refusal?.reason).toContain('"https://evil.com\\r\\n"');
    expect(refusal?.reason).toContain('"example.com"');
    expect(refusal?.reason).toContain('"origins"');
  });
});

describe("a request without Origin passes", () => {
  it.each<[string, Origins]>([
    ["same origin", "same-origin"],
    ["a list", ["https://example.com"]],
    ["an empty list", []],
    ["a function", () => false],
  ])("%s", (_, origins) => {
    expect(passes(undefined, "example.com", origins)).toBe(true);
  });
});

describe("a list", () => {
  const list = ["https://app.example.com", "http://localhost:5173", "https://[::1]:8443", "https://bücher.example"];

  it.each([
    ["https://app.example.com", true],
    ["https://APP.example.com:443", true],
    ["http://localhost:5173", true],
    ["https://[0:0:0:0:0:0:0:1]:8443", true],
    ["https://xn--bcher-kva.example", true],
    ["http://app.example.com", false],
    ["https://app.example.com:8443", false],
    ["https://app.example.com.evil.com", false],
    ["https://evil-app.example.com", false],
    ["https://api.example.com", false],
    ["null", false],
  ])("%s passes: %s", (origin, pass) => {
    expect(passes(origin, "api.example.com", list)).toBe(pass);
  });

  it("may have the same origin, all, null and origins of other schemes in it", () => {
    expect(passes("https://a.com", "a.com", ["https://b.com", "same-origin"])).toBe(true);
    expect(passes("https://a.com", "a.com", ["https://b.com"])).toBe(false);
    expect(passes("https://a.com", "b.com", ["*"])).toBe(true);
    expect(passes("null", "b.com", ["null"])).toBe(true);
    expect(passes("chrome-extension://abc", "b.com", ["chrome-extension://abc"])).toBe(true);
  });

  it.each(["example.com", "https://example.com/", "https://*.example.com/a", "", "https://", 7 as unknown as string])(
    "refuses the element %j when it is configured",
    (element) => {
      expect(() => originCheck([element])).toThrow(
        expect.objectContaining({ code: "INVALID_OPTION", option: "origins", value: element }),
      );
    },
  );

  it("refuses what is no list", () => {
    expect(() => originCheck({} as unknown as string[])).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  });
});

describe("everything", () => {
  it('passes with "*"', () => {
    for (const origin of ["https://evil.com", "null", "nonsense"]) expect(passes(origin, "a.com", "*")).toBe(true);
  });
});

describe("a function", () => {
  it("decides, from the origin and the host as they came", () => {
    const seen: unknown[] = [];
    const origins = (origin: string, host: string): boolean => {
      seen.push([origin, host]);
      return origin.endsWith(".example.com");
    };
    expect(passes("https://A.example.com", "Example.com", origins)).toBe(true);
    expect(passes("https://evil.com", "example.com", origins)).toBe(false);
    expect(seen).toEqual([
      ["https://A.example.com", "Example.com"],
      ["https://evil.com", "example.com"],
    ]);
  });

  it("lets nobody in with anything but true", () => {
    for (const answer of [Promise.resolve(false), Promise.resolve(true), 1, "yes", undefined]) {
      expect(passes("https://a.com", "a.com", () => answer as unknown as boolean)).toBe(false);
    }
  });
});

describe("Host", () => {
  it.each([
    ["example.com", true],
    ["example.com:", true],
    ["example.com:80", true],
    ["a_b.example", true],
    ["127.0.0.1", true],
    ["[::1]", true],
    ["[::1]:80", true],
    ["", false],
    [":80", false],
    ["::1", false],
    ["[::1", false],
    ["[]", false],
    ["a b", false],
    ["a:b:c", false],
    ["http://a", false],
    ["a\r\nb", false],
  ])("%j can be one: %s", (host, is) => {
    expect(isHostHeader(host)).toBe(is);
  });
});
