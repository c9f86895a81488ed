import { isCancellation } from "../cancellation.js";
import type { ReceiveChannel } from "../channel/receive-channel.js";
import type { SendChannel } from "../channel/send-channel.js";
import type { CloseReason } from "../close-reason.js";
import { checkSendable } from "../close-reason.js";
import { CancelledError, InvalidFrameError, show } from "../errors.js";
import type { WebSocketExtension, WebSocketExtensionFactory } from "../extension/contract.js";
import { ExtensionNotNegotiatedError } from "../extension/errors.js";
import { Frame, isFrame } from "../frame.js";
import { checkMaxFrameSize } from "../protocol/limits.js";
import { closeReasonOf } from "../protocol/violations.js";
import { rejected } from "../rejection.js";
import type { WebSocketContentConverter } from "../serialization/content-converter.js";
import type { Deserialized, StandardSchemaV1 } from "../serialization/typed.js";
import { receiveDeserialized, sendSerialized } from "../serialization/typed.js";
import type { Job, JobBlock } from "./job.js";
import type { WebSocketSession } from "./session.js";
import type { SessionCore } from "./session-core.js";

const NONE: readonly WebSocketExtension[] = [];

/** What every session offers, over its core. */
export abstract class BaseSession<Core extends SessionCore> implements WebSocketSession {
  protected readonly core: Core;

  constructor(core: Core) {
    this.core = core;
  }

  get incoming(): ReceiveChannel<Frame> {
    return this.core.channel;
  }

  get outgoing(): SendChannel<Frame> {
    return this.core.outbox;
  }

  /** Resolves when the connection is gone, every job is done and nothing of the session is left. */
  get ended(): Promise<void> {
    return this.core.ended;
  }

  get isActive(): boolean {
    return this.core.isActive;
  }

  get closeReason(): Promise<CloseReason | null> {
    return this.core.conclusion.closeReason;
  }

  get converter(): WebSocketContentConverter | undefined {
    return this.core.options.converter;
  }

  get masking(): boolean {
    return this.core.connection.masking;
  }

  set masking(value: boolean) {
    this.core.connection.masking = value;
  }

  get maxFrameSize(): number {
    return this.core.connection.limits.maxFrameSize;
  }

  set maxFrameSize(value: number) {
    checkMaxFrameSize(value, "session.maxFrameSize");
    const { connection } = this.core;
    connection.limits = { maxFrameSize: value, maxFragments: connection.limits.maxFragments };
  }

  get signal(): AbortSignal {
    return this.core.conclusion.signal;
  }

  get extensions(): readonly WebSocketExtension[] {
    return this.core.pipeline?.extensions ?? NONE;
  }

  extension<Extension extends WebSocketExtension>(factory: WebSocketExtensionFactory<never, Extension>): Extension {
    const extension = this.extensionOrNull(factory);
    if (extension === null) throw new ExtensionNotNegotiatedError(factory.key);
    return extension;
  }

  extensionOrNull<Extension extends WebSocketExtension>(
    factory: WebSocketExtensionFactory<never, Extension>,
  ): Extension | null {
    return this.core.pipeline?.find(factory) ?? null;
  }

  send(message: string | Uint8Array | Frame): Promise<void> {
    const { outbox } = this.core;
    if (typeof message === "string") return outbox.sendText(message);
    if (isFrame(message)) return outbox.send(message);
    if (message instanceof Uint8Array) return outbox.send(new Frame.Binary(message));
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
    return this.core.outbox.flush();
  }

  close(reason?: CloseReason): Promise<void> {
    try {
      if (reason !== undefined) checkSendable(reason);
    } catch (error) {
      return rejected(error);
    }
    this.core.close(reason);
    return this.flush();
  }

  closeExceptionally(error: unknown): Promise<void> {
    return this.close(isCancellation(error) ? undefined : closeReasonOf(error));
  }

  cancel(cause: unknown = new CancelledError("The session was cancelled")): void {
    this.core.cancel(cause);
  }

  /** The handler is done: what the peer still sends is shown to nobody, and holds up nothing. */
  endInput(): void {
    this.core.endInput();
  }

  launch(block: JobBlock): Job {
    return this.core.conclusion.launch(block);
  }
}
