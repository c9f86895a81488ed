import { CloseReason } from "./close-reason.js";
import { InvalidFrameError, show } from "./errors.js";
import { FrameType, Opcode } from "./frame-type.js";
import { PackedBytes } from "./packed-bytes.js";

/** What a data frame can be made of. The bytes belong to the frame from then on: they are not copied, do not change them. */
export type Payload = string | Uint8Array | ArrayBuffer | ArrayBufferView;

/** @internal */
export type FramePayload = string | Uint8Array | PackedBytes;

export interface FrameOptions {
  /** Whether the frame ends its message. Default true. */
  readonly fin?: boolean;
  /** Bits that an extension owns. Default false. */
  readonly rsv1?: boolean;
  readonly rsv2?: boolean;
  readonly rsv3?: boolean;
}

/** The longest payload of a control frame in bytes (RFC 6455 section 5.5). */
const LONGEST_CONTROL_PAYLOAD = 125;

const FIN = 0x80;
const RSV1 = 0x40;
const RSV2 = 0x20;
const RSV3 = 0x10;

/** Set beside FIN and RSV on text whose bytes were checked as UTF-8; the codec's `Info.text`. */
const WELL_FORMED = 0x800;

const NO_BYTES = new Uint8Array(0);

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

abstract class BaseFrame {
  abstract readonly type: "text" | "binary" | "close" | "ping" | "pong";
  abstract readonly frameType: FrameType;

  // Declared alone: what a field of a class begins as is set by a function of its own, and costs a frame more than all else.
  /** FIN and RSV as they stand in a frame's first byte, and `WELL_FORMED`. @internal */
  declare bits: number;
  /** Text keeps what it was made of, and makes the other on demand; so does what came packed. @internal */
  declare payload: FramePayload;

  /** @internal */
  constructor(payload: FramePayload, bits: number) {
    this.payload = payload;
    this.bits = bits;
  }

  /** Whether the frame ends its message. */
  get fin(): boolean {
    return (this.bits & FIN) !== 0;
  }

  get rsv1(): boolean {
    return (this.bits & RSV1) !== 0;
  }

  get rsv2(): boolean {
    return (this.bits & RSV2) !== 0;
  }

  get rsv3(): boolean {
    return (this.bits & RSV3) !== 0;
  }

  /**
   * The payload, never copied: it stays valid for as long as the frame is held. Do not change it once the frame was sent. Its bytes may lie in the midst of a larger
   * `ArrayBuffer`, so that `data.byteOffset` counts; they begin where an array of any type may. `readBytes` gives an array
   * with a buffer of its own.
   */
  get data(): Uint8Array {
    const { payload } = this;
    if (typeof payload === "string") return encoder.encode(payload);
    if (!(payload instanceof PackedBytes)) return payload;
    const bytes = payload.unpack();
    this.payload = bytes;
    return bytes;
  }

  /** A copy of the payload. */
  readBytes(): Uint8Array {
    const { payload } = this;
    if (typeof payload === "string") return encoder.encode(payload);
    return payload instanceof PackedBytes ? payload.unpack() : new Uint8Array(payload);
  }
}

/** A text message, or a fragment of one. Ktor: `Frame.Text`. */
class TextFrame extends BaseFrame {
  get type(): "text" {
    return "text";
  }

  get frameType(): typeof FrameType.TEXT {
    return FrameType.TEXT;
  }

  /** @throws InvalidFrameError (`INVALID_FRAME`) when `payload` is neither a string nor bytes. */
  constructor(payload: Payload, options?: FrameOptions) {
    super(typeof payload === "string" ? payload : bytesOf(payload, "text"), bitsOf(options));
  }

  /** The text. @throws InvalidFrameError (`INVALID_FRAME`) on a fragment: it may end inside a character. */
  readText(): string {
    if (typeof this.payload === "string") return this.payload;
    if (!this.fin) throw new InvalidFrameError("Text can only be read from a whole message, not from a fragment", this);
    return decoder.decode(this.data);
  }

