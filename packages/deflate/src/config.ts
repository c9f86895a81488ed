import type { Frame, WebSocketExtensionHeader } from "@sluice/core";
import { InvalidOptionError } from "@sluice/core";
import type { DeflatePath } from "./compression.js";
import { clientOffers } from "./offers.js";
import type { DeflateOffer, DeflateWindowBits, WindowBits } from "./parameters.js";

/**
 * What `WebSocketDeflate({ … })` takes. Names that Ktor has are Ktor's: `WebSocketDeflateExtension.Config`.
 *
 * The defaults spend memory and time where ratio comes of it. Measured with Node 20, 64 sessions with context takeover in
 * turn, JSON of 256 B and of 1 KiB, on the path "wasm" / with zlib; KiB are what a compressing context costs:
 *
 * | window bits, memLevel | level | ratio | CPU µs | KiB |
 * | --- | --- | --- | --- | --- |
 * | 15, 8 (zlib's own) | 6 | 3.8, 4.6 / 3.9, 4.7 | 4, 7 / 8, 19 | 144 / 221 |
 * | 14, 8 | 6 | 3.7, 4.6 / 3.8, 4.6 | 3, 6 / 6, 13 | 80 / 154 |
 * | 13, 6 (default) | 6 | 3.5, 4.5 / 3.6, 4.5 | 2, 6 / 5, 9 | 36 / 123 |
 * | 13, 6 | 1 | 3.1, 3.9 / 3.0, 3.6 | 1, 3 / 4, 5 | 24 / 123 |
 * | 12, 5 | 6 | 3.4, 4.3 / 3.4, 4.4 | 2, 6 / 4, 8 | 18 / 104 |
 */
export interface WebSocketDeflateOptions {
  /**
   * 0 (none) to 9 (best); default -1, which is 6. Level 1 takes half the time for a seventh of the ratio; where no
   * context is kept, three fifths, for a tenth with most text in ASCII, and for a quarter with what repeats a lot.
   */
  readonly compressionLevel?: number;
  /**
   * Whether to compress a message, which is whole; one that is not compressed goes as it is. Where no context is kept, it
   * is asked once for a frame that goes to many sessions. Default: every message. Ktor: `compressIf`.
   */
  readonly compressIf?: (frame: Frame.Data) => boolean;
  /**
   * Bytes; only longer messages are compressed. Default 32 where the window is kept, and 128 where it is not: there,
   * shorter JSON saves next to nothing. Ktor: `compressIfBiggerThan`.
   */
  readonly compressIfBiggerThan?: number;
  /**
   * Clients begin every message with an empty window, which costs ratio, and on a server saves the context that would
   * restore their messages: 16 KiB, or 64 where their window is not bounded. Default `false`. Ktor: `clientNoContextTakeOver`.
   */
  readonly clientNoContextTakeOver?: boolean;
  /**
   * The server begins every message with an empty window, which costs ratio, and saves a context for each session. A frame
   * that goes to many of them is then compressed once. Default `false`. Ktor: `serverNoContextTakeOver`.
   */
  readonly serverNoContextTakeOver?: boolean;
  /**
   * The largest window of the server, as a base-2 logarithm of bytes: 9 to 15. A server compresses with it, and tells the
   * client where it is below 15; a client asks for it.
   *
   * Default: a server compresses with 13, or with less where a client asks for less, and does not speak of it unasked:
   * some clients refuse to hear of it. A client asks for nothing.
   */
  readonly serverMaxWindowBits?: DeflateWindowBits;
  /**
   * The largest window of a client, as a base-2 logarithm of bytes: 8 to 15. A server asks for it where the client offers
   * `client_max_window_bits`; one that does not, such as Safari, cannot be asked (RFC 7692 section 7.1.2.2) and uses 15.
   * A client compresses with it and offers it; zlib cannot do 8, so at 8 it compresses nothing.
   *
   * Default: a server asks for 13, which restores messages in 16 KiB instead of 64; a client compresses with 13.
   */
  readonly clientMaxWindowBits?: WindowBits;
  /**
   * 1 to 9: memory of a compressing context besides its windows, for finding what was there before: 2^(memLevel + 6) bytes,
   * and with zlib eight times as many. Default 6. More of it finds a little more in large windows. Without context takeover
   * sessions share a few contexts, which take 8 KiB for it, or at level 1 16, whatever is said here.
   */
  readonly memLevel?: number;
  /**
   * Bytes, 1 to 2^31 - 1; a compressed message that becomes longer ends its session with 1009, while it is inflated.
   * Default: the session's `maxFrameSize`, as it is at the time. The smaller of the two holds. Ktor: `maxInflatedFrameSize`.
   */
  readonly maxInflatedFrameSize?: number;
  /**
   * Changes what a client offers, or adds to it; the best comes first. It is called once, where the extension is
   * installed, with the offer that follows from the other options, and gives at least one offer of permessage-deflate.
   * Servers do not use it. Ktor: `configureProtocols`.
   *
   * ```ts
   * // Small windows, or else any.
   * configureProtocols: ([offer]) => [
   *   { ...offer, parameters: [...offer.parameters, { name: "server_max_window_bits", value: "10" }] },
   *   offer,
   * ]
   * ```
   */
  readonly configureProtocols?: (protocols: readonly [WebSocketExtensionHeader]) => readonly WebSocketExtensionHeader[];
  /**
   * How many threads of Node's pool, which are 4 unless `UV_THREADPOOL_SIZE` says otherwise, the sessions of this
   * installation take at once, 1 to 1024; messages wait for a place in their order. Default 2, which leaves two to files
   * and name look-ups. Only large messages go there, and all on the asynchronous path.
   */
  readonly maxThreads?: number;
  /**
   * How messages are compressed: "wasm" with this package's own compressor on the event loop, "synchronous" with zlib
   * there, both up to 32 KiB, or "asynchronous" always with zlib on threads. Default "auto": the first of them that this
   * runtime can, see `deflatePath`. Asking for one that it cannot is an error.
   */
  readonly path?: "auto" | DeflatePath;
}

