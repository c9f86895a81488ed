import type { Frame } from "./frame.js";

/**
 * The root of every error that Sluice throws. Match `code`, never the message.
 *
 * ```
 * SluiceError
 * ├── InvalidOptionError              INVALID_OPTION
 * ├── FrameTooBigError                FRAME_TOO_BIG            1009
 * ├── ProtocolViolationError          PROTOCOL_VIOLATION       1002, 1007, 1008
 * ├── ChannelOverflowError            CHANNEL_OVERFLOW         1008
 * ├── PingTimeoutError                PING_TIMEOUT             1011
 * ├── ClosedReceiveChannelError       CLOSED_RECEIVE_CHANNEL
 * ├── ClosedSendChannelError          CLOSED_SEND_CHANNEL
 * ├── CancelledError                  CANCELLED
 * ├── InvalidFrameError               INVALID_FRAME
 * ├── InvalidCloseReasonError         INVALID_CLOSE_REASON
 * ├── WebSocketDeserializeError       WEBSOCKET_DESERIALIZE
 * ├── WebSocketSerializeError         WEBSOCKET_SERIALIZE
 * ├── WebSocketConverterNotFoundError WEBSOCKET_CONVERTER_NOT_FOUND
 * ├── MalformedExtensionHeaderError   MALFORMED_EXTENSION_HEADER
 * ├── ExtensionConflictError          EXTENSION_CONFLICT
 * ├── ExtensionNotNegotiatedError     EXTENSION_NOT_NEGOTIATED
 * ├── InvalidExtensionAnswerError     INVALID_EXTENSION_ANSWER
 * ├── InvalidExtensionFrameError      INVALID_EXTENSION_FRAME  1011
 * └── StateFlowReplayError            STATE_FLOW_REPLAY
 * ```
 */
export abstract class SluiceError extends Error {
  /** Stable between releases. */
  abstract readonly code: string;
  /** The close code that this error ends a session with, where it ends one (RFC 6455 section 7.4.1). */
  readonly closeCode: number | undefined = undefined;

  override get name(): string {
    return this.constructor.name;
  }
}

/** An option has a value that it cannot have. */
export class InvalidOptionError extends SluiceError {
  readonly code = "INVALID_OPTION";

  constructor(
    /** The option, as the user wrote it: `"channels.incoming.capacity"`. */
    readonly option: string,
    readonly value: unknown,
    expected: string,
  ) {
    super(`${option} must be ${expected}, got ${show(value)}`);
  }
}

/** A frame or message is over `maxFrameSize`. Ktor: `FrameTooBigException`. */
export class FrameTooBigError extends SluiceError {
  readonly code = "FRAME_TOO_BIG";
  override readonly closeCode = 1009;

  constructor(
    /** Bytes, as far as they are known: what the header declared, or what has come. */
    readonly size: number,
    readonly maxFrameSize: number,
    /** Bytes since the handshake, where the frame came from the network. */
    readonly offset?: number,
  ) {
    super(`A frame of ${size} bytes is over maxFrameSize (${maxFrameSize} bytes)`);
  }
}

/** What exactly the peer did wrong; see `ProtocolViolationError.violation`. */
export type Violation =
  | "RESERVED_BITS"
  | "RESERVED_OPCODE"
  | "UNEXPECTED_CONTINUATION"
  | "MESSAGE_UNFINISHED"
  | "FRAGMENTED_CONTROL_FRAME"
  | "MASK_MISSING"
  | "MASK_FORBIDDEN"
  | "CONTROL_FRAME_TOO_LONG"
  | "LENGTH_NOT_MINIMAL"
  | "LENGTH_TOP_BIT"
  | "INVALID_UTF8"
  | "INVALID_CLOSE_PAYLOAD"
  | "INVALID_CLOSE_CODE"
  | "TOO_MANY_FRAGMENTS"
  | "RETAINED_BYTES_EXCEEDED"
  | "NOT_READ_FOR_TOO_LONG"
  | "MESSAGE_RATE_EXCEEDED";

/** The peer broke the protocol, or a limit other than the frame size. Ktor: `ProtocolViolationException`. */
export class ProtocolViolationError extends SluiceError {
  readonly code = "PROTOCOL_VIOLATION";

  constructor(
    readonly violation: Violation,
    override readonly closeCode: 1002 | 1007 | 1008,
    message: string,
    /** Where, in bytes since the first byte after the handshake. */
    readonly offset?: number,
  ) {
    super(message);
  }
}

/** A channel with the overflow policy "close" was full. Ktor: `ChannelOverflowException`. */
export class ChannelOverflowError extends SluiceError {
  readonly code = "CHANNEL_OVERFLOW";
  override readonly closeCode = 1008;

  constructor(
    readonly channel: "incoming" | "outgoing",
    readonly capacity: number,
  ) {
    super(`The ${channel} channel is full (${capacity} frames) and its overflow policy is "close"`);
  }
}

/** Nothing came from the peer within `timeout` after a ping. */
export class PingTimeoutError extends SluiceError {
  readonly code = "PING_TIMEOUT";
  override readonly closeCode = 1011;

  constructor(
    /** Milliseconds. */
    readonly timeout: number,
  ) {
    super(`Ping timeout: no byte from the peer within ${timeout} ms`);
  }
}

/** Nothing more can be received. Ktor: `ClosedReceiveChannelException`. */
export class ClosedReceiveChannelError extends SluiceError {
  readonly code = "CLOSED_RECEIVE_CHANNEL";

  constructor() {
    super("The channel is closed for receiving");
  }
}

/** Nothing more can be sent. Ktor: `ClosedSendChannelException`. */
export class ClosedSendChannelError extends SluiceError {
  readonly code = "CLOSED_SEND_CHANNEL";

  constructor() {
    super("The channel is closed for sending");
  }
}

/** The session or channel was cancelled without another cause. Ktor: `CancellationException`. */
export class CancelledError extends SluiceError {
  readonly code = "CANCELLED";

  constructor(message = "Cancelled") {
    super(message);
  }
}

/** A frame cannot be built like this. */
export class InvalidFrameError extends SluiceError {
  readonly code = "INVALID_FRAME";

  constructor(
    message: string,
    readonly frame?: Frame,
  ) {
    super(message);
  }
}

/** A close reason cannot be built, or not be sent, like this. */
export class InvalidCloseReasonError extends SluiceError {
  readonly code = "INVALID_CLOSE_REASON";
}

/** A value for an error message: short, and never a throw. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  if (typeof value === "function") return "a function";
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "an array" : "an object";
  return String(value);
}
