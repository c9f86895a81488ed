/*
 * One frame header (RFC 6455 section 5.2), judged byte by byte as far as it is there. The result is one 64-bit word, so
 * that it stays in registers: the payload's length in the low half, above it the header's size, the error and the byte
 * that decided on it.
 */

export const CONFIG_MASKED: u32 = 1;
export const CONFIG_VALIDATE_TEXT: u32 = 2;
export const CONFIG_LIMIT_MESSAGES: u32 = 4;
/** The cursor is not between messages, and its state was copied to STATE. */
export const CONFIG_RESUME: u32 = 8;
/** Where the RSV bits that extensions own stand: as in the first byte, and four bits further up for continuations. */
export const CONFIG_MESSAGE_RSV_SHIFT: u32 = 0;
export const CONFIG_CONTINUATION_RSV_SHIFT: u32 = 4;

export const RSV: u32 = 0x70;
export const FIN: u32 = 0x80;
/** Opcodes with this bit are control frames. */
export const CONTROL: u32 = 0x08;

const RESERVED_BITS: u32 = 1;
const RESERVED_OPCODE: u32 = 2;
const UNEXPECTED_CONTINUATION: u32 = 3;
const MESSAGE_UNFINISHED: u32 = 4;
const FRAGMENTED_CONTROL: u32 = 5;
const MASK_MISSING: u32 = 6;
const MASK_FORBIDDEN: u32 = 7;
const CONTROL_TOO_LONG: u32 = 8;
const LENGTH_NOT_MINIMAL: u32 = 9;
const LENGTH_TOP_BIT: u32 = 10;
const FRAME_TOO_BIG: u32 = 11;
const MESSAGE_TOO_BIG: u32 = 12;
export const INVALID_UTF8: u32 = 13;

/** Bytes are missing, and those that are there are in order. */
export const INCOMPLETE: u64 = 0;

function failAt(error: u32, byte: u32): u64 {
  return ((<u64>error) << 40) | ((<u64>byte) << 48);
}

export function headerError(result: u64): u32 {
  return <u32>(result >> 40) & 0xff;
}

export function headerErrorAt(result: u64): u32 {
  return <u32>(result >> 48);
}

export function headerSize(result: u64): u32 {
  return <u32>(result >> 32) & 0xff;
}

/** Reads the header at `p`, of which `have` bytes are there. */
export function readHeader(p: usize, have: u32, config: u32, limit: u32, message: u32, messageSize: f64): u64 {
  if (have == 0) return INCOMPLETE;
  const first = <u32>load<u8>(p);
  const opcode = first & 15;
  const isControl = (first & CONTROL) != 0;
  if (first & RSV) {
    const owned = isControl
      ? 0
      : (config >> (opcode == 0 ? CONFIG_CONTINUATION_RSV_SHIFT : CONFIG_MESSAGE_RSV_SHIFT)) & RSV;
    if (first & RSV & ~owned) return failAt(RESERVED_BITS, 0);
  }
  if (isControl) {
    if (opcode > 10) return failAt(RESERVED_OPCODE, 0);
    if (!(first & FIN)) return failAt(FRAGMENTED_CONTROL, 0);
  } else if (opcode == 0) {
    if (message == 0) return failAt(UNEXPECTED_CONTINUATION, 0);
  } else {
    if (opcode > 2) return failAt(RESERVED_OPCODE, 0);
    if (message != 0) return failAt(MESSAGE_UNFINISHED, 0);
  }
  if (have == 1) return INCOMPLETE;

  const second = <u32>load<u8>(p, 1);
  const masked = config & CONFIG_MASKED;
  if (second >> 7 != masked) return failAt(masked ? MASK_MISSING : MASK_FORBIDDEN, 1);
  let length = second & 0x7f;
  let size: u32 = 2;
  if (length >= 126) {
    if (isControl) return failAt(CONTROL_TOO_LONG, 1);
    if (length == 126) {
      if (have < 4) return INCOMPLETE;
      size = 4;
      length = bswap<u16>(load<u16>(p, 2));
      if (length < 126) return failAt(LENGTH_NOT_MINIMAL, 3);
    } else {
      if (have > 2 && load<u8>(p, 2) >= 0x80) return failAt(LENGTH_TOP_BIT, 2);
      if (have > 7 && (load<u64>(p, 2) & 0xffffffffffff) == 0) return failAt(LENGTH_NOT_MINIMAL, 7);
      if (have < 10) return INCOMPLETE;
      size = 10;
      length = bswap<u32>(load<u32>(p, 6));
      // Both halves are compared before anything is added to either, so no length can wrap round.
      if (load<u32>(p, 2) != 0) return failAt(FRAME_TOO_BIG, 9);
    }
  }
  if (!isControl) {
    if (length > limit) return failAt(FRAME_TOO_BIG, size - 1);
    if (opcode == 0 && config & CONFIG_LIMIT_MESSAGES && messageSize + <f64>length > <f64>limit) {
      return failAt(MESSAGE_TOO_BIG, size - 1);
    }
  }
  size += masked << 2;
  return have < size ? INCOMPLETE : ((<u64>size) << 32) | <u64>length;
}

/** The length that a header declares whose length bytes are all there, as a double. */
export function declaredLength(p: usize): f64 {
  const length = load<u8>(p, 1) & 0x7f;
  if (length < 126) return <f64>length;
  if (length == 126) return <f64>bswap<u16>(load<u16>(p, 2));
  return <f64>bswap<u32>(load<u32>(p, 2)) * 4294967296.0 + <f64>bswap<u32>(load<u32>(p, 6));
}
