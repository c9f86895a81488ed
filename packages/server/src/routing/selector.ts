import { InvalidOptionError } from "@sluice/core";
import type { ApplicationRequest } from "../application/call.js";
import { isToken, listElements } from "../handshake/token.js";

/** What a selector may look at. */
export type SelectableRequest = Pick<ApplicationRequest, "method" | "header" | "host" | "port">;

/** What a route asks of a request besides its path. Ktor: `RouteSelector`. */
export interface RouteSelector {
  readonly kind: "method" | "header" | "host" | "protocol";
  /** What it asks for, for messages: a method, a header's name, a host or a subprotocol. */
  readonly text: string;
  /** How well the request fits, more than 0 and up to 1; `undefined` where it does not. Ktor: `RouteSelectorEvaluation`. */
  evaluate(request: SelectableRequest): number | undefined;
  /** Of routes that fit equally well the one with the lower rank is taken. All are 0 where this is left out. */
  rank?(request: SelectableRequest): number;
}

/** A selector, and where it stands: behind how many segments of its route's path. */
export interface PlacedSelector {
  readonly behind: number;
  readonly selector: RouteSelector;
}

/** Ktor's quality of what fits exactly. */
const CONSTANT = 1;

/** What answers HEAD without having been made for it. */
const STAND_IN = 0.5;

/**
 * Requests of one method; GET takes HEAD too, whose answer goes out without the body.
 * @throws InvalidOptionError (`INVALID_OPTION`) when `method` is no method.
 */
export function methodSelector(method: string): RouteSelector {
  if (typeof method !== "string" || !isToken(method) || method !== method.toUpperCase()) {
    throw new InvalidOptionError("method", method, 'a method in upper case, such as "POST"');
  }
  return {
    kind: "method",
    text: method,
    evaluate(request) {
      if (request.method === method) return CONSTANT;
      return method === "GET" && request.method === "HEAD" ? STAND_IN : undefined;
    },
  };
}

/**
 * Requests with a header that has `value`, in any case: as a whole, or as an element of a list, whose weight (`q=0.5`, RFC
 * 9110 section 12.4.2) is then the quality.
 * @throws InvalidOptionError (`INVALID_OPTION`) when `name` is no header's name.
 */
export function headerSelector(name: string, value: string): RouteSelector {
  if (typeof name !== "string" || !isToken(name)) {
    throw new InvalidOptionError("name of header(…)", name, "a token, as RFC 9110 has it");
  }
  if (typeof value !== "string") throw new InvalidOptionError(`value of header(${name})`, value, "text");
  const expected = value.toLowerCase();
  return {
    kind: "header",
    text: name,
    evaluate(request) {
      const header = request.header(name)?.toLowerCase();
      if (header === undefined) return undefined;
      return header === expected ? CONSTANT : weightIn(header, expected);
    },
  };
}

/**
 * Requests to some hosts, as `request.host` and `request.port` have them; the port counts where `hosts` name one. Text is
 * compared in any case, a pattern must match the whole name.
 * @throws InvalidOptionError (`INVALID_OPTION`)
 */
export function hostSelector(hosts: HostPattern | readonly HostPattern[]): RouteSelector {
  const list: readonly unknown[] = Array.isArray(hosts) ? hosts : [hosts];
  if (list.length === 0) throw new InvalidOptionError("host", hosts, "at least one host");
  const tests = list.map(hostTest);
  return {
    kind: "host",
    text: list.map(String).join(", "),
    evaluate({ host, port }) {
      return tests.some((fits) => fits(host, port)) ? CONSTANT : undefined;
    },
  };
}

/** A host, such as `"example.com"` or `"localhost:8080"`, or a pattern for the whole name without its port. */
export type HostPattern = string | RegExp;

/**
 * Handshakes that offer a subprotocol; of several the one that the client named first (RFC 6455 section 4.1, item 10).
 * Ktor: `WebSocketProtocolsSelector`.
 */
export function protocolSelector(protocol: string): RouteSelector {
  const place = (request: SelectableRequest): number =>
    listElements(request.header("sec-websocket-protocol") ?? "").indexOf(protocol);
  return {
    kind: "protocol",
    text: protocol,
    evaluate: (request) => (place(request) === -1 ? undefined : CONSTANT),
    rank: place,
  };
}

type HostTest = (host: string, port: number) => boolean;

function hostTest(expected: unknown): HostTest {
  if (expected instanceof RegExp) {
    // A pattern of our own: one with the flag g remembers where it was, and one without anchors would find
    // `example.com` in `example.com.evil.org`.
    const whole = new RegExp(`^(?:${expected.source})$`, `i${expected.flags.replace(/[dgimy]/g, "")}`);
    return (host) => whole.test(host);
  }
  const match = typeof expected === "string" ? /^(\[[0-9a-f:.]+\]|[^\s/:?#@[\\\]]+)(?::(\d+))?$/i.exec(expected) : null;
  if (match === null) {
    throw new InvalidOptionError("host", expected, 'a host such as "example.com" or "localhost:8080", or a pattern');
  }
  const [, name = "", digits] = match;
  const lower = name.toLowerCase();
  if (digits === undefined) return (host) => host === lower;
  return (host, port) => host === lower && port === Number(digits);
}

/** The weight of an element in a list, where it is there and not refused with 0. */
function weightIn(list: string, expected: string): number | undefined {
  let best: number | undefined;
  for (const element of listElements(list)) {
    const [value = "", ...parameters] = element.split(";").map((part) => part.trim());
    if (value !== expected) continue;
    const q = parameters.find((parameter) => parameter.startsWith("q="));
    const weight = q === undefined ? CONSTANT : Number(q.slice(2));
    if (weight > 0 && weight <= 1 && weight > (best ?? 0)) best = weight;
  }
  return best;
}
