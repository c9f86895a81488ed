import type { FrameCursor } from "../cursor.js";
import { Info } from "../descriptor.js";
import { ParseError } from "../parse-error.js";

/** What `readHeader` found. One record is reused, since a header is read for every frame. */
export interface HeaderResult {
  /** Bytes of the header, once it is complete. */
  size: number;
  /** Payload bytes. With `frameTooBig` and `messageTooBig`, what the header declared. */
  length: number;
  error: ParseError;
  /** Which byte of the header, counted from 0, decided on the error. */
  errorAt: number;
}

/** The two values of the seven-bit length that say where the real one stands. */
const LENGTH_16 = 126;
const LENGTH_64 = 127;

/**
 * Reads the header at `bytes[at]`, of which `have` bytes are there (RFC 6455 section 5.2). Each byte is judged as soon as
 * it is there, so a peer learns of its error without sending the rest.
 *
 * @returns whether the header is complete and in order. Where it is not, and `result.error` is none, bytes are missing.
 */
export function readHeader(
  bytes: Uint8Array,
  at: number,
  have: number,
  cursor: FrameCursor,
  result: HeaderResult,
): boolean {
  result.error = ParseError.none;
  if (have === 0) return false;
  const first = bytes[at] as number;
  const firstError = judgeFirstByte(first, cursor);
  if (firstError !== ParseError.none) return fail(result, firstError, 0);
  if (have === 1) return false;

  const second = bytes[at + 1] as number;
  const isControl = (first & 0x08) !== 0;
  if (second >>> 7 !== cursor.masked) {
    return fail(result, cursor.masked === 1 ? ParseError.maskMissing : ParseError.maskForbidden, 1);
  }
  const shortLength = second & 0x7f;
  if (isControl && shortLength > 125) return fail(result, ParseError.controlTooLong, 1);

  let size = 2;
  let length = shortLength;
  if (shortLength === LENGTH_16) {
    size = 4;
    if (have < size) return false;
    length = ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
    if (length < LENGTH_16) return fail(result, ParseError.lengthNotMinimal, 3);
  } else if (shortLength === LENGTH_64) {
    size = 10;
    if (have > 2 && (bytes[at + 2] as number) >= 0x80) return fail(result, ParseError.lengthTopBit, 2);
    if (have > 7 && isZero(bytes, at + 2, at + 8)) return fail(result, ParseError.lengthNotMinimal, 7);
    if (have < size) return false;
    length = readBigEndian(bytes, at + 2) * 0x1_0000_0000 + readBigEndian(bytes, at + 6);
  }
  if (!isControl) {
    const tooBig = judgeLength(first, length, cursor);
    if (tooBig !== ParseError.none) {
      result.length = length;
      return fail(result, tooBig, size - 1);
    }
  }
  if (cursor.masked === 1) size += 4;
  result.size = size;
  result.length = length;
  return have >= size;
}

/** RSV, opcode, FIN, in this order (RFC 6455 sections 5.2, 5.4 and 5.5). */
function judgeFirstByte(first: number, cursor: FrameCursor): ParseError {
  const opcode = first & Info.opcode;
  const isControl = (first & 0x08) !== 0;
  const ownedRsv = isControl ? 0 : opcode === 0 ? cursor.continuationRsv : cursor.messageRsv;
  if ((first & Info.rsv & ~ownedRsv) !== 0) return ParseError.reservedBits;
  if (opcode > 10 || (opcode > 2 && opcode < 8)) return ParseError.reservedOpcode;
  if (isControl) return (first & Info.fin) === 0 ? ParseError.fragmentedControl : ParseError.none;
  if (opcode === 0) return cursor.message === 0 ? ParseError.unexpectedContinuation : ParseError.none;
  return cursor.message === 0 ? ParseError.none : ParseError.messageUnfinished;
}

function judgeLength(first: number, length: number, cursor: FrameCursor): ParseError {
  if (length > cursor.maxFrameSize) return ParseError.frameTooBig;
  const isContinuation = (first & Info.opcode) === 0;
  if (isContinuation && cursor.limitMessages && cursor.messageSize + length > cursor.maxFrameSize) {
    return ParseError.messageTooBig;
  }
  return ParseError.none;
}

function fail(result: HeaderResult, error: ParseError, errorAt: number): false {
  result.error = error;
  result.errorAt = errorAt;
  return false;
}

function isZero(bytes: Uint8Array, start: number, end: number): boolean {
  for (let index = start; index < end; index++) {
    if (bytes[index] !== 0) return false;
  }
  return true;
}

/** Four bytes, most significant first, unsigned. */
function readBigEndian(bytes: Uint8Array, at: number): number {
  const high = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
  const low = ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
  return high * 0x1_0000 + low;
}
