import type { TextAccess } from "./text-access.js";

let decoder: TextDecoder | undefined;
let encoder: TextEncoder | undefined;

/**
 * Text by `TextDecoder` and `TextEncoder` (Encoding Standard), which every runtime has: the default. Both are made on
 * first use, so that a process which hands in its own `TextAccess` does not need them.
 */
export const webTextAccess: TextAccess = {
  decode(bytes, start, end) {
    // Without ignoreBOM the decoder would eat a leading U+FEFF, which in a WebSocket message is data.
    decoder ??= new TextDecoder("utf-8", { ignoreBOM: true });
    return decoder.decode(bytes.subarray(start, end));
  },
  encode(text, target, at) {
    encoder ??= new TextEncoder();
    return encoder.encodeInto(text, target.subarray(at)).written;
  },
  byteLength(text) {
    let size = text.length;
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index);
      if (unit < 0x80) continue;
      if (unit < 0x800) {
        size += 1;
      } else if (isLead(unit) && index + 1 < text.length && isTrail(text.charCodeAt(index + 1))) {
        // A pair of two units is four bytes.
        size += 2;
        index++;
      } else {
        size += 2;
      }
    }
    return size;
  },
};

function isLead(unit: number): boolean {
  return (unit & 0xfc00) === 0xd800;
}

function isTrail(unit: number): boolean {
  return (unit & 0xfc00) === 0xdc00;
}
