/** What most handshakes have in their headers, as browsers and others spell it. */
const KNOWN: ReadonlyMap<string, string> = new Map(
  [
    "GET",
    "/",
    "1.1",
    "Host",
    "Connection",
    "Upgrade",
    "Origin",
    "User-Agent",
    "Cookie",
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Cache-Control",
    "Pragma",
    "Sec-WebSocket-Key",
    "Sec-WebSocket-Version",
    "Sec-WebSocket-Extensions",
    "Sec-WebSocket-Protocol",
    "X-Forwarded-For",
    "X-Forwarded-Proto",
    "X-Forwarded-Host",
    "websocket",
    "upgrade",
    "keep-alive, Upgrade",
    "13",
    "no-cache",
    "gzip, deflate, br, zstd",
    "permessage-deflate; client_max_window_bits",
    "127.0.0.1",
    "::1",
  ].map((text) => [text, text]),
);

/**
 * The same text, in one string for all requests where it is a common one: a session keeps its request's headers for as long
 * as it lives.
 */
export function shared(text: string): string {
  return KNOWN.get(text) ?? text;
}