  copy(): TextFrame {
    return new TextFrame(typeof this.payload === "string" ? this.payload : this.readBytes(), this);
  }
}

/** A binary message, or a fragment of one. Ktor: `Frame.Binary`. */
class BinaryFrame extends BaseFrame {
  get type(): "binary" {
    return "binary";
  }

  get frameType(): typeof FrameType.BINARY {
    return FrameType.BINARY;
  }

  /** A string is taken as its UTF-8. @throws InvalidFrameError (`INVALID_FRAME`) when `payload` is neither a string nor bytes. */
  constructor(payload: Payload, options?: FrameOptions) {
    super(bytesOf(payload, "binary"), bitsOf(options));
  }

  copy(): BinaryFrame {
    return new BinaryFrame(this.readBytes(), this);
  }
}

abstract class ControlFrame extends BaseFrame {
  /** @internal */
  constructor(payload: Uint8Array, type: string) {
    super(payload, FIN);
    if (payload.length > LONGEST_CONTROL_PAYLOAD) {
      throw new InvalidFrameError(
        `A ${type} frame has at most ${LONGEST_CONTROL_PAYLOAD} bytes (RFC 6455 section 5.5), got ${payload.length}`,
      );
    }
  }
}

/** Ktor: `Frame.Close`. */
class CloseFrame extends ControlFrame {
  get type(): "close" {
    return "close";
  }

  get frameType(): typeof FrameType.CLOSE {
    return FrameType.CLOSE;
  }

  /**
   * A Close with a reason, with these bytes, or an empty one.
   *
   * @throws InvalidFrameError (`INVALID_FRAME`) over 125 bytes, and for a single byte.
   */
  constructor(reason?: CloseReason | Uint8Array) {
    super(
      reason instanceof CloseReason ? closePayload(reason) : bytesOf(reason ?? new Uint8Array(0), "close"),
      "close",
    );
    if (this.payload.length === 1) {
      throw new InvalidFrameError("The payload of a close frame is empty or begins with a code of two bytes");
    }
  }

  /** What the frame says, or `null` for an empty one (and for a body that is no reason). */
  readReason(): CloseReason | null {
    const { data } = this;
    if (data.length < 2) return null;
    const code = ((data[0] as number) << 8) | (data[1] as number);
    // Replacement characters for what is not UTF-8 may need more bytes than there were.
    return CloseReason.brief(code, decoder.decode(data.subarray(2)));
  }

  copy(): CloseFrame {
    return new CloseFrame(this.readBytes());
  }
}

/** Ktor: `Frame.Ping`. */
class PingFrame extends ControlFrame {
  get type(): "ping" {
    return "ping";
  }

  get frameType(): typeof FrameType.PING {
    return FrameType.PING;
  }

  /** @throws InvalidFrameError (`INVALID_FRAME`) over 125 bytes. */
  constructor(payload: Payload = new Uint8Array(0)) {
    super(bytesOf(payload, "ping"), "ping");
  }

  copy(): PingFrame {
    return new PingFrame(this.readBytes());
  }
}

/** Ktor: `Frame.Pong`. */
class PongFrame extends ControlFrame {
  get type(): "pong" {
    return "pong";
  }

  get frameType(): typeof FrameType.PONG {
    return FrameType.PONG;
  }

  /** @throws InvalidFrameError (`INVALID_FRAME`) over 125 bytes. */
  constructor(payload: Payload = new Uint8Array(0)) {
    super(bytesOf(payload, "pong"), "pong");
  }

  copy(): PongFrame {
    return new PongFrame(this.readBytes());
  }
}

/**
 * One WebSocket frame, or a whole message. Narrow it by `type`:
 *
 * ```ts
 * if (frame.type === "text") console.log(frame.readText());
 * await session.send(new Frame.Binary(bytes));
 * ```
 */
export type Frame = TextFrame | BinaryFrame | CloseFrame | PingFrame | PongFrame;

