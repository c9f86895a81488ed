import { BlockList, isIP } from "node:net";
import { InvalidOptionError } from "@sluice/core";
import type { TrustedProxies } from "../application/forwarded.js";

/** Names for the networks that proxies are usually in. */
const NETWORKS: ReadonlyMap<string, readonly string[]> = new Map([
  ["loopback", ["127.0.0.0/8", "::1"]],
  ["linklocal", ["169.254.0.0/16", "fe80::/10"]],
  ["uniquelocal", ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]],
]);

/**
 * Makes the option `trustedProxies`.
 *
 * @throws InvalidOptionError (`INVALID_OPTION`) with the element that is neither address nor network.
 */
export function trustedProxies(entries: readonly string[]): TrustedProxies {
  if (!Array.isArray(entries)) throw invalid(entries);
  const list = new BlockList();
  for (const entry of entries) for (const network of NETWORKS.get(entry) ?? [entry]) add(list, network);
  return {
    has: (address) => {
      const plain = withoutZone(address);
      const version = isIP(plain);
      return version !== 0 && list.check(plain, version === 4 ? "ipv4" : "ipv6");
    },
    isAddress: (text) => isIP(text) !== 0,
  };
}

function add(list: BlockList, network: unknown): void {
  if (typeof network !== "string") throw invalid(network);
  const [, address = "", digits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(network) ?? [];
  const version = isIP(address);
  const bits = version === 4 ? 32 : 128;
  const prefix = digits === undefined ? bits : Number(digits);
  if (version === 0 || prefix > bits) throw invalid(network);
  list.addSubnet(address, prefix, version === 4 ? "ipv4" : "ipv6");
}

/** A link-local address may have the name of its interface behind it: `fe80::1%eth0`. */
function withoutZone(address: string): string {
  const percent = address.indexOf("%");
  return percent === -1 ? address : address.slice(0, percent);
}

function invalid(value: unknown): InvalidOptionError {
  const expected = 'a list of addresses, networks such as "10.0.0.0/8", "loopback", "linklocal" or "uniquelocal"';
  return new InvalidOptionError("trustedProxies", value, expected);
}
