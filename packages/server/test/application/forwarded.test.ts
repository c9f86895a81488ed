import { isIP } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ApplicationRequest } from "../../src/index.js";
import { trustedProxies } from "../../src/node/trusted-proxies.js";

type Headers = Record<string, string>;

/** A request that comes from 10.0.0.1, which is trusted, as all of 10.0.0.0/8 and ::1 are. */
function request(headers: Headers, remoteAddress: string | undefined = "10.0.0.1"): ApplicationRequest {
  return new ApplicationRequest({
    method: "GET",
    uri: "/",
    httpVersion: "1.1",
    rawHeaders: Object.entries({ Host: "inner:8080", ...headers }).flat(),
    localAddress: "10.0.0.9",
    localPort: 8080,
    remoteAddress,
    remotePort: 4711,
    proxies: trustedProxies(["10.0.0.0/8", "::1"]),
  });
}

const from = (clients: string): unknown => request({ "X-Forwarded-For": clients }).remoteAddress;

describe("a request from a proxy that is trusted", () => {
  it("comes from the client that the proxy names", () => {
    const made = request({
      "X-Forwarded-For": "192.0.2.1",
      "X-Forwarded-Proto": "https",
      "X-Forwarded-Host": "Example.com",
    });
    expect(made.origin).toEqual({
      scheme: "https",
      serverHost: "example.com",
      serverPort: 443,
      localAddress: "10.0.0.9",
      localPort: 8080,
      remoteAddress: "192.0.2.1",
      remoteHost: "192.0.2.1",
      remotePort: undefined,
    });
    expect(made.local).toMatchObject({
      scheme: "http",
      serverHost: "inner",
      serverPort: 8080,
      remoteAddress: "10.0.0.1",
      remotePort: 4711,
    });
    expect([made.scheme, made.host, made.port]).toEqual(["https", "example.com", 443]);
    expect([made.remoteAddress, made.remoteHost, made.remotePort]).toEqual(["192.0.2.1", "192.0.2.1", undefined]);
    expect(made.forwardedHost).toBe("Example.com");
  });

  it("comes from the first, from the right, who is not trusted: what is left of it anybody may have written", () => {
    expect(from("203.0.113.9, 192.0.2.1")).toBe("192.0.2.1");
    expect(from("203.0.113.9, 192.0.2.1, 10.0.0.2, ::1")).toBe("192.0.2.1");
    expect(from("10.0.0.3, 10.0.0.2")).toBe("10.0.0.3");
    expect(from("10.6.6.6, 192.0.2.1")).toBe("192.0.2.1");
  });

  it("takes each header from the outermost proxy that is trusted", () => {
    const made = request({
      "X-Forwarded-For": "203.0.113.9, 192.0.2.1, 10.0.0.2",
      "X-Forwarded-Proto": "ftp, https, http",
      "X-Forwarded-Host": "evil.example, example.com, inner",
      "X-Forwarded-Port": "1, 8443, 80",
    });
    expect([made.scheme, made.host, made.port]).toEqual(["https", "example.com", 8443]);
  });

  it.each<[string, Headers, [string, string, number]]>([
    ["no host of its own", { "X-Forwarded-Proto": "https" }, ["https", "inner", 8080]],
    ["a host with a port", { "X-Forwarded-Host": "example.com:8443" }, ["http", "example.com", 8443]],
    ["a port", { "X-Forwarded-Host": "example.com", "X-Forwarded-Port": "81" }, ["http", "example.com", 81]],
    ["a port that is none", { "X-Forwarded-Port": "65536" }, ["http", "inner", 8080]],
    ["a host that is none", { "X-Forwarded-Host": "a/b" }, ["http", "inner", 8080]],
    ["the protocol of a WebSocket", { "X-Forwarded-Proto": "WSS", "X-Forwarded-Host": "a" }, ["https", "a", 443]],
    ["a protocol that is none", { "X-Forwarded-Proto": "constructor" }, ["http", "inner", 8080]],
    ["empty headers", { "X-Forwarded-For": "", "X-Forwarded-Host": " , " }, ["http", "inner", 8080]],
  ])("makes the best of %s", (_, headers, expected) => {
    const made = request(headers);
    expect([made.scheme, made.host, made.port]).toEqual(expected);
    expect(made.remoteAddress).toBe("10.0.0.1");
  });

  it.each<[string, string | undefined, string, number | undefined]>([
    ["192.0.2.1:5000", "192.0.2.1", "192.0.2.1", 5000],
    ["[2001:db8::1]:5000", "2001:db8::1", "2001:db8::1", 5000],
    ["[2001:db8::1]", "2001:db8::1", "2001:db8::1", undefined],
    ["2001:db8::1", "2001:db8::1", "2001:db8::1", undefined],
    ["unknown", undefined, "unknown", undefined],
    ["192.0.2.1, unknown", undefined, "unknown", undefined],
    ["192.0.2.1, unknown, 10.0.0.2", undefined, "unknown", undefined],
  ])("reads the client %s", (clients, remoteAddress, remoteHost, remotePort) => {
    expect(request({ "X-Forwarded-For": clients }).origin).toMatchObject({ remoteAddress, remoteHost, remotePort });
  });
});

describe("a request from anybody else", () => {
  it("comes from the socket's peer, whatever its headers say", () => {
    const headers = { "X-Forwarded-For": "10.0.0.5", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https" };
    const made = request(headers, "192.0.2.7");
    expect(made.origin).toBe(made.local);
    expect([made.remoteAddress, made.host, made.scheme]).toEqual(["192.0.2.7", "inner", "http"]);
    expect(made.forwardedHost).toBeUndefined();
  });
});

it("whatever the headers are, the client is an address or not known, and the port one that can be", () => {
  const piece = fc.oneof(
    fc.constantFrom("10.0.0.2", "192.0.2.1", "[::1]:80", "unknown", ",", ":", "[", "]", "%", "=", '"', "https", "-1"),
    fc.string(),
  );
  const value = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(value, value, value, value, (clients, proto, host, port) => {
      const { origin } = request({
        Host: host,
        "X-Forwarded-For": clients,
        "X-Forwarded-Proto": proto,
        "X-Forwarded-Host": host,
        "X-Forwarded-Port": port,
      });
      expect(origin.remoteAddress === undefined || isIP(origin.remoteAddress) !== 0).toBe(true);
      expect(["http", "https"]).toContain(origin.scheme);
      expect(origin.serverHost).not.toBe("");
      expect(Number.isInteger(origin.serverPort) && origin.serverPort >= 0 && origin.serverPort < 65_536).toBe(true);
    }),
  );
});
