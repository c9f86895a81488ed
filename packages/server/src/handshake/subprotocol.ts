import { InvalidOptionError } from "@sluice/core";
import type { HandshakeRefusal } from "./refusal.js";
import { refuse } from "./refusal.js";
import { isToken, listElements } from "./token.js";

/** The subprotocols that a client offers, the one it likes best first. */
export interface OfferedSubprotocols {
  readonly kind: "offered";
  readonly protocols: readonly string[];
}

/**
 * Reads `Sec-WebSocket-Protocol`, its lines joined with `", "`. An element that is empty, no token, or there twice is
 * 400 (RFC 6455 section 4.1, item 10); names differ when their case does.
 */
export function parseSubprotocols(header: string): OfferedSubprotocols | HandshakeRefusal {
  const protocols = new Set<string>();
  for (const protocol of listElements(header)) {
    if (protocol === "") return refuse(400, "Sec-WebSocket-Protocol has an empty element");
    if (!isToken(protocol)) return refuse(400, "Sec-WebSocket-Protocol has an element that is not a token");
    if (protocols.has(protocol)) return refuse(400, `Sec-WebSocket-Protocol offers ${protocol} twice`);
    protocols.add(protocol);
  }
  return { kind: "offered", protocols: [...protocols] };
}

/**
 * Checks the subprotocol of a route when the route is defined; `option` is what an error calls it.
 * @throws InvalidOptionError `INVALID_OPTION` for what could never be offered.
 */
export function requireSubprotocol(protocol: string, option = "protocol"): void {
  if (typeof protocol !== "string" || !isToken(protocol)) {
    throw new InvalidOptionError(option, protocol, "a token, as RFC 9110 has it");
  }
}
