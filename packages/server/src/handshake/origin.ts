import { InvalidOptionError } from "@sluice/core";
import type { HandshakeRefusal } from "./refusal.js";
import { refuse } from "./refusal.js";

/** Decides about one request. `host` is its `Host`. */
export type OriginPredicate = (origin: string, host: string) => boolean;

/**
 * Which web pages may open a session: without this check any page that a user visits could open one in the user's
 * name, cookies included (RFC 6455 section 10.2). A request without `Origin` does not come from a page and passes.
 *
 * - `"same-origin"` (default): pages from the host and port that the request names in `Host`.
 * - `"*"`: all pages.
 * - a list of origins such as `"https://example.com"` or `"http://localhost:5173"`, compared whole: scheme, host and
 *   port. `"same-origin"`, `"*"` and `"null"` (sandboxed pages and files) may be among them.
 * - a function, which lets pass what it answers with `true`.
 */
export type Origins = "same-origin" | "*" | readonly string[] | OriginPredicate;

/**
 * Checks a request's `Origin` against its `Host`, or the `X-Forwarded-Host` of a proxy that the server trusts. Gives
 * the 403 to answer with, or `undefined` when the request passes.
 */
export type OriginCheck = (origin: string | undefined, host: string) => HandshakeRefusal | undefined;

/**
 * Makes a check of the option `origins`; `option` is what an error calls it.
 * @throws InvalidOptionError `INVALID_OPTION` when it has an element that is no origin.
 */
export function originCheck(origins: Origins = "same-origin", option = "origins"): OriginCheck {
  const entries = typeof origins === "string" ? [origins] : origins;
  const allows = typeof entries === "function" ? entries : allowedBy(entries, option);
  return (origin, host) => {
    // Anything but `true`, so that a function which gives a promise by mistake lets nobody in.
    if (origin === undefined || allows(origin, host) === true) return undefined;
    const [from, to] = [JSON.stringify(origin), JSON.stringify(host)];
    return refuse(403, `Origin ${from} may not open a WebSocket on Host ${to}; the option "origins" decides this`);
  };
}

/** Whether `host` can be a `Host` header: a name or address, and perhaps a port (RFC 9112 section 3.2). */
export function isHostHeader(host: string): boolean {
  return isAscii(host) && parseHost(host, undefined) !== undefined;
}

function allowedBy(entries: readonly string[], option: string): OriginPredicate {
  if (!Array.isArray(entries)) fail(option, entries);
  const listed = new Set<string>();
  let same = false;
  for (const entry of entries) {
    if (entry === "*") return () => true;
    if (entry === "same-origin") same = true;
    else if (entry === "null") listed.add(entry);
    else listed.add(printOrigin(parseOrigin(entry) ?? fail(option, entry)));
  }
  return (origin, host) => {
    if (origin === "null") return listed.has(origin);
    const parsed = parseOrigin(origin);
    if (parsed === undefined) return false;
    // Never the scheme: behind a proxy that ends TLS the server does not know its own.
    if (same && parsed.authority === parseHost(host, parsed.scheme)) return true;
    return listed.has(printOrigin(parsed));
  };
}

interface ParsedOrigin {
  readonly scheme: string;
  /** Host and port in one spelling, without the scheme's default port. */
  readonly authority: string;
}

function printOrigin({ scheme, authority }: ParsedOrigin): string {
  return `${scheme}://${authority}`;
}

/** An origin as RFC 6454 section 6.2 writes it: nothing after the port, no user before the host. */
function parseOrigin(text: unknown): ParsedOrigin | undefined {
  if (typeof text !== "string") return undefined;
  const colon = text.indexOf("://");
  const scheme = text.slice(0, Math.max(colon, 0)).toLowerCase();
  if (!/^[a-z][a-z0-9+.-]*$/.test(scheme)) return undefined;
  const authority = parseHost(text.slice(colon + 3), scheme);
  return authority === undefined ? undefined : { scheme, authority };
}

const DEFAULT_PORTS: ReadonlyMap<string, number> = new Map([
  ["http", 80],
  ["ws", 80],
  ["https", 443],
  ["wss", 443],
]);

/** `host[:port]` in one spelling, without the default port of `scheme`; `undefined` when it is none. */
function parseHost(text: string, scheme: string | undefined): string | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[^\s/:?#@[\\\]]+)(?::(\d*))?$/i.exec(text);
  const host = match?.[1] === undefined ? undefined : canonicalHost(match[1]);
  if (host === undefined) return undefined;
  const digits = match?.[2] ?? "";
  if (digits === "") return host;
  const port = Number(digits);
  if (port > 65_535) return undefined;
  return scheme !== undefined && port === DEFAULT_PORTS.get(scheme) ? host : `${host}:${port}`;
}

/** One spelling of a host: IPv6 shortened, names outside ASCII as browsers send them. */
function canonicalHost(host: string): string | undefined {
  // No comma, although a host may have one: that is two `Host` lines, joined on the way.
  if (/^[\w.~!$&'()*+;=%-]+$/.test(host)) return host.toLowerCase();
  if (!host.startsWith("[") && isAscii(host)) return undefined;
  try {
    return new URL(`http://${host}`).hostname;
  } catch {
    return undefined;
  }
}

function isAscii(text: string): boolean {
  return !/[\u0080-\uffff]/.test(text);
}

function fail(option: string, value: unknown): never {
  const expected = '"same-origin", "*", origins such as "https://example.com", or a function';
  throw new InvalidOptionError(option, value, expected);
}
