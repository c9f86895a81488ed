import type { SharedFrames } from "../protocol/shared-frames.js";

/** Bytes that wait to be written. */
export interface WriteBatch {
  readonly bytes: Uint8Array;
  /** Where the next byte goes. */
  length: number;
}

/**
 * One connection's way in and out: a socket, or memory. A session encodes frames into its batch; the transport writes
 * the batch once a turn of the event loop, or at once when told.
 */
export interface Transport {
  /** What is told of everything that happens. Set once, before the first event. */
  listener: TransportListener;
  /** Whether an earlier write is stuck: the kernel, or the other end, has not taken all of it. A `drained` then follows. */
  readonly blocked: boolean;
  /** What waits to be written: `undefined` for nothing. Absent, as `share` is, where a transport cannot share bytes. */
  readonly waiting?: WriteBatch | SharedFrames | undefined;
  /** Has these frames wait in place of what does: they begin with that. Their bytes are nobody's to change. */
  share?(frames: SharedFrames): void;
  /** A batch with room for `size` bytes at `batch.length`. Nothing else is written between this call and `commit`. */
  reserve(size: number): WriteBatch;
  /** `size` bytes, one whole frame, were put into the reserved batch. */
  commit(size: number): void;
  /** Writes `header` and `payload` as one frame, behind the batch, without copying the payload. */
  writeLarge(header: Uint8Array, payload: Uint8Array): void;
  /** Writes what waits now, rather than at the end of the turn. */
  flush(): void;
  /** Stops reading: no `receive` until `resume`, but for bytes that were already on their way. */
  pause(): void;
  resume(): void;
  /** Writes what waits, then ends the writing side (FIN). */
  end(): void;
  /** Ends both sides at once; what waits is lost. Does nothing the second time. */
  destroy(): void;
}

/** What a transport reports; it never calls back from inside a call made to it. */
export interface TransportListener {
  /** Bytes have come: they lie in the codec's `readBuffer` from `start` to `end`. */
  receive(start: number, end: number): void;
  /** The kernel, or the other end, took `frames` more whole frames of `bytes` bytes in all. */
  drained(frames: number, bytes: number): void;
  /** The peer ended its writing side (FIN). */
  peerEnded(): void;
  /** The connection is gone, by `destroy`, by the peer or by an error. The last event. */
  closed(error?: Error): void;
}
