import type { FrameCursor } from "@sluice/codec-wasm";
import { ParseError } from "@sluice/codec-wasm";
import { CloseReason, isSendableCloseCode } from "../close-reason.js";
import type { Violation } from "../errors.js";
import { FrameTooBigError, ProtocolViolationError, SluiceError } from "../errors.js";

type Row = readonly [violation: Violation, closeCode: 1002 | 1007, message: string];

/** One row for each thing that a frame header or a text can show; sizes have an error of their own. */
const ROWS: Readonly<Partial<Record<ParseError, Row>>> = {
  [ParseError.reservedBits]: [
    "RESERVED_BITS",
    1002,
    "A reserved bit is set that no extension owns (RFC 6455 section 5.2)",
  ],
  [ParseError.reservedOpcode]: ["RESERVED_OPCODE", 1002, "The opcode is reserved (RFC 6455 section 5.2)"],
  [ParseError.unexpectedContinuation]: [
    "UNEXPECTED_CONTINUATION",
    1002,
    "A continuation frame has no message to continue (RFC 6455 section 5.4)",
  ],
  [ParseError.messageUnfinished]: [
    "MESSAGE_UNFINISHED",
    1002,
    "A new message begins inside an unfinished one (RFC 6455 section 5.4)",
  ],
  [ParseError.fragmentedControl]: [
    "FRAGMENTED_CONTROL_FRAME",
    1002,
    "A control frame is fragmented (RFC 6455 section 5.5)",
  ],
  [ParseError.maskMissing]: ["MASK_MISSING", 1002, "A frame from a client is not masked (RFC 6455 section 5.1)"],
  [ParseError.maskForbidden]: ["MASK_FORBIDDEN", 1002, "A frame from a server is masked (RFC 6455 section 5.1)"],
  [ParseError.controlTooLong]: [
    "CONTROL_FRAME_TOO_LONG",
    1002,
    "A control frame has more than 125 bytes (RFC 6455 section 5.5)",
  ],
  [ParseError.lengthNotMinimal]: [
    "LENGTH_NOT_MINIMAL",
    1002,
    "A payload length has more bytes than it needs (RFC 6455 section 5.2)",
  ],
  [ParseError.lengthTopBit]: [
    "LENGTH_TOP_BIT",
    1002,
    "The top bit of a 64-bit payload length is set (RFC 6455 section 5.2)",
  ],
  [ParseError.invalidUtf8]: ["INVALID_UTF8", 1007, "A text message is not UTF-8 (RFC 6455 section 8.1)"],
};

/** The error behind what a codec found. */
export function parseFailure(cursor: FrameCursor): SluiceError {
  const row = ROWS[cursor.error];
  if (row === undefined) return new FrameTooBigError(sizeOf(cursor), cursor.maxFrameSize, cursor.errorOffset);
  const [violation, closeCode, message] = row;
  return new ProtocolViolationError(violation, closeCode, message, cursor.errorOffset);
}

/** What the header declared; for a fragment, the size that it would have brought its message to. */
function sizeOf(cursor: FrameCursor): number {
  return cursor.error === ParseError.messageTooBig ? cursor.messageSize + cursor.errorLength : cursor.errorLength;
}

/**
 * The close reason that an error stands for. Only an error with a close code of its own says more than 1011: what else a
 * handler throws is not the peer's business.
 */
export function closeReasonOf(error: unknown): CloseReason {
  if (error instanceof SluiceError && error.closeCode !== undefined && isSendableCloseCode(error.closeCode)) {
    return CloseReason.brief(error.closeCode, error.message);
  }
  return new CloseReason(CloseReason.Codes.INTERNAL_ERROR);
}
