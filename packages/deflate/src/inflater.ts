/**
 * Restores the messages that one side of a session receives, one after the other (RFC 7692 section 7.2.2).
 *
 * This is the seam for a decompressor: nothing else of the extension knows how the bytes come about.
 */
export interface Inflater {
  /**
   * Restores a whole message from its payload as it came, without the trailing `00 00 FF FF`. Blocks with BFINAL may end
   * a message or stand within it; what follows one begins with an empty window (RFC 7692 section 7.2.3.4).
   *
   * The output is bounded while it is made: a message of exactly `maxSize` bytes passes, and of a longer one no more
   * than `maxSize` bytes and one piece of at most 64 KiB ever exist. `Infinity` stands for no bound.
   *
   * It is an array when the work is done at once, and a promise when it is not, or when an earlier call is still under
   * way. Calls are answered in their order. Until then `payload` must not change; the answer belongs to the caller.
   *
   * After an error the context is gone, and nothing of the bad message stays: the next one meets an empty window.
   *
   * @throws `CorruptMessageError` `CORRUPT_MESSAGE` (1007), `InflatedFrameTooBigError` `INFLATED_FRAME_TOO_BIG` (1009),
   * `CompressionFailedError` `COMPRESSION_FAILED` (1011), and `CancelledError` `CANCELLED` after {@link close}; a promise
   * rejects with the same.
   */
  inflate(payload: Uint8Array, maxSize: number): Uint8Array | Promise<Uint8Array>;

  /** Frees the context. Calls under way are rejected with `CancelledError`, now and not later. May be called again. */
  close(): void;
}
