import { SluiceError } from "@sluice/core";

/** A compressed message is no DEFLATE data (RFC 7692 section 7.2.2). Ends the session with 1007. */
export class CorruptMessageError extends SluiceError {
  readonly code = "CORRUPT_MESSAGE";
  override readonly closeCode = 1007;

  constructor(
    /** What is wrong, in zlib's words where it was zlib that saw it: for logs, not for matching. */
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`A compressed message is corrupt: ${reason}`, options);
  }
}

/** A compressed message grows past `maxInflatedFrameSize`. Ends the session with 1009. */
export class InflatedFrameTooBigError extends SluiceError {
  readonly code = "INFLATED_FRAME_TOO_BIG";
  override readonly closeCode = 1009;

  constructor(
    /** Bytes. How long the message would have become is not known: inflating stops at the bound. */
    readonly maxInflatedFrameSize: number,
  ) {
    super(`A compressed message is longer than maxInflatedFrameSize (${maxInflatedFrameSize} bytes)`);
  }
}

/** Compressing failed for a reason on this side, such as a lack of memory. Ends the session with 1011. */
export class CompressionFailedError extends SluiceError {
  readonly code = "COMPRESSION_FAILED";
  override readonly closeCode = 1011;

  constructor(reason: string, options?: ErrorOptions) {
    super(`Compression failed: ${reason}`, options);
  }
}
