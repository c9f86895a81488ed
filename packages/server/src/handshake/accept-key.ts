/** SHA-1 of a string of ASCII characters, in base64: handed in, so that the handshake needs no platform. */
export type Sha1Base64 = (input: string) => string;

const PROTOCOL_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** What `Sec-WebSocket-Accept` answers to a `Sec-WebSocket-Key` (RFC 6455 section 4.2.2, step 5.4). */
export function acceptKey(key: string, sha1: Sha1Base64): string {
  return sha1(key + PROTOCOL_GUID);
}

/**
 * Whether `key` is 16 bytes in base64 (RFC 6455 section 4.2.1, item 5). The four bits past the 128 are not looked at:
 * a decoder ignores them.
 */
export function isHandshakeKey(key: string): boolean {
  return /^[+/0-9A-Za-z]{22}==$/.test(key);
}
