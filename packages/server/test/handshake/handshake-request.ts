import type { HandshakeRefusal } from "../../src/handshake/refusal.js";
import type { HandshakeRequest, UpgradeRequest } from "../../src/handshake/request.js";
import { readHandshake } from "../../src/handshake/request.js";

/** Headers by name; several lines for an array, none for `null`. */
export type Headers = Readonly<Record<string, string | readonly string[] | null>>;

const WHOLE: Headers = {
  Host: "example.com",
  Upgrade: "websocket",
  Connection: "Upgrade",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version": "13",
};

/** A whole handshake but for `headers`, which replace its own. */
export function handshake(
  headers: Headers = {},
  rest: Partial<UpgradeRequest> = {},
): HandshakeRequest | HandshakeRefusal {
  const rawHeaders = Object.entries({ ...WHOLE, ...headers }).flatMap(([name, value]) =>
    (value === null ? [] : typeof value === "string" ? [value] : value).flatMap((line) => [name, line]),
  );
  return readHandshake({ method: "GET", httpVersion: "1.1", rawHeaders, ...rest });
}
