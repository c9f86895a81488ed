import type { ChannelResult } from "../channel/result.js";
import { NOT_NOW } from "../channel/result.js";
import type { SendChannel } from "../channel/send-channel.js";
import { CloseReason, checkSendable } from "../close-reason.js";
import { DONE } from "../done.js";
import { ChannelOverflowError, ClosedSendChannelError } from "../errors.js";
import type { Chain, Processed } from "../extension/chain.js";
import { budgetSize, Frame } from "../frame.js";
import type { Connection } from "../protocol/connection.js";
import { rejected } from "../rejection.js";
import { CountedOutput } from "./counted-output.js";
import type { Sender } from "./sender.js";
import { promised } from "./sender.js";
import type { SessionOptions, SessionSettings } from "./session-options.js";
import { frameOfText } from "./text-frame.js";
import type { Transport } from "./transport.js";

const SENT_NOW: ChannelResult<void> = { ok: true, value: undefined };

/** What stands in line. A frame waits for room; what is behind it waits for it. */
type Waiting =
  | { readonly what: "frame"; readonly frame: SentFrame; readonly sender: Sender }
  /** Everything in front of it is encoded. */
  | { readonly what: "flush"; readonly reached: () => void }
  /** Our Close: this reason, or without one the answer that the connection owes. */
  | { readonly what: "close"; readonly reason: CloseReason | undefined };

/** What goes through the line like any other. */
type SentFrame = Frame.Data | Frame.Ping | Frame.Pong;

/** The session that sends. */
export interface OutboxOwner {
  readonly options: Pick<SessionOptions, "settings">;
  readonly transport: Transport;
  readonly connection: Connection;
  /** What the session's extensions make of data frames. */
  readonly pipeline: { readonly outgoing: Chain } | undefined;
  /** An extension failed: no data frame goes out any more. Called once. */
  extensionFailed(error: unknown): void;
  /** The channel overflowed under "close". */
  fail(error: ChannelOverflowError): void;
  /** Our Close was encoded: nothing more goes out. */
  closeSent(): void;
  /** No frame is accepted any more. Called once. */
  closedForSend(): void;
  /** `outgoing.close()` was called, or a Close frame sent. The reason can be sent. */
  close(reason: CloseReason): void;
}

interface Flush {
  /** The number of the last frame that has to reach the kernel. */
  readonly target: number;
  readonly resolve: () => void;
}

/** Nothing is ever put into these. */
const NOBODY: Waiting[] = [];
const NO_FLUSH: Flush[] = [];

/** Whether frames are accepted; if not, an extension failed, a Close is in line, it is out, or the connection is gone. */
type Phase = "open" | "failed" | "closing" | "closed" | "over";

/**
 * What goes out: frames and bytes are counted from `send` until the kernel took them. With room to spare a frame is
 * encoded at once; without, `send` waits in line, and the Close behind it. While an extension takes its time over a frame,
 * everything waits behind that.
 *
 * It is what the connection writes to, too: an idle session holds one of these, and no object besides that counts.
 */
export class Outbox extends CountedOutput implements SendChannel<Frame> {
  readonly #owner: OutboxOwner;
  /** Both are made on demand: mostly nothing has to wait. */
  #waiting: Waiting[] = NOBODY;
  #flushes: Flush[] = NO_FLUSH;
  /** Whose frame an extension takes its time over. */
  #working: Sender | undefined;
  #phase: Phase = "open";

  constructor(owner: OutboxOwner) {
    super();
    this.#owner = owner;
  }

  // What the owner has is not held twice: an idle session holds one of these.

  protected get transport(): Transport {
    return this.#owner.transport;
  }

  private get connection(): Connection {
    return this.#owner.connection;
  }

  private get chain(): Chain | undefined {
    return this.#owner.pipeline?.outgoing;
  }

  private get config(): SessionSettings["outgoing"] {
    return this.#owner.options.settings.outgoing;
  }

  get isClosedForSend(): boolean {
    return this.#phase !== "open";
  }

  /** Whether our Close was encoded, and the connection is still there. */
  get isCloseSent(): boolean {
    return this.#phase === "closed";
  }

