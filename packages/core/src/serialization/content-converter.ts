import type { StandardSchemaV1 } from "@standard-schema/spec";
import { SluiceError, show } from "../errors.js";
import type { Frame } from "../frame.js";

/**
 * Turns values into messages and back. One converter serves every session, so it keeps nothing between two calls.
 * Ktor: `WebsocketContentConverter`.
 *
 * ```ts
 * const lines: WebSocketContentConverter = {
 *   isApplicable: (frame) => frame.type === "text",
 *   serialize: (value) => new Frame.Text(`${value}\n`),
 *   deserialize: (frame) => (frame.type === "text" ? frame.readText().trimEnd() : undefined),
 * };
 * ```
 */
export interface WebSocketContentConverter {
  /**
   * The message that stands for `value`; a promise of it where the work is asynchronous.
   *
   * @throws WebSocketSerializeError (`WEBSOCKET_SERIALIZE`) for a value that it cannot write. Any other error that it
   * throws is taken for the cause of one.
   */
  serialize(value: unknown): Frame | Promise<Frame>;
  /**
   * The value that a message stands for, or a promise of it. Called only where the frame is applicable.
   *
   * @throws WebSocketDeserializeError (`WEBSOCKET_DESERIALIZE`) for a message that it cannot read. Any other error that
   * it throws is taken for the cause of one.
   */
  deserialize(frame: Frame): unknown;
  /** Whether frames like this one can be read: what is not applicable ends in a `WebSocketDeserializeError`. */
  isApplicable(frame: Frame): boolean;
}

/** What a `WebSocketDeserializeError` tells besides its message. */
export interface WebSocketDeserializeErrorOptions {
  /** The message as it came. */
  readonly frame: Frame;
  /** What the converter or the schema threw. */
  readonly cause?: unknown;
  /** What the schema found. */
  readonly issues?: readonly StandardSchemaV1.Issue[];
}

/**
 * A message came that the converter cannot read, or that the schema does not allow. The session stays open and the next
 * message can be received. Ktor: `WebsocketDeserializeException`.
 */
export class WebSocketDeserializeError extends SluiceError {
  readonly code = "WEBSOCKET_DESERIALIZE";
  /** The message as it came. */
  readonly frame: Frame;
  /** What the schema found; `undefined` when the message did not come as far as the schema. */
  readonly issues: readonly StandardSchemaV1.Issue[] | undefined;

  constructor(message: string, options: WebSocketDeserializeErrorOptions) {
    super(message, options);
    this.frame = options.frame;
    this.issues = options.issues;
  }
}

/** What a `WebSocketSerializeError` tells besides its message. */
export interface WebSocketSerializeErrorOptions {
  /** What was to be sent. */
  readonly value: unknown;
  /** What the converter threw. */
  readonly cause?: unknown;
}

/** A value cannot be written by the converter; nothing was sent. */
export class WebSocketSerializeError extends SluiceError {
  readonly code = "WEBSOCKET_SERIALIZE";
  /** What was to be sent. */
  readonly value: unknown;

  constructor(message: string, options: WebSocketSerializeErrorOptions) {
    super(message, options);
    this.value = options.value;
  }
}

/** The session has no converter: the option `contentConverter` was left out. Ktor: `WebsocketConverterNotFoundException`. */
export class WebSocketConverterNotFoundError extends SluiceError {
  readonly code = "WEBSOCKET_CONVERTER_NOT_FOUND";

  constructor() {
    super("There is no content converter: set one with the option contentConverter of WebSockets");
  }
}

/** What an error says, whatever was thrown. @internal */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : show(thrown);
}
