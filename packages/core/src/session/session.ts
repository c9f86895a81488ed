import type { ReceiveChannel } from "../channel/receive-channel.js";
import type { SendChannel } from "../channel/send-channel.js";
import type { CloseReason } from "../close-reason.js";
import type { WebSocketExtension, WebSocketExtensionFactory } from "../extension/contract.js";
import type { Frame } from "../frame.js";
import type { SerializingSession } from "../serialization/typed.js";
import type { Job, JobBlock } from "./job.js";

/** What every session offers. Ktor: `WebSocketSession`. */
export interface WebSocketSession extends SerializingSession {
  /** What the peer sends. Ends as the table of endings says, always behind the frames that came before the end. */
  readonly incoming: ReceiveChannel<Frame>;
  /** What goes to the peer. */
  readonly outgoing: SendChannel<Frame>;
  /** Whether the session has no ending yet. Ktor: `isActive`. */
  readonly isActive: boolean;
  /** Whether frames sent from now on are masked. */
  masking: boolean;
  /**
   * Bytes; holds from the next header received and the next `send`.
   *
   * @throws InvalidOptionError (`INVALID_OPTION`) unless it is set to a whole number from 0 to 2^31 - 1.
   */
  maxFrameSize: number;
  /** Why the session ended; always settles, never rejects. `null` when it was cancelled before there was a reason. */
  readonly closeReason: Promise<CloseReason | null>;
  /** The extensions in use, in the order in which they apply going out. Ktor: `extensions`. */
  readonly extensions: readonly WebSocketExtension[];
  /**
   * The extension that `factory` made for this session. Ktor: `extension(X)`.
   *
   * @throws ExtensionNotNegotiatedError (`EXTENSION_NOT_NEGOTIATED`) when it is not in use.
   */
  extension<Extension extends WebSocketExtension>(factory: WebSocketExtensionFactory<never, Extension>): Extension;
  /** As `extension`; `null` when it is not in use. Ktor: `extensionOrNull(X)`. */
  extensionOrNull<Extension extends WebSocketExtension>(
    factory: WebSocketExtensionFactory<never, Extension>,
  ): Extension | null;
  /**
   * Aborts when the session ends: with its error, or with its `CloseReason`. What a listener of yours throws does not end the
   * session, which has ended: Node makes an uncaught exception of it, as for any listener of an `AbortSignal`. Code that may
   * fail belongs into `launch`.
   */
  readonly signal: AbortSignal;
  /**
   * Sends a text message, a binary message, or a frame. Resolves when it has its place in the outgoing budget. The bytes
   * belong to the session from then on. It need not be awaited: a rejection that nobody looks at harms nobody.
   *
   * @throws ClosedSendChannelError (`CLOSED_SEND_CHANNEL`) after the session's Close.
   * @throws FrameTooBigError (`FRAME_TOO_BIG`) over `maxFrameSize`; nothing goes out and the session stays open.
   * @throws ChannelOverflowError (`CHANNEL_OVERFLOW`) without room under the policy "close".
   * @throws InvalidFrameError (`INVALID_FRAME`) for anything that is neither text, bytes nor a frame.
   */
  send(message: string | Uint8Array | Frame): Promise<void>;
  /** Resolves when everything sent so far reached the kernel; at once when the session is over. */
  flush(): Promise<void>;
  /**
   * Sends Close behind everything that was sent, and ends the session; resolves when it reached the kernel. The first
   * ending counts: a later call changes nothing. `incoming` ends behind what was received before; in a raw session it
   * goes on up to the peer's Close.
   *
   * @param reason default 1000.
   * @throws InvalidCloseReasonError (`INVALID_CLOSE_REASON`) for a code that must not go on the wire, and for what is no `CloseReason`; nothing happens.
   */
  close(reason?: CloseReason): Promise<void>;
  /**
   * Closes with what `error` stands for: its `closeCode`, or 1011; 1000 for a `CancelledError` or an `AbortError`. What
   * the error says stays here unless it is one of Sluice's own. Ktor: `closeExceptionally`.
   */
  closeExceptionally(error: unknown): Promise<void>;
  /** Drops what is queued and destroys the connection. Iteration throws `cause`, by default a `CancelledError`. */
  cancel(cause?: unknown): void;
  /**
   * Runs `block` beside the handler, at once up to its first `await`. Its signal aborts when the session ends, with the
   * session's error or `CloseReason`, and with `Job.cancel`. Ktor: `launch`.
   *
   * - What it throws ends the session: iteration throws the same, `closeReason` and the Close say 1011. What it throws
   *   because its signal aborted (the signal's reason, an `AbortError`, a `CancelledError`, the error of a closed channel)
   *   does not count.
   * - A handler that returns does not wait: its session closes, which aborts the jobs' signals. `await job.join()` waits.
   * - The session is not over before its jobs are done, and neither is a server that stops.
   * - After the session's end, `block` is not called and the job is cancelled from the first.
   *
   * ```ts
   * session.launch(async (signal) => {
   *   await prices.collect((price) => session.send(price), { signal });
   * });
   * ```
   */
  launch(block: JobBlock): Job;
}

/** A session of whole messages that answers pings and Close by itself. Ktor: `DefaultWebSocketSession`. */
export interface DefaultWebSocketSession extends WebSocketSession {
  /**
   * Milliseconds between pings; 0 turns them off.
   *
   * @throws InvalidOptionError (`INVALID_OPTION`) unless it is set to 0 up to 2^31 - 1.
   */
  pingPeriod: number;
  /**
   * Milliseconds that the peer has to send anything at all after a ping reached the kernel.
   *
   * @throws InvalidOptionError (`INVALID_OPTION`) unless it is set to 0 up to 2^31 - 1.
   */
  timeout: number;
  /** Milliseconds from the last answered ping to its pong; `undefined` before the first. */
  readonly roundTripTime: number | undefined;
  /**
   * What `incoming` brings, as a web stream: text messages as strings, binary ones as bytes. Of both, the one that asks first
   * gets the next message; the stream asks when its reader does, and holds none back. Always the same stream, made when it is
   * first asked for. A raw session has none: a fragment, a ping or a Close is no message.
   *
   * - It closes where iteration ends, and errors, with the same error, where it throws.
   * - To cancel it is `incoming.cancel(reason)`: the peer is heard no more, and `send` still works. A `for await` over it cancels
   *   it at `break`, too, unless it goes over `readable.values({ preventCancel: true })`.
   *
   * ```ts
   * await session.readable.pipeThrough(shouting).pipeTo(session.writable);
   * ```
   */
  readonly readable: ReadableStream<string | Uint8Array>;
  /**
   * `send` as a web stream, of text and bytes. Always the same stream, made when it is first asked for.
   *
   * - A `write` is done when `send` is: while the outgoing budget is used up, `ready` waits, and so does who pipes into it.
   * - What `send` rejects with errors the stream, as with any other; the session, which a `FrameTooBigError` does not end, may
   *   still `send`.
   * - To close it is `close()`: 1000, behind everything that was written. To abort it is `closeExceptionally(reason)`;
   *   without a reason, as for an `AbortError`, that is 1000.
   * - When the session ends otherwise, it errors as soon as nothing more can be sent: with the error that iteration throws, or
   *   with `ClosedSendChannelError` (`CLOSED_SEND_CHANNEL`) where that ends.
   */
  readonly writable: WritableStream<string | Uint8Array>;
}
