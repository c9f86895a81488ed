import type { WebSocketExtensionHeader, WebSocketExtensionParameter } from "@sluice/core";
import { InvalidExtensionAnswerError, InvalidOptionError } from "@sluice/core";
import { checkAnswer } from "./answer.js";
import type { NegotiationOptions, WebSocketDeflateOptions } from "./config.js";
import type { NegotiatedDeflate } from "./negotiation.js";
import type { DeflateOffer } from "./parameters.js";
import { PERMESSAGE_DEFLATE, readOffer } from "./parameters.js";

/** What a client offers, the best first, read and as it is written. */
export interface ClientOffers {
  readonly offers: readonly DeflateOffer[];
  readonly protocols: readonly WebSocketExtensionHeader[];
}

/** @throws `InvalidOptionError` `INVALID_OPTION` for offers that `configureProtocols` spoiled. */
export function clientOffers(options: WebSocketDeflateOptions): ClientOffers {
  const offer = offerBy(options);
  const protocols = options.configureProtocols?.([offer]) ?? [offer];
  if (!Array.isArray(protocols) || protocols.length === 0) {
    throw new InvalidOptionError("what configureProtocols gives", protocols, "an array with at least one offer");
  }
  return { offers: protocols.map(readOwnOffer), protocols };
}

/**
 * What a client and its server hold to by the server's answer: to the first offer that it answers (RFC 7692 section 5).
 *
 * @throws `InvalidExtensionAnswerError` `INVALID_EXTENSION_ANSWER` where it answers none: the client fails the connection.
 */
export function acceptAnswer(
  offers: readonly DeflateOffer[],
  answer: readonly WebSocketExtensionHeader[],
): NegotiatedDeflate {
  const [element, another] = answer;
  if (element === undefined || another !== undefined) {
    throw new InvalidExtensionAnswerError(PERMESSAGE_DEFLATE, `is answered ${answer.length} times`);
  }
  let reason = "";
  for (const offer of offers) {
    const outcome = checkAnswer(offer, element);
    if (outcome.kind === "accepted") return outcome.negotiated;
    reason ||= outcome.reason;
  }
  throw new InvalidExtensionAnswerError(element.name, `is no answer to what was offered: ${reason}`);
}

/** Always with `client_max_window_bits`, as browsers do: a smaller window costs a client nothing. */
function offerBy(options: NegotiationOptions): WebSocketExtensionHeader {
  const { serverNoContextTakeOver, clientNoContextTakeOver, serverMaxWindowBits, clientMaxWindowBits } = options;
  const parameters: WebSocketExtensionParameter[] = [];
  if (serverNoContextTakeOver === true) parameters.push({ name: "server_no_context_takeover", value: null });
  if (clientNoContextTakeOver === true) parameters.push({ name: "client_no_context_takeover", value: null });
  if (serverMaxWindowBits !== undefined && serverMaxWindowBits < 15) {
    parameters.push({ name: "server_max_window_bits", value: String(serverMaxWindowBits) });
  }
  const client = clientMaxWindowBits === undefined || clientMaxWindowBits === 15 ? null : String(clientMaxWindowBits);
  parameters.push({ name: "client_max_window_bits", value: client });
  return { name: PERMESSAGE_DEFLATE, parameters };
}

function readOwnOffer(header: WebSocketExtensionHeader): DeflateOffer {
  const read = header.name === PERMESSAGE_DEFLATE ? readOffer(header) : undefined;
  if (read?.kind === "offer") return read;
  const reason = read === undefined ? "" : `, but ${read.reason}`;
  throw new InvalidOptionError("an offer of configureProtocols", header, `one of ${PERMESSAGE_DEFLATE}${reason}`);
}
