import { headerSize } from "./codec.js";

/**
 * Writes a frame header (RFC 6455 section 5.2) at `target[at]`, where there is room for it.
 *
 * @param maskKey the masking key, the first byte lowest; `undefined` for an unmasked frame.
 * @returns the bytes written.
 */
export function writeHeader(
  target: Uint8Array,
  at: number,
  firstByte: number,
  length: number,
  maskKey: number | undefined,
): number {
  const maskBit = maskKey === undefined ? 0 : 0x80;
  target[at] = firstByte;
  if (length < 126) {
    target[at + 1] = maskBit | length;
  } else if (length < 65_536) {
    target[at + 1] = maskBit | 126;
    target[at + 2] = length >>> 8;
    target[at + 3] = length;
  } else {
    target[at + 1] = maskBit | 127;
    writeBigEndian(target, at + 2, Math.floor(length / 0x1_0000_0000));
    writeBigEndian(target, at + 6, length >>> 0);
  }
  const size = headerSize(length, maskKey !== undefined);
  if (maskKey !== undefined) {
    const keyAt = at + size - 4;
    target[keyAt] = maskKey;
    target[keyAt + 1] = maskKey >>> 8;
    target[keyAt + 2] = maskKey >>> 16;
    target[keyAt + 3] = maskKey >>> 24;
  }
  return size;
}

function writeBigEndian(target: Uint8Array, at: number, word: number): void {
  target[at] = word >>> 24;
  target[at + 1] = word >>> 16;
  target[at + 2] = word >>> 8;
  target[at + 3] = word;
}
