import type { DeflateRaw, InflateRaw } from "node:zlib";
import { CancelledError } from "@sluice/core";
import { CompressionFailedError } from "../errors.js";
import { SynchronousDrive } from "./synchronous.js";

/** How zlib is driven: "synchronous" on the event loop where that wins, "asynchronous" always on threads. */
export type ZlibPath = "synchronous" | "asynchronous";

/** A zlib stream, and what drives it synchronously on that path. */
export interface DrivenStream<S extends DeflateRaw | InflateRaw> {
  readonly stream: S;
  readonly drive: SynchronousDrive | undefined;
}

/** @throws `CompressionFailedError` `COMPRESSION_FAILED` where there is no memory for another stream */
export function openStream<S extends DeflateRaw | InflateRaw>(create: () => S, path: ZlibPath): DrivenStream<S> {
  let stream: S;
  try {
    stream = create();
  } catch (error) {
    throw compressionFailed(error);
  }
  // Errors are heard where a message is under way. One of a stream that is given up already is nobody's.
  stream.on("error", ignore);
  return { stream, drive: path === "synchronous" ? new SynchronousDrive(stream) : undefined };
}

/** An error of zlib or of its stream that has nothing to do with the data. */
export function compressionFailed(error: unknown): CompressionFailedError | CancelledError {
  if (error instanceof CancelledError || error instanceof CompressionFailedError) return error;
  return new CompressionFailedError(error instanceof Error ? error.message : String(error), { cause: error });
}

/** Zlib's option for a window that is not empty. */
export function dictionaryOf(history: Uint8Array | undefined): { dictionary?: Uint8Array } {
  return history === undefined || history.length === 0 ? {} : { dictionary: history };
}

/** One array from many. */
export function join(chunks: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}

function ignore(): void {
  // See above.
}
