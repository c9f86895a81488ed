import { InvalidOptionError } from "@sluice/core";
import type { DeflateWindowBits, WindowBits } from "./parameters.js";

/** What a server asks of the negotiation. */
export interface NegotiationOptions {
  /**
   * Clients begin every message with an empty window, which costs ratio and saves the context that would restore their
   * messages. Default `false`. Ktor: `clientNoContextTakeOver`.
   */
  readonly clientNoContextTakeOver?: boolean;
  /**
   * The server begins every message with an empty window, which costs ratio and saves a context for each session. Default
   * `false`. Ktor: `serverNoContextTakeOver`.
   */
  readonly serverNoContextTakeOver?: boolean;
  /** The largest window of the server, as a base-2 logarithm of bytes: 9 to 15, default 15. Ktor has no such option. */
  readonly serverMaxWindowBits?: DeflateWindowBits;
  /**
   * The largest window that clients are asked to use, as a base-2 logarithm of bytes: 8 to 15, default 15. A client that
   * does not offer `client_max_window_bits` cannot be asked (RFC 7692 section 7.1.2.2) and uses 15. Ktor has no such
   * option.
   */
  readonly clientMaxWindowBits?: WindowBits;
}

/** How messages are compressed. */
export interface CompressionOptions {
  /** 0 (none) to 9 (best); default -1, zlib's own, which is 6. Ktor: `compressionLevel`. */
  readonly compressionLevel?: number;
  /** 1 to 9, default 8: how much memory a compressing context uses besides its window, 2^(memLevel + 9) bytes. */
  readonly memLevel?: number;
}

/** @throws `InvalidOptionError` `INVALID_OPTION` */
export function checkNegotiationOptions(options: NegotiationOptions): void {
  const { clientNoContextTakeOver, serverNoContextTakeOver, serverMaxWindowBits, clientMaxWindowBits } = options;
  flag("clientNoContextTakeOver", clientNoContextTakeOver);
  flag("serverNoContextTakeOver", serverNoContextTakeOver);
  integer("serverMaxWindowBits", serverMaxWindowBits, 9, 15);
  integer("clientMaxWindowBits", clientMaxWindowBits, 8, 15);
}

/** @throws `InvalidOptionError` `INVALID_OPTION` */
export function checkCompressionOptions({ compressionLevel, memLevel }: CompressionOptions): void {
  integer("compressionLevel", compressionLevel, -1, 9);
  integer("memLevel", memLevel, 1, 9);
}

/** @throws `InvalidOptionError` `INVALID_OPTION` */
export function integer(option: string, value: unknown, from: number, to: number): void {
  if (value === undefined) return;
  if (typeof value === "number" && Number.isInteger(value) && value >= from && value <= to) return;
  throw new InvalidOptionError(option, value, `an integer from ${from} to ${to}`);
}

function flag(option: string, value: unknown): void {
  if (value !== undefined && typeof value !== "boolean") throw new InvalidOptionError(option, value, "a boolean");
}
