import { isCancellation } from "../cancellation.js";
import { Channel } from "../channel/channel.js";
import type { ReceiveChannel } from "../channel/receive-channel.js";
import type { SendChannel } from "../channel/send-channel.js";
import { CloseReason, checkSendable } from "../close-reason.js";
import type { SluiceError } from "../errors.js";
import { CancelledError, InvalidFrameError, show } from "../errors.js";
import type { WebSocketExtension, WebSocketExtensionFactory } from "../extension/contract.js";
import { ExtensionNotNegotiatedError } from "../extension/errors.js";
import { ExtensionPipeline } from "../extension/pipeline.js";
import { budgetSize, Frame, isFrame } from "../frame.js";
import { Connection } from "../protocol/connection.js";
import type { ConnectionSink } from "../protocol/connection-options.js";
import { checkMaxFrameSize } from "../protocol/limits.js";
import { closeReasonOf } from "../protocol/violations.js";
import { rejected } from "../rejection.js";
import type { WebSocketContentConverter } from "../serialization/content-converter.js";
import type { Deserialized, StandardSchemaV1 } from "../serialization/typed.js";
import { receiveDeserialized, sendSerialized } from "../serialization/typed.js";
import { Closing } from "./closing.js";
import { Conclusion } from "./conclusion.js";
import { CountedOutput } from "./counted-output.js";
import type { Ending, Outcome } from "./ending.js";
import { outcomeOf } from "./ending.js";
import { Inbox } from "./inbox.js";
import { Intake } from "./intake.js";
import type { Job, JobBlock } from "./job.js";
import { hasOptionalLimits, OptionalLimits } from "./optional-limits.js";
import { Outbox } from "./outbox.js";
import type { WebSocketSession } from "./session.js";
import type { SessionOptions } from "./session-options.js";
import type { TransportListener } from "./transport.js";

const NONE: readonly WebSocketExtension[] = [];

/**
 * A session that shows every frame as it came and answers none of them: no ping, no pong, no Close of its own but for a
 * violation. Ktor: a raw `WebSocketSession`. `DefaultSession` stands on it.
 */
export class RawSession implements WebSocketSession {
  readonly incoming: ReceiveChannel<Frame>;
  readonly outgoing: SendChannel<Frame>;
  /** Resolves when the connection is gone, every job is done and nothing of the session is left. */
  readonly ended: Promise<void>;
  /** Told of every job that failed, after the session learned it. Must not throw. Default: nobody is told. */
  jobFailed: (error: unknown) => void = () => {};
  /** Told of what an extension failed with where it is no fault of the peer's. Must not throw. Default: nobody is told. */
  extensionFailed: (error: unknown) => void = () => {};

  protected readonly connection: Connection;
  protected readonly output: CountedOutput;
  protected readonly outbox: Outbox;
  protected readonly options: SessionOptions;
  readonly #channel: Channel<Frame>;
  readonly #intake: Intake;
  readonly #closing: Closing;
  /** Only where extensions are in use. */
  readonly #pipeline: ExtensionPipeline | undefined;
  readonly #inbox: Inbox | undefined;
  readonly #limits: OptionalLimits | undefined;

