import type { DeflateRaw, InflateRaw } from "node:zlib";
import { CancelledError } from "@sluice/core";

/** What one write to a zlib stream gave. */
export interface StreamOutcome {
  readonly chunks: readonly Uint8Array[];
  /** Bytes of all chunks. */
  readonly size: number;
  /** Bytes of the input that the stream took. */
  readonly consumed: number;
  /** The stream came to an end before its input did: a block with BFINAL (RFC 1951 section 3.2.3). It takes no more. */
  readonly ended: boolean;
  /** More than `maxSize` bytes came, and the rest was not waited for. The stream is of no more use. */
  readonly tooBig: boolean;
}

/**
 * Sends `input` through a zlib stream, on the thread pool, and collects what comes out, through the public interface
 * alone. The stream flushes with every write and has no other write under way.
 *
 * Rejects with the stream's own error, and with `CancelledError` when somebody closes the stream. Nothing is heard of the
 * stream after that; to close it is the caller's.
 */
export function throughStream(
  stream: DeflateRaw | InflateRaw,
  input: Uint8Array,
  maxSize: number,
): Promise<StreamOutcome> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    const before = stream.bytesWritten;
    let size = 0;

    const leave = (): void => {
      stream.off("data", onData).off("end", onEnd).off("error", onError).off("close", onClose);
    };
    const finish = (ended: boolean, tooBig: boolean): void => {
      leave();
      resolve({ chunks, size, consumed: stream.bytesWritten - before, ended, tooBig });
    };
    const onData = (chunk: Uint8Array): void => {
      size += chunk.length;
      chunks.push(chunk);
      if (size > maxSize) finish(false, true);
    };
    const onEnd = (): void => finish(true, false);
    const onError = (error: Error): void => {
      leave();
      reject(error);
    };
    const onClose = (): void => {
      leave();
      reject(new CancelledError("The compression was closed"));
    };

    stream.on("data", onData).on("end", onEnd).on("error", onError).on("close", onClose);
    stream.write(input, (error) => {
      // An error has its own event, and closing has too.
      if (error === undefined || error === null) finish(false, false);
    });
  });
}
