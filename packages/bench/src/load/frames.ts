/** First bytes of whole messages (RFC 6455 section 5.2): FIN, and the opcode. */
export const TEXT = 0x81;
export const BINARY = 0x82;
export const CLOSE = 0x88;

/** Set on the first frame of a message that is compressed (RFC 7692 section 6). */
export const RSV1 = 0x40;

const MASKED = 0x80;

/** A key like any other: what it is changes nothing for those who unmask with it. */
const KEY = [0x12, 0x34, 0x56, 0x78] as const;

/** A frame as a client sends it. */
export function maskedFrame(firstByte: number, payload: Uint8Array): Buffer {
  const header = frameHeader(firstByte, payload.length);
  const frame = Buffer.concat([header, Buffer.from(KEY), payload]);
  frame[1] = (frame[1] ?? 0) | MASKED;
  const start = header.length + KEY.length;
  for (let index = 0; index < payload.length; index++) {
    frame[start + index] = (payload[index] ?? 0) ^ (KEY[index & 3] ?? 0);
  }
  return frame;
}

/** A frame's header as a server sends it, in the fewest bytes. */
export function frameHeader(firstByte: number, size: number): Buffer {
  if (size < 126) return Buffer.from([firstByte, size]);
  if (size < 65_536) return Buffer.from([firstByte, 126, size >> 8, size & 255]);
  const header = Buffer.alloc(10);
  header[0] = firstByte;
  header[1] = 127;
  header.writeBigUInt64BE(BigInt(size), 2);
  return header;
}

/**
 * What a message holds: small letters where it is text, and all bytes where not.
 *
 * @param variant messages of another variant differ in every byte.
 */
export function payloadOf(size: number, text: boolean, variant = 0): Buffer {
  const payload = Buffer.alloc(size);
  for (let index = 0; index < size; index++) {
    payload[index] = text ? 97 + ((index * 7 + variant) % 26) : (index * 131 + 7) ^ (variant & 255);
  }
  return payload;
}
