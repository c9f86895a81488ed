import type { Codec, Role } from "@sluice/codec-wasm";
import {
  DESCRIPTOR_WORDS,
  FrameCursor,
  headerSize,
  Info,
  MAX_DESCRIPTORS,
  MAX_HEADER_SIZE,
  ParseError,
} from "@sluice/codec-wasm";
import { CloseReason, isSendableCloseCode } from "../close-reason.js";
import type { SluiceError } from "../errors.js";
import {
  ClosedSendChannelError,
  FrameTooBigError,
  InvalidCloseReasonError,
  InvalidFrameError,
  ProtocolViolationError,
} from "../errors.js";
import { Frame, frameOf, isWellFormed } from "../frame.js";
import { Opcode } from "../frame-type.js";
import type { CloseState } from "./close-handshake.js";
import { CLOSED, closeReceived, closeSent, maySend, OPEN, violated } from "./close-handshake.js";
import { readClosePayload } from "./close-payload.js";
import type { ConnectionLimits, RetainedBytes } from "./limits.js";
import { Reassembly } from "./reassembly.js";
import { parseFailure } from "./violations.js";

/** What one connection reports, in the order of the wire. Nothing of it may throw or run code of a user. */
export interface ConnectionSink {
  /** Data frames that may come now. At 0 parsing pauses. */
  readonly freePlaces: number;
  /** Payload bytes that may come now; one frame may overshoot. At 0 or below parsing pauses. */
  readonly freeBytes: number;
  /** A whole message, or in a raw connection any frame. */
  data(frame: Frame): void;
  /** Not in a raw connection. */
  ping(frame: Frame.Ping): void;
  /** Not in a raw connection. */
  pong(frame: Frame.Pong): void;
  /** The peer's Close; `null` for an empty one. The last event. */
  peerClose(reason: CloseReason | null): void;
  /** The peer broke a rule. The last event. */
  violation(error: SluiceError): void;
}

/** Where a connection's frames are encoded to. A `Transport` is one. */
export interface ConnectionOutput {
  reserve(size: number): { readonly bytes: Uint8Array; readonly length: number };
  commit(size: number): void;
  writeLarge(header: Uint8Array, payload: Uint8Array): void;
}

export interface ConnectionOptions {
  readonly role: Role;
  readonly codec: Codec;
  readonly sink: ConnectionSink;
  readonly output: ConnectionOutput;
  readonly limits: ConnectionLimits;
  readonly retained: RetainedBytes;
  /** Whether every frame is reported as it came, fragments and control frames included. Default false. */
  readonly raw?: boolean;
  /** Whether text is checked as UTF-8. Default: unless `raw`. */
  readonly validateText?: boolean;
  /** Whether outgoing frames are masked at first. A client must (RFC 6455 section 5.1). */
  readonly masking: boolean;
  /** The next masking key, unpredictable (RFC 6455 section 5.3). */
  readonly nextMaskKey: () => number;
}

/**
 * What came of a chunk: all of it was parsed; or the rest waits in the backlog for `resume`; or nothing more is read,
 * because the last event was reported.
 */
export type ReceiveStatus = "more" | "paused" | "ended";

/** What one call of `receive` or `resume` parses at most; the rest waits for a later turn, so that others get theirs. */
const FRAMES_A_TURN = 1024;
const BYTES_A_TURN = 256 * 1024;

/** Payloads from here on, in bytes, are written from where they are instead of being copied into the batch. */
const LARGE_PAYLOAD = 16 * 1024;

/** A data frame in one piece, whole, without RSV bits: info without `ascii` and `text`. */
const WHOLE_TEXT = Info.first | Info.last | Info.fin | Opcode.text;
const WHOLE_BINARY = Info.first | Info.last | Info.fin | Opcode.binary;
const WHOLE_MASK = Info.first | Info.last | Info.firstByte;

const NOTHING = new Uint8Array(0);

/**
 * The protocol of one connection: bytes in, events out; frames in, bytes out. Synchronous, without promises, clocks or
 * randomness of its own. It never sends a Close inside `receive`: the peer's Close and a violation are reported as the
 * last event and answered by `finish`, so that the frames in front of them are answered first.
 */
