import type { WebSocketExtensionHeader } from "@sluice/core";
import type { NegotiatedDeflate } from "./negotiation.js";
import type { DeflateOffer, WindowBits } from "./parameters.js";
import { PERMESSAGE_DEFLATE, readOffer } from "./parameters.js";

/** An answer that the offer does not allow. The client fails the connection (RFC 7692 section 7.1, RFC 6455 section 9.1). */
export interface RefusedAnswer {
  readonly kind: "refused";
  readonly reason: string;
}

/** An answer that holds to the offer. */
export interface AcceptedAnswer {
  readonly kind: "accepted";
  readonly negotiated: NegotiatedDeflate;
}

/** Checks a server's answer to an offer, as a client does. Pure. */
export function checkAnswer(offer: DeflateOffer, answer: WebSocketExtensionHeader): AcceptedAnswer | RefusedAnswer {
  if (answer.name !== PERMESSAGE_DEFLATE) return refused(`${answer.name} was not offered`);
  const read = readOffer(answer);
  if (read.kind === "declined") return refused(read.reason);
  if (answer.parameters.some(({ name, value }) => name === "client_max_window_bits" && value === null)) {
    return refused("client_max_window_bits needs a value in an answer");
  }
  if (read.clientMaxWindowBits !== undefined) {
    if (offer.clientMaxWindowBits === undefined) return refused("client_max_window_bits was not offered");
    if (read.clientMaxWindowBits > offer.clientMaxWindowBits) {
      return refused(
        `client_max_window_bits=${read.clientMaxWindowBits} is over the ${offer.clientMaxWindowBits} offered`,
      );
    }
  }
  if (offer.serverNoContextTakeover && !read.serverNoContextTakeover) {
    return refused("server_no_context_takeover was asked for");
  }
  if (offer.serverMaxWindowBits !== undefined) {
    if (read.serverMaxWindowBits === undefined) return refused("server_max_window_bits was asked for");
    if (read.serverMaxWindowBits > offer.serverMaxWindowBits) {
      return refused(
        `server_max_window_bits=${read.serverMaxWindowBits} is over the ${offer.serverMaxWindowBits} offered`,
      );
    }
  }
  const clientMaxWindowBits: WindowBits = read.clientMaxWindowBits ?? offer.clientMaxWindowBits ?? 15;
  return {
    kind: "accepted",
    negotiated: {
      serverNoContextTakeover: read.serverNoContextTakeover,
      clientNoContextTakeover: read.clientNoContextTakeover || offer.clientNoContextTakeover,
      serverMaxWindowBits: read.serverMaxWindowBits ?? 15,
      clientMaxWindowBits,
    },
  };
}

function refused(reason: string): RefusedAnswer {
  return { kind: "refused", reason };
}
