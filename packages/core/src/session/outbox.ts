import type { ChannelConfig } from "../channel/overflow.js";
import type { ChannelResult } from "../channel/result.js";
import { NOT_NOW } from "../channel/result.js";
import { CloseReason } from "../close-reason.js";
import { ChannelOverflowError, ClosedSendChannelError } from "../errors.js";
import { Frame } from "../frame.js";
import type { Connection } from "../protocol/connection.js";

/** The writing end of a channel. Ktor: `SendChannel`. Order is kept. */
export interface SendChannel<E> {
  /**
   * Resolves when the element has its place in the budget.
   *
   * @throws ClosedSendChannelError (`CLOSED_SEND_CHANNEL`) after `close` and after the session's end.
   */
  send(element: E): Promise<void>;
  /** Sends if there is room now. */
  trySend(element: E): ChannelResult<void>;
  /** Closes the session as `session.close()` does. */
  close(): void;
  /** Whether nothing more is accepted. */
  readonly isClosedForSend: boolean;
}

/** One accepted promise for every `send` that did not have to wait. */
const SENT: Promise<void> = Promise.resolve();

const SENT_NOW: ChannelResult<void> = { ok: true, value: undefined };

interface Waiting {
  readonly frame: Frame;
  readonly accepted: () => void;
  readonly refused: (cause: unknown) => void;
}

export interface OutboxOptions {
  readonly connection: Connection;
  readonly config: ChannelConfig & { readonly maxBytes: number };
  /** Writes what was encoded now, rather than at the end of the turn. */
  readonly writeNow: () => void;
  /** The channel overflowed under "close". */
  readonly overflowed: (error: ChannelOverflowError) => void;
  /** Our Close was encoded: nothing more goes out. */
  readonly closeSent: () => void;
  /** `outgoing.close()` was called, or a Close frame sent; `null` for an empty one. */
  readonly closeRequested: (reason: CloseReason | null) => void;
}

/**
 * What goes out: frames and bytes are counted from `send` until the kernel took them. With room to spare a frame is
 * encoded at once; without, `send` waits its turn, and the Close waits behind it.
 */
export class Outbox implements SendChannel<Frame> {
  readonly #options: OutboxOptions;
  readonly #connection: Connection;
  readonly #capacity: number;
  readonly #maxBytes: number;
  readonly #waiting: Waiting[] = [];
  readonly #flushes: { readonly target: number; readonly resolve: () => void }[] = [];
  #closed = false;
  /** The Close to encode behind what waits. */
  #closing: { readonly reason: CloseReason | undefined } | undefined;

  /** Frames encoded, and frames that the kernel took, since the beginning. */
  #encoded = 0;
  #drained = 0;
  #bytes = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#connection = options.connection;
    this.#capacity = options.config.capacity;
    this.#maxBytes = options.config.maxBytes;
  }

  get isClosedForSend(): boolean {
    return this.#closed;
  }

  /** Whether the Close is behind everything else in the output. */
  get isCloseSent(): boolean {
    return this.#closed && this.#closing === undefined;
  }

  /** Whole frames that the kernel has not taken. */
  get pendingFrames(): number {
    return this.#encoded - this.#drained;
  }

  /** Counts a frame that the connection encoded; the transport tells when it is gone. */
  encoded(bytes: number): void {
    this.#encoded++;
    this.#bytes += bytes;
  }

  send(frame: Frame): Promise<void> {
    if (this.#closed) return Promise.reject(new ClosedSendChannelError());
    if (frame.type === "close") {
      this.#options.closeRequested(frame.readReason());
      return SENT;
    }
    if (!this.#hasRoom()) return this.#wait(frame);
    try {
      this.#connection.send(frame);
      return SENT;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** `send` of a text message, without a frame in between. */
  sendText(text: string): Promise<void> {
    if (this.#closed) return Promise.reject(new ClosedSendChannelError());
    if (!this.#hasRoom()) return this.#wait(new Frame.Text(text));
    try {
      this.#connection.sendText(text);
      return SENT;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  trySend(frame: Frame): ChannelResult<void> {
    if (this.#closed) return { ok: false, closed: true, cause: undefined };
    if (frame.type === "close") {
      this.#options.closeRequested(frame.readReason());
      return SENT_NOW;
    }
    if (!this.#hasRoom()) {
      if (this.#options.config.onOverflow === "close") this.#overflow();
      return NOT_NOW;
    }
    this.#connection.send(frame);
    return SENT_NOW;
  }

  close(): void {
    this.#options.closeRequested(CloseReason.normal());
  }

  /** Sends a Close behind everything that was accepted: this reason, or without one the answer that the connection owes. */
  sendClose(reason?: CloseReason): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#closing = { reason };
    this.#pump();
  }

  /** Resolves when everything accepted so far reached the kernel; at once when the session is over. */
  flush(): Promise<void> {
    const target = this.#encoded + this.#waiting.length;
    if (this.#drained >= target) return SENT;
    this.#options.writeNow();
    return new Promise((resolve) => {
      this.#flushes.push({ target, resolve });
    });
  }

  /** The kernel took more. */
  drained(frames: number, bytes: number): void {
    this.#drained += frames;
    this.#bytes -= bytes;
    this.#pump();
    while (this.#flushes[0] !== undefined && this.#flushes[0].target <= this.#drained) this.#flushes.shift()?.resolve();
  }

  /** The session is over: whoever waits learns it. */
  end(): void {
    this.#closed = true;
    this.#closing = undefined;
    for (const { refused } of this.#waiting.splice(0)) refused(new ClosedSendChannelError());
    for (const { resolve } of this.#flushes.splice(0)) resolve();
  }

  #hasRoom(): boolean {
    return this.#waiting.length === 0 && this.pendingFrames < this.#capacity && this.#bytes < this.#maxBytes;
  }

  #wait(frame: Frame): Promise<void> {
    if (this.#options.config.onOverflow === "close") return Promise.reject(this.#overflow());
    try {
      if (frame.type === "text" || frame.type === "binary") this.#connection.checkSize(frame.payload);
    } catch (error) {
      return Promise.reject(error);
    }
    return new Promise((accepted, refused) => {
      this.#waiting.push({ frame, accepted, refused });
    });
  }

  #overflow(): ChannelOverflowError {
    const error = new ChannelOverflowError("outgoing", this.#capacity);
    this.#options.overflowed(error);
    return error;
  }

  /** Encodes what waits, as far as there is room, and the Close behind it. */
  #pump(): void {
    const waiting = this.#waiting;
    while (waiting.length > 0 && this.pendingFrames < this.#capacity && this.#bytes < this.#maxBytes) {
      const { frame, accepted, refused } = waiting.shift() as Waiting;
      try {
        this.#connection.send(frame);
        accepted();
      } catch (error) {
        refused(error);
      }
    }
    const closing = this.#closing;
    if (closing === undefined || waiting.length > 0) return;
    this.#closing = undefined;
    if (closing.reason === undefined) this.#connection.finish();
    else this.#connection.close(closing.reason);
    this.#options.closeSent();
  }
}