export class Connection {
  readonly limits: ConnectionLimits;
  /** Whether frames sent from now on are masked. */
  masking: boolean;

  readonly #codec: Codec;
  readonly #sink: ConnectionSink;
  readonly #output: ConnectionOutput;
  readonly #retained: RetainedBytes;
  readonly #nextMaskKey: () => number;
  readonly #raw: boolean;
  readonly #cursor: FrameCursor;

  #state: CloseState = OPEN;
  #receiving = false;

  /** Raw bytes that came while parsing was paused, from `#backlogStart` on. */
  #backlog: Uint8Array = NOTHING;
  #backlogStart = 0;

  /** The unfinished data frame or message, and what it is. */
  #message: Reassembly | undefined;
  #messageFirstByte = 0;
  #fragments = 0;
  /** The control frame whose payload is under way. */
  #control: Reassembly | undefined;

  /** Frames of the chunk that are owned and not reported yet. */
  readonly #ready: Frame[] = [];
  #ending: { readonly close: CloseReason | null } | { readonly error: SluiceError } | undefined;

  /** The opcode of the outgoing message whose FIN is still to come, or 0. */
  #sending = 0;

  constructor(options: ConnectionOptions) {
    const raw = options.raw ?? false;
    this.limits = options.limits;
    this.masking = options.masking;
    this.#codec = options.codec;
    this.#sink = options.sink;
    this.#output = options.output;
    this.#retained = options.retained;
    this.#nextMaskKey = options.nextMaskKey;
    this.#raw = raw;
    this.#cursor = new FrameCursor({
      role: options.role,
      maxFrameSize: options.limits.maxFrameSize,
      limitMessages: !raw,
      validateText: options.validateText ?? !raw,
    });
  }

  get state(): CloseState {
    return this.#state;
  }

  /** Bytes that wait for `resume`. */
  get backlog(): number {
    return this.#backlog.length - this.#backlogStart;
  }

  /** Parses a chunk that lies in the codec's `readBuffer`. Every byte is taken: what is not parsed now waits in the backlog. */
  receive(start: number, end: number): ReceiveStatus {
    this.#enter();
    try {
      if (this.#inputEnded()) return "ended";
      if (this.backlog > 0) {
        this.#keep(start, end);
        return this.#report("paused");
      }
      const status = this.#parse(start, end);
      if (status === "paused") this.#keep(this.#cursor.start, end);
      return this.#report(status);
    } finally {
      this.#receiving = false;
    }
  }

  /** Parses the backlog. To be called in a turn of its own when there is room again. */
  resume(): ReceiveStatus {
    this.#enter();
    try {
      if (this.#inputEnded()) return "ended";
      const { readBuffer } = this.#codec;
      const size = Math.min(this.backlog, readBuffer.length);
      readBuffer.set(this.#backlog.subarray(this.#backlogStart, this.#backlogStart + size));
      const status = this.#parse(0, size);
      const parsed = this.#cursor.start;
      this.#backlogStart += parsed;
      this.#retained.release(parsed);
      if (this.backlog === 0) this.#dropBacklog();
      return this.#report(status === "more" && this.backlog > 0 ? "paused" : status);
    } finally {
      this.#receiving = false;
    }
  }

  /**
   * Encodes a frame. A Close begins the closing handshake.
   *
   * @throws ClosedSendChannelError (`CLOSED_SEND_CHANNEL`) after our Close.
   * @throws FrameTooBigError (`FRAME_TOO_BIG`) over `maxFrameSize`; nothing went out.
   * @throws InvalidFrameError (`INVALID_FRAME`) when a message of another type is unfinished, or text is not UTF-8.
   */
  send(frame: Frame): void {
    if (frame.type === "close") {
      this.#sendClose(frame.readReason());
      return;
    }
    if (!maySend(this.#state)) throw new ClosedSendChannelError();
    const { payload } = frame;
    const { opcode, controlFrame } = frame.frameType;
    if (controlFrame) {
      this.#encode(frame.bits | opcode, payload);
      return;
    }
    this.checkSize(payload);
    this.#checkData(frame, opcode);
    const firstByte = frame.bits | (this.#sending === 0 ? opcode : Opcode.continuation);
    this.#encode(firstByte & Info.firstByte, payload);
    this.#sending = frame.fin ? 0 : opcode;
  }

  /** Encodes a text message. Throws as `send`. */
  sendText(text: string): void {
    if (!maySend(this.#state)) throw new ClosedSendChannelError();
    if (this.#sending !== 0) throw new InvalidFrameError("A message is unfinished: send its last fragment first");
    this.checkSize(text);
    this.#encode(Info.fin | Opcode.text, text);
  }

  /** @throws FrameTooBigError (`FRAME_TOO_BIG`) when `payload` is over `maxFrameSize`. */
  checkSize(payload: string | Uint8Array): void {
    const { maxFrameSize } = this.limits;
    if (typeof payload === "string") {
      if (payload.length * 3 <= maxFrameSize) return;
      const size = this.#codec.textSize(payload);
      if (size > maxFrameSize) throw new FrameTooBigError(size, maxFrameSize);
    } else if (payload.length > maxFrameSize) {
      throw new FrameTooBigError(payload.length, maxFrameSize);
    }
  }

  /**
   * Sends our Close, unless it went out before: begins the closing handshake, or ends it as `finish` does. A reason with
   * the code 1005 stands for an empty Close.
   *
   * @throws InvalidCloseReasonError (`INVALID_CLOSE_REASON`) for a code that must not go on the wire.
   */
  close(reason: CloseReason): void {
    checkSendable(reason);
    if (this.#state.name !== "open") this.finish();
    else this.#sendClose(reason.code === CloseReason.Codes.NO_STATUS ? null : reason);
  }

  /** Sends the Close that the peer's Close, or a violation, is to be answered with. Does nothing in any other state. */
  finish(): void {
    const state = this.#state;
    if (state.name === "peerClosed") {
      const { received } = state;
      this.#sendClose(received === null ? null : new CloseReason(received.code));
    } else if (state.name === "failed") {
      const { error } = state;
      this.#sendClose(CloseReason.brief(error.closeCode ?? CloseReason.Codes.INTERNAL_ERROR, error.message));
    }
  }

  /** Ends reading with an error that is not in the bytes: a limit outside, a timeout, an overflow. Reports nothing. */
  fail(error: SluiceError): void {
    this.#state = violated(this.#state, error);
    this.#dropInput();
  }

  /** The transport is gone: nothing more goes in or out, and what was held is let go. */
  lose(): void {
    this.#state = CLOSED;
    this.#dropInput();
  }

  #enter(): void {
    if (this.#receiving) throw new Error("Connection.receive was entered from inside Connection.receive");
    this.#receiving = true;
  }

  #inputEnded(): boolean {
    return this.#state.name !== "open" && this.#state.name !== "closing";
  }

  /** Parses until the chunk, the room or the turn's budget is used up. Reads on at `#cursor.start`. */
  #parse(start: number, end: number): ReceiveStatus {
    const cursor = this.#cursor;
    cursor.maxFrameSize = this.limits.maxFrameSize;
    cursor.start = start;
    let frames = FRAMES_A_TURN;
    const turnEnd = Math.min(end, start + BYTES_A_TURN);
    while (cursor.start < turnEnd) {
      // Closing: data is thrown away, so there is always room for it.
      const closing = this.#state.name === "closing";
      const places = closing ? MAX_DESCRIPTORS : this.#sink.freePlaces;
      const room = closing ? BYTES_A_TURN : this.#sink.freeBytes;
      if (places <= 0 || room <= 0 || frames <= 0) return "paused";
      cursor.end = Math.min(turnEnd, cursor.start + room);
      const count = this.#codec.parse(cursor, Math.min(MAX_DESCRIPTORS, places, frames));
      frames -= count;
      this.#own(count);
      if (this.#ending === undefined && cursor.error !== ParseError.none)
        this.#ending = { error: parseFailure(cursor) };
      if (this.#ending !== undefined) return "ended";
      this.#emit();
      if (this.#inputEnded()) return "ended";
    }
    return cursor.start < end ? "paused" : "more";
  }

  /** Turns descriptors into frames that own their payload. No user code runs before all of them are owned. */
  #own(count: number): void {
    const codec = this.#codec;
    const { descriptors, readBuffer } = codec;
    const ready = this.#ready;
    for (let at = 0; at < count * DESCRIPTOR_WORDS && this.#ending === undefined; at += DESCRIPTOR_WORDS) {
      const info = descriptors[at] as number;
      const start = descriptors[at + 1] as number;
      const end = start + (descriptors[at + 2] as number);
      const kind = info & WHOLE_MASK;
      if (kind === WHOLE_TEXT && (info & Info.text) !== 0) {
        ready.push(new Frame.Text(codec.decodeText(readBuffer, start, end, (info & Info.ascii) !== 0)));
      } else if (kind === WHOLE_BINARY) {
        ready.push(new Frame.Binary(readBuffer.slice(start, end)));
      } else if ((info & 0x08) !== 0) {
        this.#ownControl(info, start, end);
      } else {
        this.#ownFragment(info, start, end, descriptors[at + 3] as number);
      }
    }
  }

  #ownControl(info: number, start: number, end: number): void {
    let payload: Uint8Array;
    if ((info & Info.first) !== 0 && (info & Info.last) !== 0) {
      payload = this.#codec.readBuffer.slice(start, end);
    } else {
      this.#control ??= new Reassembly();
      this.#control.append(this.#codec.readBuffer, start, end, 0);
      if ((info & Info.last) === 0) return;
      payload = this.#control.take();
      this.#control = undefined;
    }
    const opcode = info & Info.opcode;
    if (opcode !== Opcode.close) {
      this.#ready.push(frameOf(opcode, info, payload));
      return;
    }
    // The cursor stands at its `start`, in the stream and in the buffer; so the payload's place in the stream is known.
    const offset = this.#cursor.offset - (this.#cursor.start - end) - payload.length;
    const reason = readClosePayload(this.#codec, payload, offset);
    if (reason instanceof ProtocolViolationError) {
      this.#ending = { error: reason };
    } else {
      if (this.#raw) this.#ready.push(frameOf(opcode, info, payload));
      this.#ending = { close: reason };
    }
  }

  #ownFragment(info: number, start: number, end: number, remaining: number): void {
    if ((info & Info.first) !== 0) {
      const opcode = info & Info.opcode;
      if (opcode !== Opcode.continuation) {
        this.#messageFirstByte = info & Info.firstByte;
        this.#fragments = 0;
      }
      this.#fragments++;
      if (!this.#raw && this.#fragments > this.limits.maxFragments) {
        this.#violate("TOO_MANY_FRAGMENTS", `A message has more than ${this.limits.maxFragments} fragments`);
        return;
      }
    }
    if (end > start) {
      if (!this.#retained.take(end - start)) {
        this.#violate("RETAINED_BYTES_EXCEEDED", "The process holds too many bytes of unfinished messages");
        return;
      }
      this.#message ??= new Reassembly();
      this.#message.append(this.#codec.readBuffer, start, end, remaining);
    }
    const ends = (info & Info.last) !== 0 && (this.#raw || (info & Info.fin) !== 0);
    if (!ends) return;
    const first = this.#messageFirstByte;
    // A fragment keeps its own FIN and RSV bits and takes its message's type; a message takes the RSV bits of its first frame.
    const bits = this.#raw ? info & 0xf0 : (first & Info.rsv) | Info.fin | (info & Info.text);
    this.#ready.push(frameOf(first & Info.opcode, bits, this.#takeMessage()));
  }

  #takeMessage(): Uint8Array {
    const message = this.#message;
    if (message === undefined) return NOTHING;
    this.#retained.release(message.size);
    this.#message = undefined;
    return message.take();
  }

  #violate(violation: "TOO_MANY_FRAGMENTS" | "RETAINED_BYTES_EXCEEDED", message: string): void {
    this.#ending = { error: new ProtocolViolationError(violation, 1008, message, this.#cursor.offset) };
  }

  #emit(): void {
    const ready = this.#ready;
    if (ready.length === 0) return;
    if (this.#state.name === "open") {
      for (const frame of ready) {
        if (this.#raw || frame.type === "text" || frame.type === "binary") this.#sink.data(frame);
        else if (frame.type === "ping") this.#sink.ping(frame);
        else if (frame.type === "pong") this.#sink.pong(frame);
      }
    }
    ready.length = 0;
  }

  /** Reports what is owned, and then the ending. */
  #report(status: ReceiveStatus): ReceiveStatus {
    this.#emit();
    const ending = this.#ending;
    if (ending === undefined) return status;
    this.#ending = undefined;
    this.#dropInput();
    if ("error" in ending) {
      this.#state = violated(this.#state, ending.error);
      this.#sink.violation(ending.error);
    } else {
      this.#state = closeReceived(this.#state, ending.close);
      this.#sink.peerClose(ending.close);
    }
    return "ended";
  }

  /** Copies the unparsed, still masked rest of a chunk behind the backlog. */
  #keep(start: number, end: number): void {
    const size = end - start;
    if (size === 0 || this.#ending !== undefined) return;
    if (!this.#retained.take(size)) {
      this.#violate("RETAINED_BYTES_EXCEEDED", "The process holds too many bytes of unparsed input");
      return;
    }
    const { readBuffer } = this.#codec;
    if (this.backlog === 0) {
      this.#backlog = readBuffer.slice(start, end);
    } else {
      const joined = new Uint8Array(this.backlog + size);
      joined.set(this.#backlog.subarray(this.#backlogStart));
      joined.set(readBuffer.subarray(start, end), this.backlog);
      this.#backlog = joined;
    }
    this.#backlogStart = 0;
  }

  #dropBacklog(): void {
    this.#backlog = NOTHING;
    this.#backlogStart = 0;
  }

  #dropInput(): void {
    this.#retained.release(this.backlog + (this.#message?.size ?? 0));
    this.#dropBacklog();
    this.#message = undefined;
    this.#control = undefined;
  }

  #checkData(frame: Frame, opcode: number): void {
    if ((frame.bits & Info.rsv) !== 0) {
      throw new InvalidFrameError("A reserved bit is set, and no extension of this session owns it", frame);
    }
    if (this.#sending !== 0 && this.#sending !== opcode) {
      throw new InvalidFrameError("A message of another type is unfinished: send its last fragment first", frame);
    }
    if (opcode === Opcode.text && this.#sending === 0 && !isWellFormed(frame)) {
      const { data } = frame;
      if (this.#codec.validateUtf8(data, 0, data.length) !== 0) {
        throw new InvalidFrameError("The bytes of a text frame are not UTF-8", frame);
      }
    }
  }

  #sendClose(reason: CloseReason | null): void {
    if (!maySend(this.#state)) return;
    if (reason !== null) checkSendable(reason);
    this.#encode(Info.fin | Opcode.close, reason === null ? NOTHING : new Frame.Close(reason).data);
    this.#state = closeSent(this.#state, reason);
  }

  #encode(firstByte: number, payload: string | Uint8Array): void {
    const maskKey = this.masking ? this.#nextMaskKey() : undefined;
    const output = this.#output;
    if (typeof payload === "string") {
      const batch = output.reserve(MAX_HEADER_SIZE + payload.length * 3);
      output.commit(this.#codec.encodeText(batch.bytes, batch.length, firstByte, payload, maskKey));
    } else if (payload.length < LARGE_PAYLOAD || maskKey !== undefined) {
      const batch = output.reserve(MAX_HEADER_SIZE + payload.length);
      output.commit(this.#codec.encodeFrame(batch.bytes, batch.length, firstByte, payload, maskKey));
    } else {
      const header = new Uint8Array(headerSize(payload.length, false));
      this.#codec.encodeHeader(header, 0, firstByte, payload.length, undefined);
      output.writeLarge(header, payload);
    }
  }
}

function checkSendable(reason: CloseReason): void {
  if (reason.code === CloseReason.Codes.NO_STATUS || isSendableCloseCode(reason.code)) return;
  throw new InvalidCloseReasonError(`The close code ${reason.code} must not be sent (RFC 6455 section 7.4)`);
}
