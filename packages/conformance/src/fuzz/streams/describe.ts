import type { Frame, SluiceError } from "@sluice/core";
import { ProtocolViolationError } from "@sluice/core";

/** A frame in words: its type, FIN and RSV bits, and its bytes, a character each. */
export function describeFrame(frame: Frame): string {
  const bits = (frame.fin ? 0x80 : 0) | (frame.rsv1 ? 0x40 : 0) | (frame.rsv2 ? 0x20 : 0) | (frame.rsv3 ? 0x10 : 0);
  const { buffer, byteOffset, length } = frame.data;
  return `${frame.type} ${bits.toString(16)} ${Buffer.from(buffer, byteOffset, length).toString("latin1")}`;
}

/** What ended the input, with everything that a test could see of it. */
export function describeViolation(error: SluiceError): string {
  const violation = error instanceof ProtocolViolationError ? error.violation : "";
  const offset = "offset" in error ? error.offset : "";
  return `violation ${error.code} ${violation} ${error.closeCode} @${offset} ${error.message}`;
}
