import type { ChannelResult } from "./result.js";

/** The writing end of a channel. Ktor: `SendChannel`. Order is kept. */
export interface SendChannel<E> {
  /**
   * Resolves when the element has its place in the budget.
   *
   * @throws ClosedSendChannelError (`CLOSED_SEND_CHANNEL`) after `close` and after the session's end.
   */
  send(element: E): Promise<void>;
  /**
   * Sends if there is room now; never throws. A failed result tells by `closed` whether the channel is, and by `cause`
   * what `send` would reject with for an element that can never be sent. Ktor: `trySend`.
   */
  trySend(element: E): ChannelResult<void>;
  /** Closes the session as `session.close()` does. */
  close(): void;
  /** Whether nothing more is accepted. */
  readonly isClosedForSend: boolean;
}
