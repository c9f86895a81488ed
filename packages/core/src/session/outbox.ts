import type { ChannelConfig } from "../channel/overflow.js";
import type { ChannelResult } from "../channel/result.js";
import { NOT_NOW } from "../channel/result.js";
import type { SendChannel } from "../channel/send-channel.js";
import { CloseReason, checkSendable } from "../close-reason.js";
import { ChannelOverflowError, ClosedSendChannelError } from "../errors.js";
import { Frame } from "../frame.js";
import type { Connection } from "../protocol/connection.js";
import { rejected, unobtrusive } from "../rejection.js";
import type { CountedOutput } from "./counted-output.js";

/** One accepted promise for every `send` that did not have to wait. */
const SENT: Promise<void> = Promise.resolve();

const SENT_NOW: ChannelResult<void> = { ok: true, value: undefined };

/** What stands in line. A frame waits for room; what is behind it waits for it. */
type Waiting =
  | {
      readonly what: "frame";
      readonly frame: Frame;
      readonly accepted: () => void;
      readonly refused: (cause: unknown) => void;
    }
  /** Everything in front of it is encoded. */
  | { readonly what: "flush"; readonly reached: () => void }
  /** Our Close: this reason, or without one the answer that the connection owes. */
  | { readonly what: "close"; readonly reason: CloseReason | undefined };

export interface OutboxOptions {
  readonly connection: Connection;
  readonly output: CountedOutput;
  readonly config: ChannelConfig & { readonly maxBytes: number };
  /** Writes what was encoded now, rather than at the end of the turn. */
  readonly writeNow: () => void;
  /** The channel overflowed under "close". */
  readonly overflowed: (error: ChannelOverflowError) => void;
  /** Our Close was encoded: nothing more goes out. */
  readonly closeSent: () => void;
  /** No frame is accepted any more. Called once. */
  readonly closedForSend: () => void;
  /** `outgoing.close()` was called, or a Close frame sent. The reason can be sent. */
  readonly closeRequested: (reason: CloseReason) => void;
}

/** Whether frames are accepted: yes; no, since a Close is in line or out; no, since the connection is gone. */
type Phase = "open" | "closed" | "over";

/**
 * What goes out: frames and bytes are counted from `send` until the kernel took them. With room to spare a frame is
 * encoded at once; without, `send` waits in line, and the Close behind it.
 */
