import type { WebSocketExtensionHeader } from "@sluice/core";
import type { NegotiationOptions } from "./config.js";
import type { DeclinedOffer, DeflateOffer, DeflateWindowBits, WindowBits } from "./parameters.js";
import { PERMESSAGE_DEFLATE, readOffer } from "./parameters.js";

/** What both sides of a session hold to (RFC 7692 section 7.1). */
export interface NegotiatedDeflate {
  /** The server begins every message with an empty window. */
  readonly serverNoContextTakeover: boolean;
  /** The client begins every message with an empty window. */
  readonly clientNoContextTakeover: boolean;
  /** The server's messages point back no further than this. */
  readonly serverMaxWindowBits: WindowBits;
  /** The client's messages point back no further than this. */
  readonly clientMaxWindowBits: WindowBits;
}

/** The server takes an offer. */
export interface DeflateAnswer {
  readonly kind: "answer";
  /** For the response. */
  readonly header: WebSocketExtensionHeader;
  readonly negotiated: NegotiatedDeflate & { readonly serverMaxWindowBits: DeflateWindowBits };
}

/** The server takes no offer: the session goes without compression. Never an error. */
export interface DeflateDecline {
  readonly kind: "decline";
  /** Why not, for each offer of permessage-deflate in order; empty where there was none. */
  readonly reasons: readonly string[];
}

/**
 * Answers the offers of a client: the first that the server can take. Offers of other extensions are passed over. Pure.
 *
 * Every demand of an offer is met, and a hint is taken: a client that says it will not keep its context need not be given
 * one. An answer never allows a larger window than was offered, and names `client_max_window_bits` only where the offer
 * does (RFC 7692 sections 7.1.1 and 7.1.2).
 *
 * @example
 * ```ts
 * negotiate(parseWebSocketExtensions("permessage-deflate; client_max_window_bits"), { clientMaxWindowBits: 12 });
 * // { kind: "answer", header: permessage-deflate; client_max_window_bits=12, … }
 * ```
 */
export function negotiate(
  offers: readonly WebSocketExtensionHeader[],
  options: NegotiationOptions = {},
): DeflateAnswer | DeflateDecline {
  const reasons: string[] = [];
  for (const header of offers) {
    if (header.name !== PERMESSAGE_DEFLATE) continue;
    const offer = readOffer(header);
    const answer = offer.kind === "declined" ? offer : answerTo(offer, options);
    if (answer.kind === "answer") return answer;
    reasons.push(answer.reason);
  }
  return { kind: "decline", reasons };
}

function answerTo(offer: DeflateOffer, options: NegotiationOptions): DeflateAnswer | DeclinedOffer {
  const server = smaller(offer.serverMaxWindowBits, options.serverMaxWindowBits);
  if (server === 8) return { kind: "declined", reason: "zlib cannot compress with server_max_window_bits=8" };
  const negotiated = {
    serverNoContextTakeover: offer.serverNoContextTakeover || options.serverNoContextTakeOver === true,
    clientNoContextTakeover: offer.clientNoContextTakeover || options.clientNoContextTakeOver === true,
    serverMaxWindowBits: server,
    clientMaxWindowBits:
      offer.clientMaxWindowBits === undefined ? 15 : smaller(offer.clientMaxWindowBits, options.clientMaxWindowBits),
  } as const;
  const parameters: WebSocketExtensionHeader["parameters"][number][] = [];
  if (negotiated.serverNoContextTakeover) parameters.push({ name: "server_no_context_takeover", value: null });
  if (negotiated.clientNoContextTakeover) parameters.push({ name: "client_no_context_takeover", value: null });
  if (offer.serverMaxWindowBits !== undefined || server < 15) {
    parameters.push({ name: "server_max_window_bits", value: String(server) });
  }
  // Without the parameter it is 15, which is no less than any offer says.
  if (negotiated.clientMaxWindowBits < 15) {
    parameters.push({ name: "client_max_window_bits", value: String(negotiated.clientMaxWindowBits) });
  }
  return { kind: "answer", header: { name: PERMESSAGE_DEFLATE, parameters }, negotiated };
}

function smaller(offered: WindowBits | undefined, wanted: WindowBits | undefined): WindowBits {
  return Math.min(offered ?? 15, wanted ?? 15) as WindowBits;
}