  send(frame: Frame): Promise<void> {
    if (this.#phase !== "open") return rejected(new ClosedSendChannelError());
    try {
      if (frame.type === "close") this.requestClose(frame);
      else if (!this.hasRoom()) return this.wait(frame);
      else if (this.chain !== undefined) return this.sendThrough(frame);
      else this.connection.send(frame);
      return DONE;
    } catch (error) {
      return rejected(error);
    }
  }

  /** `send` of a text message, without a frame in between where no extension wants one. */
  sendText(text: string): Promise<void> {
    if (this.chain !== undefined) return this.send(frameOfText(text));
    if (this.#phase !== "open") return rejected(new ClosedSendChannelError());
    try {
      if (!this.hasRoom()) return this.wait(new Frame.Text(text));
      this.connection.sendText(text);
      return DONE;
    } catch (error) {
      return rejected(error);
    }
  }

  trySend(frame: Frame): ChannelResult<void> {
    if (this.#phase !== "open") return { ok: false, closed: true, cause: undefined };
    try {
      if (frame.type === "close") this.requestClose(frame);
      else if (!this.hasRoom()) return this.noRoom(frame);
      else if (this.chain !== undefined) void this.sendThrough(frame);
      else this.connection.send(frame);
      return SENT_NOW;
    } catch (error) {
      return { ok: false, closed: false, cause: error };
    }
  }

  close(): void {
    if (this.#phase === "open") this.#owner.close(CloseReason.normal());
  }

  /** Sends a Close behind everything that was accepted: this reason, or without one the answer that the connection owes. */
  sendClose(reason?: CloseReason): void {
    if (this.#phase !== "open" && this.#phase !== "failed") return;
    this.#phase = "closing";
    this.line({ what: "close", reason });
    this.pump();
    this.#owner.closedForSend();
  }

  /** Resolves when everything accepted so far reached the kernel; at once when the session is over. */
  flush(): Promise<void> {
    if (this.#phase === "over") return DONE;
    const inLine = this.#working !== undefined || this.#waiting.length > 0;
    if (!inLine && this.pendingFrames === 0) return DONE;
    this.#owner.transport.flush();
    return new Promise((resolve) => {
      if (!inLine) this.awaitKernel(resolve);
      else this.line({ what: "flush", reached: resolve });
    });
  }

  /** The kernel took more. */
  override drained(frames: number, bytes: number): void {
    super.drained(frames, bytes);
    this.pump();
    this.settleFlushes();
  }

  /** The session is over: whoever waits learns it. */
  end(): void {
    const wasOpen = this.#phase === "open" || this.#phase === "failed";
    this.#phase = "over";
    this.#working?.refused(new ClosedSendChannelError());
    this.#working = undefined;
    const waiting = this.#waiting;
    this.#waiting = NOBODY;
    for (const one of waiting) {
      if (one.what === "frame") one.sender.refused(new ClosedSendChannelError());
      else if (one.what === "flush") one.reached();
    }
    const flushes = this.#flushes;
    this.#flushes = NO_FLUSH;
    for (const { resolve } of flushes) resolve();
    if (wasOpen) this.#owner.closedForSend();
  }

  /** @throws FrameTooBigError (`FRAME_TOO_BIG`) where room would not help. */
  private noRoom(frame: SentFrame): ChannelResult<never> {
    if (frame.type === "text" || frame.type === "binary") this.connection.checkSize(frame.payload);
    if (!this.overflows()) return NOT_NOW;
    return { ok: false, closed: true, cause: this.overflow() };
  }

  private requestClose(frame: Frame.Close): void {
    const reason = frame.readReason() ?? new CloseReason(CloseReason.Codes.NO_STATUS);
    checkSendable(reason);
    this.#owner.close(reason);
  }

  private hasRoom(): boolean {
    return this.#working === undefined && this.#waiting.length === 0 && this.fits();
  }

  private fits(): boolean {
    return this.pendingFrames < this.config.capacity && this.pendingBytes < this.config.maxBytes;
  }

  /** Whether one frame more is too much under "close". What waits only for an extension has its place all the same. */
  private overflows(): boolean {
    if (this.config.onOverflow === "suspend") return false;
    if (this.#working === undefined) return true;
    let bytes = this.pendingBytes;
    for (const waiting of this.#waiting) if (waiting.what === "frame") bytes += budgetSize(waiting.frame);
    return this.pendingFrames + this.#waiting.length >= this.config.capacity || bytes >= this.config.maxBytes;
  }

  /** @throws FrameTooBigError (`FRAME_TOO_BIG`) now rather than when there is room. */
  private wait(frame: SentFrame): Promise<void> {
    if (frame.type === "text" || frame.type === "binary") this.connection.checkSize(frame.payload);
    if (this.overflows()) throw this.overflow();
    return promised((sender) => this.line({ what: "frame", frame, sender }));
  }

  /** Sends a frame by way of the extensions: now, where they answer now. */
  private sendThrough(frame: SentFrame): Promise<void> {
    const made = this.process(frame);
    return made === undefined ? DONE : promised((sender) => this.awaitExtension(made, sender));
  }

  /** Encodes a frame, or what extensions make of it; gives a promise where they take their time. */
  private process(frame: SentFrame): Promise<Processed> | undefined {
    const chain = this.chain;
    if (chain === undefined || (frame.type !== "text" && frame.type !== "binary")) {
      this.connection.send(frame);
      return undefined;
    }
    this.connection.admit(frame);
    let made: Processed | Promise<Processed>;
    try {
      made = chain.process(frame);
      if (!(made instanceof Promise)) this.encodeProcessed(made);
    } catch (error) {
      throw this.fail(error);
    }
    return made instanceof Promise ? made : undefined;
  }

  private awaitExtension(made: Promise<Processed>, sender: Sender): void {
    this.#working = sender;
    const finish = (encode: () => void): void => {
      if (this.#working !== sender) return;
      this.#working = undefined;
      try {
        encode();
        sender.accepted();
      } catch (error) {
        sender.refused(this.fail(error));
      }
      this.pump();
    };
    made.then(
      (frame) => finish(() => this.encodeProcessed(frame)),
      (error: unknown) =>
        finish(() => {
          throw error;
        }),
    );
  }

  private encodeProcessed(frame: Processed): void {
    if (frame !== undefined) this.connection.sendAdmitted(frame);
  }

  /** What the extension had of the message is lost: the peer could not make sense of the next one. */
  private fail(error: unknown): unknown {
    if (this.#phase === "open") this.#phase = "failed";
    const waiting = this.#waiting;
    this.#waiting = waiting.filter(({ what }) => what !== "frame");
    for (const one of waiting) if (one.what === "frame") one.sender.refused(new ClosedSendChannelError());
    this.#owner.extensionFailed(error);
    return error;
  }

  private overflow(): ChannelOverflowError {
    const error = new ChannelOverflowError("outgoing", this.config.capacity);
    this.#owner.fail(error);
    return error;
  }

  /** Lets in what stands in line, as far as there is room. */
  private pump(): void {
    for (let next = this.#waiting[0]; next !== undefined && this.#working === undefined; next = this.#waiting[0]) {
      if (next.what === "frame" && !this.fits()) return;
      this.#waiting.shift();
      if (next.what === "frame") this.encode(next.frame, next.sender);
      else if (next.what === "flush") this.awaitKernel(next.reached);
      else this.encodeClose(next.reason);
    }
  }

  private encode(frame: SentFrame, sender: Sender): void {
    try {
      const made = this.process(frame);
      if (made === undefined) sender.accepted();
      else this.awaitExtension(made, sender);
    } catch (error) {
      sender.refused(error);
    }
  }

  private encodeClose(reason: CloseReason | undefined): void {
    this.#phase = "closed";
    if (reason === undefined) this.connection.finish();
    else this.connection.close(reason);
    this.#owner.closeSent();
  }

  private line(waiting: Waiting): void {
    if (this.#waiting === NOBODY) this.#waiting = [];
    this.#waiting.push(waiting);
  }

  /** What is encoded by now decides when a flush is done. */
  private awaitKernel(resolve: () => void): void {
    if (this.#flushes === NO_FLUSH) this.#flushes = [];
    this.#flushes.push({ target: this.encodedFrames, resolve });
    this.settleFlushes();
  }

  private settleFlushes(): void {
    const { drainedFrames } = this;
    while (this.#flushes[0] !== undefined && this.#flushes[0].target <= drainedFrames) this.#flushes.shift()?.resolve();
  }
}
