import type { Codec } from "@sluice/codec-wasm";
import { CloseReason, isSendableCloseCode } from "../close-reason.js";
import { ProtocolViolationError } from "../errors.js";

/**
 * What a Close frame says (RFC 6455 section 5.5.1): its reason, `null` for an empty one, or what is wrong with it.
 *
 * @param offset of the payload, in bytes since the handshake.
 */
export function readClosePayload(
  codec: Codec,
  payload: Uint8Array,
  offset: number,
): CloseReason | null | ProtocolViolationError {
  const { length } = payload;
  if (length === 0) return null;
  if (length === 1) {
    return new ProtocolViolationError(
      "INVALID_CLOSE_PAYLOAD",
      1002,
      "A Close frame has a body of one byte (RFC 6455 section 5.5.1)",
      offset,
    );
  }
  const code = ((payload[0] as number) << 8) | (payload[1] as number);
  if (!isSendableCloseCode(code)) {
    return new ProtocolViolationError(
      "INVALID_CLOSE_CODE",
      1002,
      `A Close frame has the code ${code}, which must not be sent (RFC 6455 section 7.4)`,
      offset,
    );
  }
  const checked = codec.validateUtf8(payload, 2, length);
  if (checked !== 0) {
    const index = checked < 0 ? -1 - checked : length;
    return new ProtocolViolationError(
      "INVALID_UTF8",
      1007,
      "The reason of a Close frame is not UTF-8 (RFC 6455 section 5.5.1)",
      offset + index,
    );
  }
  return new CloseReason(code, codec.decodeText(payload, 2, length, false));
}
