import type { ChannelBounds, ChannelOwner } from "../channel/channel.js";
import { Channel } from "../channel/channel.js";
import { CloseReason } from "../close-reason.js";
import type { SluiceError } from "../errors.js";
import { ExtendedSession } from "../extension/extended-session.js";
import type { ActiveExtension } from "../extension/negotiation.js";
import { ExtensionPipeline } from "../extension/pipeline.js";
import type { Frame } from "../frame.js";
import { budgetSize } from "../frame.js";
import { Connection } from "../protocol/connection.js";
import type { ConnectionSink } from "../protocol/connection-options.js";
import { closeReasonOf } from "../protocol/violations.js";
import type { ClosingOwner } from "./closing.js";
import { Closing } from "./closing.js";
import { Conclusion } from "./conclusion.js";
import { profileOf } from "./connection-profiles.js";
import type { Ending } from "./ending.js";
import type { InboxOwner } from "./inbox.js";
import { Inbox } from "./inbox.js";
import type { IntakeOwner } from "./intake.js";
import { Intake } from "./intake.js";
import { hasOptionalLimits, OptionalLimits } from "./optional-limits.js";
import type { OutboxOwner } from "./outbox.js";
import { Outbox } from "./outbox.js";
import type { SessionOptions } from "./session-options.js";
import type { Transport, TransportListener } from "./transport.js";

/**
 * What a session is made of, and how its parts speak to each other: one object is told of everything, so that an idle session
 * holds no function for each thing that may happen. Parts that an idle session does not need are made when they are.
 *
 * This one is a raw session's: it shows every frame and answers none. `DefaultCore` stands on it.
 */