  readonly #raw: boolean;
  readonly #conclusion = new Conclusion((error) => {
    this.#fail(error, CloseReason.internalError());
    this.jobFailed(error);
  });

  #over = false;
  #settleEnded: () => void = () => {};

  constructor(options: SessionOptions, raw: boolean = true) {
    this.#raw = raw;
    const { settings, transport, platform } = options;
    this.options = options;
    this.ended = new Promise((resolve) => {
      this.#settleEnded = resolve;
    });
    this.#channel = new Channel({
      capacity: settings.incoming.capacity,
      maxBytes: settings.incoming.maxBytes,
      sizeOf: budgetSize,
      owner: {
        room: () => {
          this.#inbox?.room();
          this.#intake.wake();
        },
        exhausted: () => this.#answer(),
        cancelled: () => {
          this.#inbox?.discard();
          this.#intake.wake();
          this.#answer();
        },
      },
    });
    const limits = { maxFrameSize: settings.maxFrameSize, maxFragments: settings.maxFragments };
    const { extensions = [], retained } = options;
    if (extensions.length > 0) this.#pipeline = new ExtensionPipeline(extensions, { raw, limits, retained });
    if (hasOptionalLimits(settings)) {
      this.#limits = new OptionalLimits({
        settings,
        raw,
        platform,
        expired: (reason) => this.#close(reason),
        violated: (error) => this.connection.violate(error),
        pong: (frame) => this.pong(frame),
      });
    }
    this.output = this.#limits?.output(transport) ?? new CountedOutput(transport);
    this.connection = new Connection({
      role: options.role,
      codec: options.codec,
      sink: this.#limits?.sink(this.#sink()) ?? this.#sink(),
      output: this.output,
      limits,
      messageRsv: this.#pipeline?.messageRsv,
      continuationRsv: this.#pipeline?.continuationRsv,
      retained: options.retained,
      raw,
      validateText: !raw || (options.validateText ?? false),
      masking: settings.masking,
      nextMaskKey: () => platform.randomMaskKey(),
    });
    this.#inbox =
      this.#pipeline &&
      new Inbox({
        channel: this.#channel,
        chain: this.#pipeline.incoming,
        connection: this.connection,
        platform,
        failed: (error) => this.#failExtension(error),
        moved: () => this.#intake.wake(),
      });
    this.outbox = new Outbox({
      connection: this.connection,
      output: this.output,
      chain: this.#pipeline?.outgoing,
      failed: (error) => this.#failExtension(error),
      config: settings.outgoing,
      writeNow: () => transport.flush(),
      overflowed: (error) => this.fail(error),
      closeSent: () => this.#closing.closeSent(this.connection.state.name === "closed"),
      closedForSend: () => this.closedForSend(),
      closeRequested: (reason) => this.#close(reason),
    });
    this.#intake = new Intake({
      connection: this.connection,
      channel: this.#channel,
      inbox: this.#inbox,
      transport,
      platform,
      config: settings.incoming,
      maxPause: settings.maxPause,
      failed: (error) => this.fail(error),
      paused: (paused) => {
        this.#limits?.readingPaused(paused);
        this.readingPaused(paused);
      },
      peerEnded: () => this.#behindData(() => this.#peerEnded()),
    });
    this.#closing = new Closing({
      role: options.role,
      transport,
      platform,
      closeTimeout: settings.closeTimeout,
      overdue: () => this.#answerLate(),
    });
    this.incoming = this.#channel;
    this.outgoing = this.outbox;
    transport.listener = this.#listener();
    this.#openExtensions();
  }

  get isActive(): boolean {
    return this.#conclusion.ending === undefined;
  }

  get closeReason(): Promise<CloseReason | null> {
    return this.#conclusion.closeReason;
  }

  get converter(): WebSocketContentConverter | undefined {
    return this.options.converter;
  }

  get masking(): boolean {
    return this.connection.masking;
  }

  set masking(value: boolean) {
    this.connection.masking = value;
  }

  get maxFrameSize(): number {
    return this.connection.limits.maxFrameSize;
  }

  set maxFrameSize(value: number) {
    checkMaxFrameSize(value, "session.maxFrameSize");
    this.connection.limits.maxFrameSize = value;
  }

  get signal(): AbortSignal {
    return this.#conclusion.signal;
  }

  get extensions(): readonly WebSocketExtension[] {
    return this.#pipeline?.extensions ?? NONE;
  }

  extension<Extension extends WebSocketExtension>(factory: WebSocketExtensionFactory<never, Extension>): Extension {
    const extension = this.extensionOrNull(factory);
    if (extension === null) throw new ExtensionNotNegotiatedError(factory.key);
    return extension;
  }

  extensionOrNull<Extension extends WebSocketExtension>(
    factory: WebSocketExtensionFactory<never, Extension>,
  ): Extension | null {
    return this.#pipeline?.find(factory) ?? null;
  }

  send(message: string | Uint8Array | Frame): Promise<void> {
    if (typeof message === "string") return this.outbox.sendText(message);
    if (isFrame(message)) return this.outbox.send(message);
    if (message instanceof Uint8Array) return this.outbox.send(new Frame.Binary(message));
    return rejected(new InvalidFrameError(`A session sends text, bytes or frames, got ${show(message)}`));
  }

  sendSerialized(value: unknown): Promise<void> {
    return sendSerialized(this, this.converter, value);
  }

  receiveDeserialized<Schema extends StandardSchemaV1 | undefined = undefined>(
    schema?: Schema,
  ): Promise<Deserialized<Schema>> {
    return receiveDeserialized(this.incoming, this.converter, schema);
  }

  flush(): Promise<void> {
    return this.outbox.flush();
  }

  close(reason?: CloseReason): Promise<void> {
    try {
      if (reason !== undefined) checkSendable(reason);
    } catch (error) {
      return rejected(error);
    }
    this.#close(reason);
    return this.flush();
  }

  closeExceptionally(error: unknown): Promise<void> {
    return this.close(isCancellation(error) ? undefined : closeReasonOf(error));
  }

  cancel(cause: unknown = new CancelledError("The session was cancelled")): void {
    this.#end({ how: "cancel", cause });
    this.#channel.cancel(cause);
    this.options.transport.destroy();
    this.#release();
    this.#conclusion.announce();
  }

  /** The handler is done: what the peer still sends is shown to nobody, and holds up nothing. */
  endInput(): void {
    this.#channel.close();
    this.#inbox?.discard();
    this.#intake.wake();
  }

  launch(block: JobBlock): Job {
    return this.#conclusion.launch(block);
  }

  /** A ping has come. Not in a raw session, where it is a frame like any other. */
  protected ping(_frame: Frame.Ping): void {}

  /** A pong has come. Not in a raw session. Returns whether it was awaited. */
  protected pong(_frame: Frame.Pong): boolean {
    return false;
  }

  /** Bytes of any kind have come. */
  protected heard(): void {}

  /** Reading stopped because nobody takes the frames, or goes on. */
  protected readingPaused(_paused: boolean): void {}

  /** The kernel took output. */
  protected drained(): void {}

  /** The session has its ending. */
  protected ending(): void {}

  /** Nothing more can be sent. Called once, behind `ending`. */
  protected closedForSend(): void {}

  /** How the session's ending looks, once it has one. */
  protected get outcome(): Outcome | undefined {
    const { ending } = this.#conclusion;
    return ending && outcomeOf(ending);
  }

  /** The handler took every frame before the end and asked for more, or wants no more: a violation is answered now. */
  protected exhausted(): void {
    if (this.connection.state.name === "failed") this.outbox.sendClose();
  }

  /** Ends the session with an error that did not come in its bytes: a timeout, an overflow. */
  protected fail(error: SluiceError): void {
    this.#fail(error, closeReasonOf(error));
  }

  #fail(error: unknown, reason: CloseReason): void {
    if (!this.isActive) return;
    this.connection.fail(error, reason);
    this.#end({ how: "failure", error, reason });
    this.#conclusion.announce();
  }

  /** What an extension threw is logged, unless it says what the peer did wrong. */
  #failExtension(error: unknown): void {
    const reason = closeReasonOf(error);
    this.#fail(error, reason);
    if (reason.code === CloseReason.Codes.INTERNAL_ERROR) this.extensionFailed(error);
  }

  #openExtensions(): void {
    const { connection, options } = this;
    try {
      this.#pipeline?.open({
        role: options.role,
        get maxFrameSize() {
          return connection.limits.maxFrameSize;
        },
      });
    } catch (error) {
      // In a turn of its own: nobody has the session yet.
      options.platform.nextTurn(() => this.#failExtension(error));
    }
  }

  /** Calls back when everything that came so far is in the channel. */
  #behindData(callback: () => void): void {
    if (this.#inbox === undefined) callback();
    else this.#inbox.after(callback);
  }

  /** Settles how the session ended. The first ending counts. */
  #end(ending: Ending): void {
    if (!this.isActive) return;
    const outcome = this.#conclusion.settle(ending);
    this.#closing.begin();
    this.#limits?.stop();
    this.ending();
    // A raw session shows what the peer sends behind our Close, up to its own; for others that is thrown away.
    if (!this.#raw || ending.how !== "close") {
      this.#channel.close(outcome.throws ? outcome.cause : undefined);
      this.#inbox?.discard();
    }
    this.#intake.wake();
    this.#answer();
  }

  /** The session ends with this Close, if it has no ending yet; without a reason, with 1000 or the answer that is owed. */
  #close(reason: CloseReason | undefined): void {
    const first = this.isActive;
    const resolved = reason ?? CloseReason.normal();
    this.#end({ how: "close", reason: resolved });
    this.outbox.sendClose(first ? resolved : reason);
    this.#conclusion.announce();
  }

  /**
   * Answers the end of the input where the handler has come to it. In a turn of its own: of several readers one may
   * still be at work on the last frame while another already asks for more.
   */
  #answer(): void {
    if (this.isActive || !this.#channel.isExhausted) return;
    this.options.platform.nextTurn(() => this.exhausted());
  }

  /** The handler did not come for the ending within `closeTimeout`: it is answered without it, or cut where even that is stuck. */
  #answerLate(): void {
    this.outbox.sendClose();
    if (!this.outbox.isCloseSent) this.options.transport.destroy();
  }

  /** Nothing more goes in or out: lets go of everything that was held. */
  #release(): void {
    if (this.#over) return;
    this.#over = true;
    this.#channel.close();
    this.#closing.stop();
    this.#intake.stop();
    this.#inbox?.discard();
    this.connection.lose();
    this.outbox.end();
    this.#pipeline?.close((error) => this.extensionFailed(error));
  }

  #listener(): TransportListener {
    return {
      receive: (start, end) => {
        this.heard();
        this.#intake.receive(start, end);
      },
      drained: (frames, bytes) => {
        this.output.drained(frames, bytes);
        this.outbox.drained();
        this.drained();
      },
      peerEnded: () => this.#intake.peerEnded(),
      closed: () => {
        // An ending that waits behind data is the one that counts.
        this.#inbox?.discard();
        this.#end({ how: "lost" });
        this.#release();
        this.#conclusion.announce();
        this.#conclusion.whenIdle(() => this.#settleEnded());
      },
    };
  }

  /** FIN. Behind a Close, theirs or ours, the handshake still goes its way; without one the peer is lost. */
  #peerEnded(): void {
    const { name } = this.connection.state;
    // A peer that ends its side after our Close will not send its own any more.
    this.#closing.peerEnded(name === "closing" || name === "closed");
    if (name === "closing") this.#channel.close();
    if (name !== "open") return;
    this.#end({ how: "lost" });
    this.options.transport.destroy();
    this.#release();
    this.#conclusion.announce();
  }

  #sink(): ConnectionSink {
    const channel = this.#channel;
    const inlet = (): Channel<Frame> | Inbox => this.#inbox ?? channel;
    return {
      get freePlaces(): number {
        return channel.isClosed ? Number.MAX_SAFE_INTEGER : inlet().freePlaces;
      },
      get freeBytes(): number {
        return channel.isClosed ? Number.MAX_SAFE_INTEGER : inlet().freeBytes;
      },
      data: (frame) => inlet().put(frame),
      ping: (frame) => this.ping(frame),
      pong: (frame) => void this.pong(frame),
      peerClose: (reason) => this.#behindData(() => this.#inputOver({ how: "peerClose", reason })),
      violation: (error) =>
        this.#behindData(() => this.#inputOver({ how: "failure", error, reason: closeReasonOf(error) })),
    };
  }

  /** The last event of the connection. Where our Close went out before it, there is nothing left to exchange. */
  #inputOver(ending: Ending): void {
    this.#end(ending);
    this.#channel.close();
    if (this.connection.state.name === "closed") this.#closing.exchanged();
    this.#conclusion.announce();
  }
}
