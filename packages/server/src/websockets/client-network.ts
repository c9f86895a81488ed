/**
 * What clients are told apart by: an IPv4 address; of an IPv6 address the network of 64 bits, since a client has all of it
 * (RFC 4291 section 2.5.4, RFC 6177); for an IPv4-mapped address (RFC 4291 section 2.5.5.2) the IPv4 address. What is no
 * address stands for itself.
 */
export function clientNetwork(address: string): string {
  if (!address.includes(":")) return address;
  const groups = groupsOf(address);
  if (groups === undefined) return address;
  const [a, b, c, d, e, f, high = 0, low = 0] = groups;
  if ([a, b, c, d, e].every((group) => group === 0) && f === 0xffff) {
    return [high >> 8, high & 0xff, low >> 8, low & 0xff].join(".");
  }
  return `${[a, b, c, d].map((group) => (group ?? 0).toString(16)).join(":")}::/64`;
}

/** The eight groups of an IPv6 address, in any of its spellings (RFC 4291 section 2.2); `undefined` for what is none. */
function groupsOf(address: string): readonly number[] | undefined {
  // A link-local address may have the name of its interface behind it: `fe80::1%eth0`.
  const [plain = ""] = address.split("%");
  const [front = "", back, ...more] = plain.split("::");
  if (more.length > 0) return undefined;
  const before = partOf(front);
  const after = partOf(back ?? "");
  const omitted = 8 - before.length - after.length;
  if (back === undefined ? omitted !== 0 : omitted < 1) return undefined;
  const groups = [...before, ...Array<number>(omitted).fill(0), ...after];
  return groups.every((group) => group <= 0xffff) ? groups : undefined;
}

/** The groups between colons. The last two may be written as an IPv4 address; what is no group is `NaN`. */
function partOf(text: string): readonly number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (!group.includes(".")) return [/^[0-9a-f]{1,4}$/i.test(group) ? Number.parseInt(group, 16) : Number.NaN];
    const [, ...octets] = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(group) ?? [];
    const [a = 0, b = 0, c = 0, d = Number.NaN] = octets.map(Number);
    return [a, b, c, d].every((octet) => octet <= 255) ? [a * 256 + b, c * 256 + d] : [Number.NaN];
  });
}
