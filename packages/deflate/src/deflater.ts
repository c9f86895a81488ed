/**
 * Compresses the messages that one side of a session sends, one after the other. With context takeover a message may
 * point back into those before it, so the order of the calls is the order on the wire (RFC 7692 section 7.2.1).
 *
 * This is the seam for a compressor: nothing else of the extension knows how the bytes come about.
 */
export interface Deflater {
  /**
   * Compresses a whole message. The answer is the payload to send: what a sync flush gives, without the trailing
   * `00 00 FF FF`; a single `00` for an empty message (RFC 7692 section 7.2.3.6).
   *
   * It is an array when the work is done at once, and a promise when it is not, or when an earlier call is still under
   * way. Calls are answered in their order. Until then `payload` must not change; the answer belongs to the caller.
   *
   * @throws `CancelledError` `CANCELLED` after {@link close}, and `CompressionFailedError` `COMPRESSION_FAILED` (1011);
   * a promise rejects with the same.
   */
  deflate(payload: Uint8Array): Uint8Array | Promise<Uint8Array>;

  /** Frees the context. Calls under way are rejected with `CancelledError`, now and not later. May be called again. */
  close(): void;
}