export class SessionCore
  implements ChannelOwner<Frame>, ConnectionSink, TransportListener, OutboxOwner, InboxOwner, IntakeOwner, ClosingOwner
{
  readonly options: SessionOptions;
  readonly transport: Transport;
  readonly channel: Channel<Frame>;
  readonly connection: Connection;
  readonly outbox: Outbox;
  /** Only where extensions are in use. */
  readonly pipeline: ExtensionPipeline | undefined;
  readonly inbox: Inbox | undefined;
  readonly #intake: Intake;
  readonly #limits: OptionalLimits | undefined;
  #closing: Closing | undefined;
  #conclusion: Conclusion | undefined;

  /** @param extensions those that were agreed on, in the order in which they apply going out. */
  constructor(
    options: SessionOptions,
    transport: Transport,
    extensions: readonly ActiveExtension[],
    raw: boolean = true,
  ) {
    const { settings, platform, retained } = options;
    this.options = options;
    this.transport = transport;
    this.channel = new Channel(this);
    if (extensions.length > 0) this.pipeline = new ExtensionPipeline(extensions, { raw, limits: this, retained });
    if (hasOptionalLimits(settings)) {
      this.#limits = new OptionalLimits({
        settings,
        raw,
        platform,
        expired: (reason) => this.close(reason),
        violated: (error) => this.connection.violate(error),
        pong: (frame) => this.pong(frame),
        dropped: (frame) => this.inbox?.drop(frame),
      });
    }
    this.outbox = new Outbox(this);
    this.connection = new Connection({
      profile: profileOf(options, raw, this.pipeline),
      sink: this.#limits?.sink(this) ?? this,
      output: this.#limits?.output(this.outbox) ?? this.outbox,
      limits: settings,
      masking: settings.masking,
    });
    if (this.pipeline !== undefined) this.inbox = new Inbox(this, this.pipeline.incoming);
    this.#intake = new Intake(this);
    transport.listener = this;
    this.openExtensions();
  }

  /** Of the channel. */
  get bounds(): ChannelBounds {
    return this.options.settings.incoming;
  }

  sizeOf(frame: Frame): number {
    return budgetSize(frame);
  }

  /** Bytes, as it is set at the moment. */
  get maxFrameSize(): number {
    return this.connection.limits.maxFrameSize;
  }

  /** Resolves when the connection is gone, every job is done and nothing of the session is left. */
  get ended(): Promise<void> {
    return this.conclusion.ended;
  }

  /** How the session ended, and what hangs on that. */
  get conclusion(): Conclusion {
    this.#conclusion ??= new Conclusion(this);
    return this.#conclusion;
  }

  /** Whether the session has no ending yet. */
  get isActive(): boolean {
    return this.#conclusion?.ending === undefined;
  }

  /** The session ends with this Close, if it has no ending yet; without a reason, with 1000 or the answer that is owed. */
  close(reason: CloseReason | undefined): void {
    const first = this.isActive;
    const resolved = reason ?? CloseReason.normal();
    this.end({ how: "close", reason: resolved });
    this.outbox.sendClose(first ? resolved : reason);
    this.conclusion.announce();
  }

  cancel(cause: unknown): void {
    this.end({ how: "cancel", cause });
    this.channel.cancel(cause);
    this.transport.destroy();
    this.release();
    this.conclusion.announce();
  }

  /** The handler is done: what the peer still sends is shown to nobody, and holds up nothing. */
  endInput(): void {
    this.channel.close();
    this.inbox?.discard();
    this.#intake.wake();
  }

  /** Ends the session with an error that did not come in its bytes: a timeout, an overflow. */
  fail(error: SluiceError): void {
    this.failWith(error, closeReasonOf(error));
  }

  // From the transport.

  receive(start: number, end: number): void {
    this.#intake.receive(start, end);
  }

  drained(frames: number, bytes: number): void {
    this.outbox.drained(frames, bytes);
  }

  peerEnded(): void {
    this.#intake.peerEnded();
  }

  closed(): void {
    // An ending that waits behind data is the one that counts.
    this.inbox?.discard();
    this.end({ how: "lost" });
    this.release();
    this.conclusion.announce();
    this.conclusion.disconnected();
  }

  // From the connection, of what came.

  get freePlaces(): number {
    return this.channel.isClosed ? Number.MAX_SAFE_INTEGER : (this.inbox ?? this.channel).freePlaces;
  }

  get freeBytes(): number {
    return this.channel.isClosed ? Number.MAX_SAFE_INTEGER : (this.inbox ?? this.channel).freeBytes;
  }

  data(frame: Frame): void {
    (this.inbox ?? this.channel).put(frame);
  }

  /** Not in a raw session, where it is a frame like any other. */
  ping(_frame: Frame.Ping): void {}

  /** Not in a raw session. Returns whether it was awaited. */
  pong(_frame: Frame.Pong): boolean {
    return false;
  }

  peerClose(reason: CloseReason | null): void {
    this.behindData(() => this.inputOver({ how: "peerClose", reason }));
  }

  violation(error: SluiceError): void {
    this.behindData(() => this.inputOver({ how: "failure", error, reason: closeReasonOf(error) }));
  }

  // From the channel, of its reader.

  room(): void {
    this.inbox?.room();
    this.#intake.wake();
  }

  exhausted(): void {
    this.answer();
  }

  cancelled(): void {
    this.inbox?.discard();
    this.#intake.wake();
    this.answer();
  }

  // From the inbox and the intake.

  moved(): void {
    this.#intake.wake();
  }

  /** Reading stopped because nobody takes the frames, or goes on. */
  readingPaused(paused: boolean): void {
    this.#limits?.readingPaused(paused);
  }

  /** The peer ended its side, and every byte in front of that was parsed. */
  inputEnded(): void {
    this.behindData(() => this.endedByPeer());
  }

  // From the outbox.

  closeSent(): void {
    this.#closing?.closeSent(this.connection.state.name === "closed");
  }

  /** Nothing more can be sent. Called once, behind the session's ending. */
  closedForSend(): void {
    this.conclusion.closedForSend();
  }

  // From whatever fails.

  jobFailed(error: unknown): void {
    this.failWith(error, CloseReason.internalError());
    this.options.owner?.jobFailed(error);
  }

  /** What an extension threw is told, unless it says what the peer did wrong. */
  extensionFailed(error: unknown): void {
    const reason = closeReasonOf(error);
    this.failWith(error, reason);
    if (reason.code === CloseReason.Codes.INTERNAL_ERROR) this.options.owner?.extensionFailed(error);
  }

  /** The handler did not come for the ending within `closeTimeout`: it is answered without it, or cut where even that is stuck. */
  overdue(): void {
    this.outbox.sendClose();
    if (!this.outbox.isCloseSent) this.transport.destroy();
  }

  /** The session has its ending. */
  protected ending(_ending: Ending): void {
    this.#limits?.stop();
  }

  /** Whether iteration ends with the session's ending, and shows nothing that the peer sends behind it. */
  protected endsIteration({ how }: Ending): boolean {
    // A raw session shows what the peer sends behind our Close, up to its own; for others that is thrown away.
    return how !== "close";
  }

  /** The handler took every frame before the end and asked for more, or wants no more: a violation is answered now. */
  protected answerEnd(): void {
    if (this.connection.state.name === "failed") this.outbox.sendClose();
  }

  private failWith(error: unknown, reason: CloseReason): void {
    if (!this.isActive) return;
    this.connection.fail(error, reason);
    this.end({ how: "failure", error, reason });
    this.conclusion.announce();
  }

  private openExtensions(): void {
    const { connection, options } = this;
    try {
      this.pipeline?.open(new ExtendedSession(options.role, connection));
    } catch (error) {
      // In a turn of its own: nobody has the session yet.
      options.platform.nextTurn(() => this.extensionFailed(error));
    }
  }

  /** Calls back when everything that came so far is in the channel. */
  private behindData(callback: () => void): void {
    if (this.inbox === undefined) callback();
    else this.inbox.after(callback);
  }

  /** Settles how the session ended. The first ending counts. */
  private end(ending: Ending): void {
    if (!this.isActive) return;
    const outcome = this.conclusion.settle(ending);
    this.#closing ??= new Closing(this);
    this.#closing.begin();
    this.ending(ending);
    if (this.endsIteration(ending)) {
      this.channel.close(outcome.throws ? outcome.cause : undefined);
      this.inbox?.discard();
    }
    this.#intake.wake();
    this.answer();
  }

  /**
   * Answers the end of the input where the handler has come to it. In a turn of its own: of several readers one may
   * still be at work on the last frame while another already asks for more.
   */
  private answer(): void {
    if (this.isActive || !this.channel.isExhausted) return;
    this.options.platform.nextTurn(() => this.answerEnd());
  }

  /** Nothing more goes in or out: lets go of everything that was held. */
  private release(): void {
    if (this.#intake.isOver) return;
    this.#intake.stop();
    this.channel.close();
    this.#closing?.stop();
    this.inbox?.discard();
    this.connection.lose();
    this.outbox.end();
    this.pipeline?.close((error) => this.options.owner?.extensionFailed(error));
  }

  /** FIN. Behind a Close, theirs or ours, the handshake still goes its way; without one the peer is lost. */
  private endedByPeer(): void {
    const { name } = this.connection.state;
    this.#closing ??= new Closing(this);
    // A peer that ends its side after our Close will not send its own any more.
    this.#closing.peerEnded(name === "closing" || name === "closed");
    if (name === "closing") this.channel.close();
    if (name !== "open") return;
    this.end({ how: "lost" });
    this.transport.destroy();
    this.release();
    this.conclusion.announce();
  }

  /** The last event of the connection. Where our Close went out before it, there is nothing left to exchange. */
  private inputOver(ending: Ending): void {
    this.end(ending);
    this.channel.close();
    if (this.connection.state.name === "closed") this.#closing?.exchanged();
    this.conclusion.announce();
  }
}
