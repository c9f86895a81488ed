/**
 * What `Codec.parse` found wrong, as a number so that both backends share it. The order of the checks inside one byte
 * is RSV, opcode, FIN, mask, length (RFC 6455 section 5.2).
 */
export const ParseError = {
  none: 0,
  /** A reserved bit is set that no extension owns. Reported at the frame's first byte. */
  reservedBits: 1,
  /** Opcode 3–7 or 11–15. Reported at the frame's first byte. */
  reservedOpcode: 2,
  /** A continuation frame with no message to continue. Reported at the frame's first byte. */
  unexpectedContinuation: 3,
  /** A text or binary frame inside an unfinished message. Reported at the frame's first byte. */
  messageUnfinished: 4,
  /** A control frame without FIN. Reported at the frame's first byte. */
  fragmentedControl: 5,
  /** An unmasked frame where the peer is a client. Reported at the frame's second byte. */
  maskMissing: 6,
  /** A masked frame where the peer is a server. Reported at the frame's second byte. */
  maskForbidden: 7,
  /** A control frame of more than 125 bytes. Reported at the frame's second byte. */
  controlTooLong: 8,
  /** A length in more bytes than it needs. Reported at byte 3 (16 bits) or byte 7 (64 bits) of the frame, counted from 0. */
  lengthNotMinimal: 9,
  /** A 64-bit length with its top bit set. Reported at byte 2 of the frame, counted from 0. */
  lengthTopBit: 10,
  /** A data frame over `maxFrameSize`. Reported at the last byte of its length. */
  frameTooBig: 11,
  /** A fragment that brings its message over `maxFrameSize`. Reported at the last byte of its length. */
  messageTooBig: 12,
  /** Text that is not UTF-8. Reported at the first byte that cannot continue, or just past a message that ends too early. */
  invalidUtf8: 13,
} as const;

export type ParseError = (typeof ParseError)[keyof typeof ParseError];
