/** 32-bit words of one descriptor in `Codec.descriptors`: info, offset, length, remaining. */
export const DESCRIPTOR_WORDS = 4;

/** The most descriptors that one call of `Codec.parse` returns. */
export const MAX_DESCRIPTORS = 256;

/**
 * The bits of a descriptor's info word. Its low byte is the first byte of the frame as it was on the wire
 * (RFC 6455 section 5.2): FIN, RSV1 to RSV3, opcode.
 */
export const Info = {
  opcode: 0x0f,
  rsv3: 0x10,
  rsv2: 0x20,
  rsv1: 0x40,
  rsv: 0x70,
  fin: 0x80,
  firstByte: 0xff,
  /** The piece begins its frame. */
  first: 0x100,
  /** The piece ends its frame. */
  last: 0x200,
  /** Every byte of the piece is below 0x80. Set only together with `text`. */
  ascii: 0x400,
  /** The piece belongs to a text message and was checked as UTF-8. */
  text: 0x800,
} as const;
