const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/**
 * Decodes well-formed base64 (RFC 4648 section 4). Written out because there is no one way that every runtime has: `atob`
 * is the web's, `Buffer` is Node's, `Uint8Array.fromBase64` is new.
 */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = new Uint8Array((text.length >>> 2) * 3 - padding);
  let at = 0;
  for (let index = 0; index < text.length; index += 4) {
    const group = (digit(text, index) << 18) | (digit(text, index + 1) << 12) | (digit(text, index + 2) << 6);
    const word = group | digit(text, index + 3);
    bytes[at++] = word >>> 16;
    bytes[at++] = word >>> 8;
    bytes[at++] = word;
  }
  return bytes;
}

/** Padding counts as 0; what it stands for falls past the end of the array. */
function digit(text: string, index: number): number {
  return Math.max(0, ALPHABET.indexOf(text.charAt(index)));
}