export class Outbox implements SendChannel<Frame> {
  readonly #options: OutboxOptions;
  readonly #connection: Connection;
  readonly #output: CountedOutput;
  readonly #capacity: number;
  readonly #maxBytes: number;
  readonly #waiting: Waiting[] = [];
  readonly #flushes: { readonly target: number; readonly resolve: () => void }[] = [];
  #phase: Phase = "open";
  #closeSent = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#connection = options.connection;
    this.#output = options.output;
    this.#capacity = options.config.capacity;
    this.#maxBytes = options.config.maxBytes;
  }

  get isClosedForSend(): boolean {
    return this.#phase !== "open";
  }

  /** Whether our Close was encoded; what is in line is behind it no more. */
  get isCloseSent(): boolean {
    return this.#closeSent;
  }

  send(frame: Frame): Promise<void> {
    if (this.#phase !== "open") return rejected(new ClosedSendChannelError());
    try {
      if (frame.type === "close") this.#requestClose(frame);
      else if (!this.#hasRoom()) return this.#wait(frame);
      else this.#connection.send(frame);
      return SENT;
    } catch (error) {
      return rejected(error);
    }
  }

  /** `send` of a text message, without a frame in between. */
  sendText(text: string): Promise<void> {
    if (this.#phase !== "open") return rejected(new ClosedSendChannelError());
    try {
      if (!this.#hasRoom()) return this.#wait(new Frame.Text(text));
      this.#connection.sendText(text);
      return SENT;
    } catch (error) {
      return rejected(error);
    }
  }

  trySend(frame: Frame): ChannelResult<void> {
    if (this.#phase !== "open") return { ok: false, closed: true, cause: undefined };
    try {
      if (frame.type === "close") this.#requestClose(frame);
      else if (this.#hasRoom()) this.#connection.send(frame);
      else return this.#noRoom(frame);
      return SENT_NOW;
    } catch (error) {
      return { ok: false, closed: false, cause: error };
    }
  }

  close(): void {
    if (this.#phase === "open") this.#options.closeRequested(CloseReason.normal());
  }

  /** Sends a Close behind everything that was accepted: this reason, or without one the answer that the connection owes. */
  sendClose(reason?: CloseReason): void {
    if (this.#phase !== "open") return;
    this.#phase = "closed";
    this.#waiting.push({ what: "close", reason });
    this.#pump();
    this.#options.closedForSend();
  }

  /** Resolves when everything accepted so far reached the kernel; at once when the session is over. */
  flush(): Promise<void> {
    if (this.#phase === "over") return SENT;
    if (this.#waiting.length === 0 && this.#output.pendingFrames === 0) return SENT;
    this.#options.writeNow();
    return new Promise((resolve) => {
      if (this.#waiting.length === 0) this.#awaitKernel(resolve);
      else this.#waiting.push({ what: "flush", reached: resolve });
    });
  }

  /** The kernel took more. */
  drained(): void {
    this.#pump();
    this.#settleFlushes();
  }

  /** The session is over: whoever waits learns it. */
  end(): void {
    const wasOpen = this.#phase === "open";
    this.#phase = "over";
    for (const waiting of this.#waiting.splice(0)) {
      if (waiting.what === "frame") waiting.refused(new ClosedSendChannelError());
      else if (waiting.what === "flush") waiting.reached();
    }
    for (const { resolve } of this.#flushes.splice(0)) resolve();
    if (wasOpen) this.#options.closedForSend();
  }

  /** @throws FrameTooBigError (`FRAME_TOO_BIG`) where room would not help. */
  #noRoom(frame: Frame.Data | Frame.Ping | Frame.Pong): ChannelResult<never> {
    if (frame.type === "text" || frame.type === "binary") this.#connection.checkSize(frame.payload);
    if (this.#options.config.onOverflow === "suspend") return NOT_NOW;
    return { ok: false, closed: true, cause: this.#overflow() };
  }

  #requestClose(frame: Frame.Close): void {
    const reason = frame.readReason() ?? new CloseReason(CloseReason.Codes.NO_STATUS);
    checkSendable(reason);
    this.#options.closeRequested(reason);
  }

  #hasRoom(): boolean {
    return this.#waiting.length === 0 && this.#fits();
  }

  #fits(): boolean {
    return this.#output.pendingFrames < this.#capacity && this.#output.pendingBytes < this.#maxBytes;
  }

  /** @throws FrameTooBigError (`FRAME_TOO_BIG`) now rather than when there is room. */
  #wait(frame: Frame.Data | Frame.Ping | Frame.Pong): Promise<void> {
    if (frame.type === "text" || frame.type === "binary") this.#connection.checkSize(frame.payload);
    if (this.#options.config.onOverflow === "close") throw this.#overflow();
    const promise = new Promise<void>((accepted, reject) => {
      const refused = (cause: unknown): void => {
        unobtrusive(promise);
        reject(cause);
      };
      this.#waiting.push({ what: "frame", frame, accepted, refused });
    });
    return promise;
  }

  #overflow(): ChannelOverflowError {
    const error = new ChannelOverflowError("outgoing", this.#capacity);
    this.#options.overflowed(error);
    return error;
  }

  /** Lets in what stands in line, as far as there is room. */
  #pump(): void {
    const waiting = this.#waiting;
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      if (next.what === "frame" && !this.#fits()) return;
      waiting.shift();
      if (next.what === "frame") this.#encode(next.frame, next.accepted, next.refused);
      else if (next.what === "flush") this.#awaitKernel(next.reached);
      else this.#encodeClose(next.reason);
    }
  }

  #encode(frame: Frame, accepted: () => void, refused: (cause: unknown) => void): void {
    try {
      this.#connection.send(frame);
      accepted();
    } catch (error) {
      refused(error);
    }
  }

  #encodeClose(reason: CloseReason | undefined): void {
    this.#closeSent = true;
    if (reason === undefined) this.#connection.finish();
    else this.#connection.close(reason);
    this.#options.closeSent();
  }

  /** What is encoded by now decides when a flush is done. */
  #awaitKernel(resolve: () => void): void {
    this.#flushes.push({ target: this.#output.encodedFrames, resolve });
    this.#settleFlushes();
  }

  #settleFlushes(): void {
    const { drainedFrames } = this.#output;
    while (this.#flushes[0] !== undefined && this.#flushes[0].target <= drainedFrames) this.#flushes.shift()?.resolve();
  }
}
