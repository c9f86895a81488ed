import type { WebSocketExtensionHeader } from "@sluice/core";
import { MalformedExtensionHeaderError, parseWebSocketExtensions } from "@sluice/core";
import { isHandshakeKey } from "./accept-key.js";
import { RequestHeaders } from "./headers.js";
import { isHostHeader } from "./origin.js";
import type { HandshakeRefusal } from "./refusal.js";
import { refuse } from "./refusal.js";
import { parseSubprotocols } from "./subprotocol.js";
import { listElements } from "./token.js";

/** A request for a WebSocket route, as the engine has it. */
export interface UpgradeRequest {
  readonly method: string;
  /** `"1.1"`, as in Node. */
  readonly httpVersion: string;
  /** Names and values in turn, as in Node's `rawHeaders`: repeated lines are still apart there. */
  readonly rawHeaders: readonly string[];
  /** Whether a body follows. Its headers are looked at in any case; this is for an engine that knows from elsewhere. */
  readonly hasBody?: boolean;
}

/**
 * Node lets go of headers past 1,000 or 2,000 without a word, and one of them may be what decides: another Origin, or a
 * second Host. No handshake has half as many.
 */
const MOST_HEADERS = 500;

/** A request that is a whole opening handshake (RFC 6455 section 4.2.1); nothing about it has been decided yet. */
export interface HandshakeRequest {
  readonly kind: "accepted";
  /** `Sec-WebSocket-Key`. */
  readonly key: string;
  readonly host: string;
  /** `Origin`, which browsers send and others need not. */
  readonly origin: string | undefined;
  /** The offered subprotocols in the client's order. */
  readonly protocols: readonly string[];
  /** The offered extensions in the client's order. */
  readonly extensions: readonly WebSocketExtensionHeader[];
}

/**
 * Reads a request for a WebSocket route: a handshake, or the response that refuses it.
 *
 * | refused with | when |
 * | --- | --- |
 * | 405, `Allow: GET` | the method is not GET |
 * | 426, `Upgrade: websocket` | nothing in it asks for a WebSocket: a plain GET |
 * | 426, `Sec-WebSocket-Version: 13` | another version, or none |
 * | 431 | there are more headers than a server can be sure to have all of |
 * | 400 | anything else that RFC 6455 section 4.2.1 asks for is missing, malformed or there twice |
 *
 * Takes time linear in the headers' length, and does not throw.
 */
export function readHandshake(request: UpgradeRequest): HandshakeRequest | HandshakeRefusal {
  if (request.rawHeaders.length > 2 * MOST_HEADERS) return refuse(431, `There are more than ${MOST_HEADERS} headers`);
  const headers = new RequestHeaders(request.rawHeaders);
  if (request.method !== "GET") {
    return refuse(405, "A WebSocket handshake is a GET request", [["Allow", "GET"]]);
  }
  const refusal = checkHttp(request, headers) ?? checkUpgrade(headers) ?? checkVersion(headers);
  if (refusal !== undefined) return refusal;

  const [key, secondKey] = headers.all("sec-websocket-key");
  if (key === undefined || secondKey !== undefined) return refuse(400, "Sec-WebSocket-Key must be there once");
  if (!isHandshakeKey(key)) return refuse(400, "Sec-WebSocket-Key must be 16 bytes in base64");

  const [origin, secondOrigin] = headers.all("origin");
  if (secondOrigin !== undefined) return refuse(400, "Origin must be there once at most");

  const protocols = readProtocols(headers);
  if (protocols.kind === "refused") return protocols;
  const extensions = readExtensions(headers);
  if ("kind" in extensions) return extensions;

  const host = headers.all("host")[0] ?? "";
  return { kind: "accepted", key, host, origin, protocols: protocols.protocols, extensions };
}

/** What HTTP itself asks of the request (RFC 9112 sections 3.2 and 6.3). */
function checkHttp(
  { httpVersion, hasBody = false }: UpgradeRequest,
  headers: RequestHeaders,
): HandshakeRefusal | undefined {
  if (!/^1\.[1-9]$/.test(httpVersion)) return refuse(400, "A WebSocket handshake needs HTTP/1.1");
  const hosts = headers.all("host");
  if (hosts.length !== 1) return refuse(400, "Host must be there once");
  if (!isHostHeader(hosts[0] ?? "")) return refuse(400, "Host must be a host, with or without a port");
  const declaresBody =
    headers.has("transfer-encoding") || headers.all("content-length").some((length) => !/^0+$/.test(length));
  if (hasBody || declaresBody) return refuse(400, "A WebSocket handshake has no body");
  return undefined;
}

function checkUpgrade(headers: RequestHeaders): HandshakeRefusal | undefined {
  const upgrade = hasElement(headers.joined("upgrade"), "websocket");
  const connection = hasElement(headers.joined("connection"), "upgrade");
  if (upgrade && connection) return undefined;
  // A proxy that does not know the handshake takes these two away and leaves the rest.
  const asks = upgrade || SEC_WEBSOCKET.some((name) => headers.has(name)) || (connection && !headers.has("upgrade"));
  return asks
    ? refuse(400, "A WebSocket handshake needs Upgrade: websocket and Connection: Upgrade")
    : refuse(426, "This is a WebSocket endpoint", [["Upgrade", "websocket"]]);
}

const SEC_WEBSOCKET = [
  "sec-websocket-key",
  "sec-websocket-version",
  "sec-websocket-protocol",
  "sec-websocket-extensions",
];

/** RFC 6455 section 4.4: the answer to another version says which one would do. */
function checkVersion(headers: RequestHeaders): HandshakeRefusal | undefined {
  if (headers.joined("sec-websocket-version") === "13") return undefined;
  return refuse(426, "Sec-WebSocket-Version must be 13", [
    ["Upgrade", "websocket"],
    ["Sec-WebSocket-Version", "13"],
  ]);
}

function readProtocols(headers: RequestHeaders): ReturnType<typeof parseSubprotocols> {
  const header = headers.joined("sec-websocket-protocol");
  return header === undefined ? { kind: "offered", protocols: [] } : parseSubprotocols(header);
}

function readExtensions(headers: RequestHeaders): readonly WebSocketExtensionHeader[] | HandshakeRefusal {
  const header = headers.joined("sec-websocket-extensions");
  if (header === undefined) return [];
  try {
    return parseWebSocketExtensions(header);
  } catch (error) {
    if (error instanceof MalformedExtensionHeaderError) return refuse(400, error.message);
    throw error;
  }
}

/** Whether a list has `element` (in lower case), in any case. */
function hasElement(list: string | undefined, element: string): boolean {
  if (list === undefined) return false;
  const text = list.toLowerCase();
  return text === element || listElements(text).includes(element);
}
