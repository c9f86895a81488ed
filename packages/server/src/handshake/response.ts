import type { WebSocketExtensionHeader } from "@sluice/core";
import { printWebSocketExtensions, SluiceError } from "@sluice/core";
import type { HandshakeRefusal, HeaderField } from "./refusal.js";
import { isToken } from "./token.js";

/** A header cannot be sent: its name is no token, its value would end its line, or the server sets it itself. */
export class InvalidHeaderError extends SluiceError {
  readonly code = "INVALID_HEADER";
  /** The header's name, as it was given. */
  readonly header: string;

  constructor(header: string, problem: string) {
    super(`The header ${JSON.stringify(header)} ${problem}`);
    this.header = header;
  }
}

/** The answer that opens a session. */
export interface SwitchingProtocols {
  /** `Sec-WebSocket-Accept`; see `acceptKey`. */
  readonly accept: string;
  /** The subprotocol chosen of those offered. */
  readonly protocol?: string | undefined;
  /** The extensions agreed on, in the order in which they apply. */
  readonly extensions?: readonly WebSocketExtensionHeader[];
  /** More headers, cookies for example. */
  readonly headers?: readonly HeaderField[];
}

/** Any other answer, such as an `authenticate` function may give. */
export interface HandshakeResponse {
  /** From 200 to 599. */
  readonly status: number;
  readonly headers?: readonly HeaderField[];
  /** Text; to be sent as UTF-8. `Content-Type` is plain text unless `headers` say otherwise. */
  readonly body?: string;
}

/**
 * The 101 response, up to and including the empty line (RFC 6455 section 4.2.2). All of it is ASCII or Latin-1.
 * @throws {@link InvalidHeaderError} `INVALID_HEADER` for a header that cannot be sent.
 */
export function printSwitchingProtocols(response: SwitchingProtocols): string {
  const { accept, protocol, extensions = [], headers = [] } = response;
  let head = SWITCHING + field("Sec-WebSocket-Accept", accept);
  if (protocol !== undefined) head += field("Sec-WebSocket-Protocol", protocol);
  if (extensions.length > 0) head += field("Sec-WebSocket-Extensions", printWebSocketExtensions(extensions));
  return `${head}${userFields(headers, SET_BY_UPGRADE)}\r\n`;
}

/** The response that refuses a handshake, with its reason as the body. `method` "HEAD" leaves the body out. */
export function printRefusal(refusal: HandshakeRefusal, method = "GET"): string {
  const { status, headers, reason, body = `${reason}\n` } = refusal;
  return printResponse({ status, headers, body }, method);
}

/**
 * A whole response, after which the connection closes. To be sent as UTF-8: `Content-Length` counts its bytes.
 * @throws {@link InvalidHeaderError} `INVALID_HEADER` for a header that cannot be sent, RangeError for a status that is
 * no answer.
 */
export function printResponse({ status, headers = [], body = "" }: HandshakeResponse, method = "GET"): string {
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new RangeError(`The status of a response must be from 200 to 599, got ${status}`);
  }
  // Who names a protocol in Upgrade says so in Connection too (RFC 9110 section 7.8).
  const upgrades = headers.some(([name]) => name.toLowerCase() === "upgrade");
  const typed = headers.some(([name]) => name.toLowerCase() === "content-type");
  const length = new TextEncoder().encode(body).length;
  let head = statusLine(status);
  head += field("Connection", upgrades ? "close, Upgrade" : "close");
  if (length > 0 && !typed) head += field("Content-Type", "text/plain; charset=utf-8");
  if (status !== 204 && status !== 304) head += field("Content-Length", String(length));
  head += userFields(headers, SET_BY_RESPONSE);
  const bodiless = method === "HEAD" || status === 204 || status === 304;
  return `${head}\r\n${bodiless ? "" : body}`;
}

const SWITCHING = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";

const SET_BY_RESPONSE: ReadonlySet<string> = new Set(["connection", "content-length", "transfer-encoding"]);

const SET_BY_UPGRADE: ReadonlySet<string> = new Set([
  ...SET_BY_RESPONSE,
  "upgrade",
  "sec-websocket-accept",
  "sec-websocket-extensions",
  "sec-websocket-protocol",
]);

const STATUS_TEXTS: ReadonlyMap<number, string> = new Map([
  [200, "OK"],
  [204, "No Content"],
  [302, "Found"],
  [400, "Bad Request"],
  [401, "Unauthorized"],
  [403, "Forbidden"],
  [404, "Not Found"],
  [405, "Method Not Allowed"],
  [408, "Request Timeout"],
  [426, "Upgrade Required"],
  [429, "Too Many Requests"],
  [431, "Request Header Fields Too Large"],
  [500, "Internal Server Error"],
  [503, "Service Unavailable"],
]);

// The reason phrase may be empty, the space before it not (RFC 9112 section 4).
function statusLine(status: number): string {
  return `HTTP/1.1 ${status} ${STATUS_TEXTS.get(status) ?? ""}\r\n`;
}

function userFields(headers: readonly HeaderField[], reserved: ReadonlySet<string>): string {
  let fields = "";
  for (const [name, value] of headers) {
    if (reserved.has(name.toLowerCase())) throw new InvalidHeaderError(name, "is set by the server itself");
    fields += field(name, value);
  }
  return fields;
}

/**
 * Checks a header that is to go out with an answer, 101 or another.
 * @throws {@link InvalidHeaderError} `INVALID_HEADER`
 */
export function checkUpgradeHeader(name: string, value: string): void {
  userFields([[name, value]], SET_BY_UPGRADE);
}

/** One line. What a value may hold is `field-content` (RFC 9110 section 5.5): no CR, LF, NUL or other control. */
function field(name: string, value: string): string {
  if (!isToken(name)) throw new InvalidHeaderError(name, "has a name that is not a token");
  if (!/^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(value)) {
    throw new InvalidHeaderError(name, "has a value with a character that no header may hold");
  }
  return `${name}: ${value}\r\n`;
}
