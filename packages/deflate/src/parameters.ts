import type { WebSocketExtensionHeader } from "@sluice/core";

/** The extension's name on the wire (RFC 7692 section 7). */
export const PERMESSAGE_DEFLATE = "permessage-deflate";

/** The base-2 logarithm of a sliding window's size in bytes, 8 to 15. */
export type WindowBits = 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15;

/** A window that zlib can compress with: in a raw stream it cannot do 8, and would use 9 without a word. */
export type DeflateWindowBits = Exclude<WindowBits, 8>;

/** What one offer asks for (RFC 7692 section 7.1). */
export interface DeflateOffer {
  readonly kind: "offer";
  /** The server is to begin every message with an empty window. */
  readonly serverNoContextTakeover: boolean;
  /** The client will begin every message with an empty window. A hint: the server need not repeat it. */
  readonly clientNoContextTakeover: boolean;
  /** The largest window that the server may use, where the client bounds it. */
  readonly serverMaxWindowBits: WindowBits | undefined;
  /**
   * The largest window that the client wants to use; 15 where it gave no value, and `undefined` where it did not name
   * the parameter: then the answer must not either.
   */
  readonly clientMaxWindowBits: WindowBits | undefined;
}

/** An offer that the server passes over, as if it were not there. Never an error (RFC 7692 section 5). */
export interface DeclinedOffer {
  readonly kind: "declined";
  readonly reason: string;
}

/** Reads an offer of permessage-deflate: every parameter known, there once, and with a value that it can have. */
export function readOffer({ parameters }: WebSocketExtensionHeader): DeflateOffer | DeclinedOffer {
  const values = new Map<string, string | null>();
  for (const { name, value } of parameters) {
    if (!NAMES.has(name)) return declined(`there is no parameter ${name}`);
    if (values.has(name)) return declined(`${name} is there twice`);
    values.set(name, value);
  }
  for (const name of FLAGS) {
    if (typeof values.get(name) === "string") return declined(`${name} takes no value`);
  }
  const server = windowBits(values.get("server_max_window_bits"));
  if (values.has("server_max_window_bits") && server === undefined) {
    return declined("server_max_window_bits needs a value from 8 to 15");
  }
  const client = values.get("client_max_window_bits");
  const clientBits = client === null ? 15 : windowBits(client);
  if (values.has("client_max_window_bits") && clientBits === undefined) {
    return declined("client_max_window_bits takes a value from 8 to 15, or none");
  }
  return {
    kind: "offer",
    serverNoContextTakeover: values.has("server_no_context_takeover"),
    clientNoContextTakeover: values.has("client_no_context_takeover"),
    serverMaxWindowBits: server,
    clientMaxWindowBits: clientBits,
  };
}

const FLAGS = ["server_no_context_takeover", "client_no_context_takeover"] as const;

const NAMES: ReadonlySet<string> = new Set([...FLAGS, "server_max_window_bits", "client_max_window_bits"]);

/** A decimal from 8 to 15 without leading zeros (RFC 7692 section 7.1.2.1). */
function windowBits(value: string | null | undefined): WindowBits | undefined {
  return typeof value === "string" && /^(?:[89]|1[0-5])$/.test(value) ? (Number(value) as WindowBits) : undefined;
}

function declined(reason: string): DeclinedOffer {
  return { kind: "declined", reason };
}
