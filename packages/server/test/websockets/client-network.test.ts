import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clientNetwork } from "../../src/websockets/client-network.js";

describe("the network of a client", () => {
  it.each([["192.0.2.1"], ["127.0.0.1"], ["255.255.255.255"]])("is the IPv4 address %s itself", (address) => {
    expect(clientNetwork(address)).toBe(address);
  });

  it.each([
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::FFFF:192.0.2.1", "192.0.2.1"],
    ["::ffff:c000:201", "192.0.2.1"],
    ["0:0:0:0:0:ffff:c000:0201", "192.0.2.1"],
    ["0000:0000:0000:0000:0000:ffff:127.0.0.1", "127.0.0.1"],
    ["::ffff:255.255.255.255", "255.255.255.255"],
    ["::ffff:0:0", "0.0.0.0"],
  ])("of the IPv4-mapped address %s is %s", (address, network) => {
    expect(clientNetwork(address)).toBe(network);
  });

  it.each([
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:db8:1:2::", "2001:db8:1:2::/64"],
    ["2001:db8:1:2::1", "2001:db8:1:2::/64"],
    ["2001:DB8:0001:0002:ffff:FFFF:ffff:ffff", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["2001:db8::2:3:4:5:6", "2001:db8:0:2::/64"],
    ["::1", "0:0:0:0::/64"],
    ["::", "0:0:0:0::/64"],
    ["1::", "1:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["64:ff9b::192.0.2.1", "64:ff9b:0:0::/64"],
    // Mapped only with zeros in front of the mark.
    ["1::ffff:192.0.2.1", "1:0:0:0::/64"],
    ["::fffe:192.0.2.1", "0:0:0:0::/64"],
    ["::ffff:0:192.0.2.1", "0:0:0:0::/64"],
  ])("of the IPv6 address %s has 64 bits: %s", (address, network) => {
    expect(clientNetwork(address)).toBe(network);
  });

  it("is the same for every spelling of an address", () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
        expect(clientNetwork(address)).toBe(clientNetwork(canonical));
        expect(clientNetwork(address)).toMatch(/^([0-9a-f]{1,4}:){4}:\/64$|^\d+\.\d+\.\d+\.\d+$/);
      }),
    );
  });

  it.each([
    ["a client without an address"],
    ["_hidden:7"],
    ["1:2:3"],
    ["1:2:3:4:5:6:7:8:9"],
    ["1:2:3:4:5:6:7:8::"],
    ["1::2::3"],
    ["12345::"],
    ["::1.2.3"],
    ["::1.2.3.256"],
    ["::g"],
    [":"],
    ["1:::2"],
  ])("of %s, which is no address, is that itself", (text) => {
    expect(clientNetwork(text)).toBe(text);
  });
});