/** What a server asks of the negotiation. */
export type NegotiationOptions = Pick<
  WebSocketDeflateOptions,
  "clientNoContextTakeOver" | "serverNoContextTakeOver" | "serverMaxWindowBits" | "clientMaxWindowBits"
>;

/** How messages are compressed. */
export type CompressionOptions = Pick<WebSocketDeflateOptions, "compressionLevel" | "memLevel" | "maxThreads">;

/** The window of this side's messages where no option says another. */
export const DEFAULT_WINDOW_BITS: DeflateWindowBits = 13;

/** Options that were checked, and what a client offers by them. */
export interface DeflateConfig {
  readonly options: WebSocketDeflateOptions;
  readonly offers: readonly DeflateOffer[];
  /** The same, as they are written. */
  readonly protocols: readonly WebSocketExtensionHeader[];
}

/** @throws `InvalidOptionError` `INVALID_OPTION` with the option's name and value. */
export function resolveOptions(options: WebSocketDeflateOptions): DeflateConfig {
  if (typeof options !== "object") throw new InvalidOptionError("options of WebSocketDeflate", options, "an object");
  for (const [name, value] of Object.entries(options)) {
    const check = CHECKS.get(name);
    if (check === undefined) {
      const known = [...CHECKS.keys()].join(", ");
      throw new InvalidOptionError(name, value, `left out, being none of what there is (${known})`);
    }
    if (value !== undefined) check(name, value);
  }
  return { options, ...clientOffers(options) };
}

type Check = (option: string, value: unknown) => void;

const checks: { readonly [Name in keyof Required<WebSocketDeflateOptions>]: Check } = {
  compressionLevel: integer(-1, 9),
  compressIf: callable,
  compressIfBiggerThan: integer(0, 2 ** 31 - 1),
  clientNoContextTakeOver: flag,
  serverNoContextTakeOver: flag,
  serverMaxWindowBits: integer(9, 15),
  clientMaxWindowBits: integer(8, 15),
  memLevel: integer(1, 9),
  maxInflatedFrameSize: integer(1, 2 ** 31 - 1),
  configureProtocols: callable,
  maxThreads: integer(1, 1024),
  path: oneOf("auto", "wasm", "synchronous", "asynchronous"),
};

const CHECKS: ReadonlyMap<string, Check> = new Map(Object.entries(checks));

function integer(from: number, to: number): Check {
  return (option, value) => {
    if (typeof value === "number" && Number.isInteger(value) && value >= from && value <= to) return;
    throw new InvalidOptionError(option, value, `a whole number from ${from} to ${to}`);
  };
}

function flag(option: string, value: unknown): void {
  if (typeof value !== "boolean") throw new InvalidOptionError(option, value, "true or false");
}

function callable(option: string, value: unknown): void {
  if (typeof value !== "function") throw new InvalidOptionError(option, value, "a function");
}

function oneOf(...values: readonly string[]): Check {
  return (option, value) => {
    if (typeof value === "string" && values.includes(value)) return;
    throw new InvalidOptionError(option, value, values.map((each) => JSON.stringify(each)).join(" or "));
  };
}
