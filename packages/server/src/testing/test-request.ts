import type { WebSocketExtensionHeader } from "@sluice/core";
import { printWebSocketExtensions } from "@sluice/core";
import type { Application } from "../application/application.js";
import type { RequestData } from "../application/call.js";

/** A request of a test. */
export interface TestRequestOptions {
  /** Besides those that the client sends itself, or in their place; `undefined` leaves one of those out. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Where the request comes from. Default `"127.0.0.1"`. */
  readonly remoteAddress?: string;
  /** Whether it comes over TLS. Default false. */
  readonly secure?: boolean;
}

/** The names of these options. */
export const REQUEST_OPTIONS: readonly (keyof TestRequestOptions)[] = ["headers", "remoteAddress", "secure"];

/** What the application gets to see of a request. `own` are the headers that the client sends by itself. */
export function requestData(
  application: Application,
  method: string,
  path: string,
  own: Readonly<Record<string, string>>,
  { headers = {}, remoteAddress = "127.0.0.1", secure = false }: TestRequestOptions,
): RequestData {
  const given = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  const kept = Object.entries(own).filter(([name]) => !given.has(name.toLowerCase()));
  const rawHeaders: string[] = [];
  for (const [name, value] of [...kept, ...Object.entries(headers)]) {
    if (value === undefined) continue;
    for (const line of typeof value === "string" ? [value] : value) rawHeaders.push(name, line);
  }
  const { proxies } = application.environment;
  return { method, uri: path, httpVersion: "1.1", rawHeaders, secure, remoteAddress, remotePort: 49_152, proxies };
}

/** The headers of an opening handshake (RFC 6455 section 4.1). */
export function handshakeHeaders(
  protocols: readonly string[],
  extensions: readonly WebSocketExtensionHeader[],
): Record<string, string> {
  const key = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
  return {
    Host: "localhost",
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": key,
    "Sec-WebSocket-Version": "13",
    ...(protocols.length === 0 ? {} : { "Sec-WebSocket-Protocol": protocols.join(", ") }),
    ...(extensions.length === 0 ? {} : { "Sec-WebSocket-Extensions": printWebSocketExtensions(extensions) }),
  };
}