/** The frame classes, under Ktor's names. */
export const Frame: {
  readonly Text: typeof TextFrame;
  readonly Binary: typeof BinaryFrame;
  readonly Close: typeof CloseFrame;
  readonly Ping: typeof PingFrame;
  readonly Pong: typeof PongFrame;
} = { Text: TextFrame, Binary: BinaryFrame, Close: CloseFrame, Ping: PingFrame, Pong: PongFrame };

export declare namespace Frame {
  export type Text = TextFrame;
  export type Binary = BinaryFrame;
  export type Close = CloseFrame;
  export type Ping = PingFrame;
  export type Pong = PongFrame;
  export type Data = TextFrame | BinaryFrame;
}

/** Whether a value is a frame of this package. */
export function isFrame(value: unknown): value is Frame {
  return value instanceof BaseFrame;
}

/** The bytes that a frame counts for in a channel's budget: exact for bytes, UTF-16 units for text that is still a string. */
export function budgetSize(frame: Frame): number {
  return frame.payload.length;
}

/** Whether the frame is UTF-8 by itself, beyond doubt: a string, or a message that was checked when it came. @internal */
export function isWellFormed(frame: Frame): boolean {
  return typeof frame.payload === "string" || (frame.bits & WELL_FORMED) !== 0;
}

/** The bytes of a whole text message were checked as UTF-8. @internal */
export function markWellFormed(frame: Frame.Text): void {
  frame.bits |= WELL_FORMED;
}

/** The frame of a whole binary message. @internal */
export function binaryFrame(payload: Uint8Array | PackedBytes): Frame.Binary {
  const frame = new BinaryFrame(NO_BYTES);
  frame.payload = payload;
  return frame;
}

/** Makes the frame of a parsed payload; `firstByte` holds FIN and RSV, and the codec's `Info.text`. @internal */
export function frameOf(opcode: number, firstByte: number, payload: string | Uint8Array): Frame {
  switch (opcode) {
    case Opcode.text: {
      const frame = new TextFrame(payload, optionsOf(firstByte));
      frame.bits |= firstByte & WELL_FORMED;
      return frame;
    }
    case Opcode.binary:
      return new BinaryFrame(payload, optionsOf(firstByte));
    case Opcode.close:
      return new CloseFrame(payload as Uint8Array);
    case Opcode.ping:
      return new PingFrame(payload);
    case Opcode.pong:
      return new PongFrame(payload);
    default:
      throw new InvalidFrameError(`No frame has the opcode ${opcode}`);
  }
}

function optionsOf(firstByte: number): FrameOptions | undefined {
  if ((firstByte & 0xf0) === FIN) return undefined;
  return {
    fin: (firstByte & FIN) !== 0,
    rsv1: (firstByte & RSV1) !== 0,
    rsv2: (firstByte & RSV2) !== 0,
    rsv3: (firstByte & RSV3) !== 0,
  };
}

function bitsOf(options: FrameOptions | undefined): number {
  if (options === undefined) return FIN;
  return (
    (options.fin === false ? 0 : FIN) |
    (options.rsv1 === true ? RSV1 : 0) |
    (options.rsv2 === true ? RSV2 : 0) |
    (options.rsv3 === true ? RSV3 : 0)
  );
}

function bytesOf(payload: Payload, type: string): Uint8Array {
  if (payload instanceof Uint8Array) return payload;
  if (typeof payload === "string") return encoder.encode(payload);
  if (payload instanceof ArrayBuffer) return new Uint8Array(payload);
  if (ArrayBuffer.isView(payload)) return new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength);
  throw new InvalidFrameError(`The payload of a ${type} frame is a string or bytes, got ${show(payload)}`);
}

function closePayload(reason: CloseReason): Uint8Array {
  const message = encoder.encode(reason.message);
  const payload = new Uint8Array(2 + message.length);
  payload[0] = reason.code >> 8;
  payload[1] = reason.code & 0xff;
  payload.set(message, 2);
  return payload;
}
