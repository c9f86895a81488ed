import { describe, expect, it } from "vitest";
import { InvalidOptionError } from "../../src/index.js";
import { trustedProxies } from "../../src/node/trusted-proxies.js";

describe("trusted proxies", () => {
  it.each<[string, string[], string[]]>([
    ["192.0.2.1", ["192.0.2.1", "::ffff:192.0.2.1"], ["192.0.2.2", "::1"]],
    ["10.0.0.0/8", ["10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3"], ["11.0.0.0", "9.255.255.255"]],
    ["10.1.2.3/8", ["10.0.0.0", "10.255.255.255"], ["11.0.0.0"]],
    ["::1", ["::1", "0:0:0:0:0:0:0:1"], ["::2", "127.0.0.1"]],
    ["2001:db8::/32", ["2001:db8::1", "2001:db8:ffff::"], ["2001:db9::"]],
    ["0.0.0.0/0", ["1.2.3.4"], ["::1"]],
    ["loopback", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"], ["128.0.0.1", "10.0.0.1"]],
    ["linklocal", ["169.254.1.1", "fe80::1", "fe80::1%eth0"], ["169.255.0.1", "fec0::1"]],
    ["uniquelocal", ["10.0.0.1", "172.31.0.1", "192.168.1.1", "fd00::1"], ["172.32.0.1", "192.169.0.1", "fe00::1"]],
  ])("of %s are %j, and not %j", (entry, inside, outside) => {
    const proxies = trustedProxies([entry]);
    for (const address of inside) expect([address, proxies.has(address)]).toEqual([address, true]);
    for (const address of outside) expect([address, proxies.has(address)]).toEqual([address, false]);
  });

  it("are none of an empty list, and no text that is no address", () => {
    expect(trustedProxies([]).has("127.0.0.1")).toBe(false);
    const all = trustedProxies(["0.0.0.0/0", "::/0"]);
    for (const text of ["", "unknown", "1.2.3", "1.2.3.4:80", "[::1]", "%"]) expect(all.has(text)).toBe(false);
  });

  it.each<[unknown]>([
    ["10.0.0.0/33"],
    ["::/129"],
    ["10.0.0.0/"],
    ["10.0.0.0/8/8"],
    ["10.0.0/8"],
    ["proxy.example.com"],
    ["Loopback"],
    ["/8"],
    [1],
  ])("cannot be %j", (entry) => {
    const make = (): unknown => trustedProxies([entry as string]);
    expect(make).toThrow(InvalidOptionError);
    expect(make).toThrow("trustedProxies");
    expect(make).toThrow(String(entry));
  });

  it("come as a list", () => {
    expect(() => trustedProxies("loopback" as never)).toThrow(InvalidOptionError);
  });
});
