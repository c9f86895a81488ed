import type { ChannelResult } from "./result.js";

/** The reading end of a channel. Ktor: `ReceiveChannel`. Each element goes to exactly one reader, in order. */
export interface ReceiveChannel<E> extends AsyncIterable<E> {
  /**
   * The next element; waits for it. Aborting `signal` withdraws the reader, and nothing is lost.
   *
   * @throws ClosedReceiveChannelError (`CLOSED_RECEIVE_CHANNEL`) when the channel has ended and all of it was read.
   * @throws the error that the channel was closed with, in the same place.
   */
  receive(options?: { readonly signal?: AbortSignal }): Promise<E>;
  /** The next element if there is one now. */
  tryReceive(): ChannelResult<E>;
  /** As `receive`, without a throw. */
  receiveCatching(): Promise<ChannelResult<E>>;
  /**
   * Calls `action` with each element, in order and one at a time: where it returns a promise, the next element waits for
   * it; where it does not, elements that are there already cost no promise. Resolves where the channel ended. Ktor:
   * `consumeEach`.
   *
   * Await it: what `action` throws is found nowhere else.
   *
   * @throws the error that the channel was closed with, behind what was queued.
   * @throws what `action` throws; the channel is then cancelled with it.
   */
  consumeEach(action: (element: E) => unknown): Promise<void>;
  /**
   * Iterates again after a `break`, which withdraws only this iterator. Ends where the channel ended, and throws the
   * error it was closed with.
   */
  [Symbol.asyncIterator](): AsyncIterator<E, undefined>;
  /**
   * Drops what is queued and everything to come; readers get `cause`, by default a `CancelledError`. Does nothing once a
   * reader has seen the end.
   */
  cancel(cause?: unknown): void;
  /** Whether the channel has ended and all of it was read. */
  readonly isClosedForReceive: boolean;
}
