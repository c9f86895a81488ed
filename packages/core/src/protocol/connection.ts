import { CloseReason, checkSendable } from "../close-reason.js";
import type { SluiceError } from "../errors.js";
import { ClosedSendChannelError, InvalidFrameError, ProtocolViolationError, show } from "../errors.js";
import { Frame, markWellFormed } from "../frame.js";
import { Opcode } from "../frame-type.js";
import { Backlog } from "./backlog.js";
import type { CloseState } from "./close-handshake.js";
import { CLOSED, closeReceived, closeSent, failed, maySend, OPEN } from "./close-handshake.js";
import type { ConnectionOptions, ConnectionSink, ReceiveStatus } from "./connection-options.js";
import type { FrameReader } from "./frame-reader.js";
import { FrameWriter } from "./frame-writer.js";
import type { ConnectionLimits } from "./limits.js";
import { checkMaxFrameSize } from "./limits.js";
import { checkText, NOT_UTF8 } from "./message-text.js";
import { closeReasonOf } from "./violations.js";

/** What one call of `receive` or `resume` parses at most; the rest waits for a later turn, so that others get theirs. */
const FRAMES_A_TURN = 1024;
const BYTES_A_TURN = 512 * 1024;

/**
 * What `resume` takes from the backlog at least, and for each free place. A reader with room for one frame at a time
 * would otherwise have the whole rest copied for every frame.
 */
const SMALLEST_WINDOW = 4096;
const WINDOW_A_PLACE = 1024;

const NOTHING = new Uint8Array(0);

/** What the types rule out, and a caller without them may still hand over. */
function refuse(value: never): never {
  throw new InvalidFrameError(`Frames are sent here, got ${show(value)}`);
}

/**
 * The protocol of one connection: bytes in, events out; frames in, bytes out. Synchronous, without promises, clocks or
 * randomness of its own. It never sends a Close inside `receive`: the peer's Close and a violation are reported as the
 * last event and answered by `finish`, so that the frames in front of them are answered first.
 */
export class Connection extends FrameWriter {
  readonly #sink: ConnectionSink;
  /** While bytes are parsed, and where a chunk ended inside a frame or a message. */
  #reader: FrameReader | undefined;
  /** Bytes since the handshake, while there is no reader. */
  #offset = 0;
  /** While there is something in it. */
  #backlog: Backlog | undefined;
  /** What waits of a character that the next fragment goes on with, of a message that extensions restored. */
  #acceptedText = 0;
  #state: CloseState = OPEN;
  #receiving = false;

  /** @throws InvalidOptionError (`INVALID_OPTION`) when `limits.maxFrameSize` is not a whole number of bytes from 0 to 2^31 - 1. */
  constructor(options: ConnectionOptions) {
    checkMaxFrameSize(options.limits.maxFrameSize, "limits.maxFrameSize");
    super(options);
    this.#sink = options.sink;
  }

  get state(): CloseState {
    return this.#state;
  }

  /** What the connection may cost. Others may have the same object: to change a limit is to give another. */
  get limits(): ConnectionLimits {
    return this.currentLimits;
  }

  /** May be changed at any time; holds from the next header and the next `send`. */
  set limits(limits: ConnectionLimits) {
    this.currentLimits = limits;
    this.#reader?.moveTo(limits, this.#reader.offset);
  }

  /** Bytes that wait for `resume`. */
  get backlog(): number {
    return this.#backlog?.size ?? 0;
  }

  /** Parses a chunk that lies in the codec's `readBuffer`. Every byte is taken: what is not parsed now waits in the backlog. */
  receive(start: number, end: number): ReceiveStatus {
    const reader = this.enter();
    try {
      if (this.inputEnded()) return "ended";
      if (this.backlog > 0) {
        this.keep(reader, start, end);
        return this.report(reader, "paused");
      }
      const status = this.parse(reader, start, end);
      if (status === "paused") this.keep(reader, reader.position, end);
      return this.report(reader, status);
    } finally {
      this.leave(reader);
    }
  }

  /** Parses the backlog, or a part of it. To be called in a turn of its own when there is room again. */
  resume(): ReceiveStatus {
    const reader = this.enter();
    try {
      if (this.inputEnded()) return "ended";
      const places = this.ignoresData() ? BYTES_A_TURN : this.#sink.freePlaces;
      const window = Math.max(SMALLEST_WINDOW, places * WINDOW_A_PLACE, reader.remaining);
      const size = this.#backlog?.copyTo(this.profile.codec.readBuffer, Math.min(window, BYTES_A_TURN)) ?? 0;
      const status = this.parse(reader, 0, size);
      this.#backlog?.consume(reader.position);
      if (this.backlog === 0) this.#backlog = undefined;
      return this.report(reader, status === "more" && this.backlog > 0 ? "paused" : status);
    } finally {
      this.leave(reader);
    }
  }

  /**
   * Encodes a frame. A Close begins, or ends, the closing handshake.
   *
   * @throws ClosedSendChannelError (`CLOSED_SEND_CHANNEL`) after our Close.
   * @throws FrameTooBigError (`FRAME_TOO_BIG`) over `maxFrameSize`; nothing went out.
   * @throws InvalidFrameError (`INVALID_FRAME`) when a message of another type is unfinished, text is not UTF-8, an RSV bit is set, or it is no frame; nothing went out.
   * @throws InvalidCloseReasonError (`INVALID_CLOSE_REASON`) for a Close whose code must not go on the wire.
   */
  send(frame: Frame): void {
    if (!maySend(this.#state)) throw new ClosedSendChannelError();
    switch (frame.type) {
      case "text":
      case "binary":
        this.writeMessage(frame);
        break;
      case "ping":
      case "pong":
        this.writeControl(frame.frameType.opcode, frame.data);
        break;
      case "close":
        this.sendClose(frame.readReason());
        break;
      default:
        refuse(frame);
    }
  }

  /** Checks a data frame that extensions work on before it is sent. Throws as `send`. */
  admit(frame: Frame.Data): void {
    if (!maySend(this.#state)) throw new ClosedSendChannelError();
    this.checkMessage(frame);
  }

  /**
   * Encodes what extensions made of a frame that was admitted.
   *
   * @throws ClosedSendChannelError (`CLOSED_SEND_CHANNEL`) after our Close, and InvalidFrameError (`INVALID_FRAME`) where the
   * frame does not fit those before it.
   */
  sendAdmitted(frame: Frame.Data): void {
    if (!maySend(this.#state)) throw new ClosedSendChannelError();
    this.writeChecked(frame);
  }

  /**
   * Checks what extensions made of a frame that was received, and gives it. Its text could not be checked before: the
   * bytes on the wire were not the text's.
   *
   * @throws FrameTooBigError (`FRAME_TOO_BIG`) over `maxFrameSize`, and ProtocolViolationError (`PROTOCOL_VIOLATION`) where
   * text is not UTF-8.
   */
  accept(frame: Frame.Data): Frame.Data {
    this.checkSize(frame.payload);
    if (frame.type === "text" && this.profile.validateText) {
      const pending = checkText(this.profile.codec, frame, this.#acceptedText);
      if (pending === NOT_UTF8) {
        throw new ProtocolViolationError("INVALID_UTF8", 1007, "A text message is not UTF-8 (RFC 6455 section 8.1)");
      }
      this.#acceptedText = pending;
      if (pending === 0 && frame.fin) markWellFormed(frame);
    }
    return frame;
  }

  /** Encodes a text message. Throws as `send`. */
  sendText(text: string): void {
    if (!maySend(this.#state)) throw new ClosedSendChannelError();
    this.writeText(text);
  }

  /**
   * Sends our Close, unless it went out before: begins the closing handshake, or ends it as `finish` does. In a raw
   * connection the peer's Close is answered with what is given here. The code 1005 stands for an empty Close.
   *
   * @throws InvalidCloseReasonError (`INVALID_CLOSE_REASON`) for a code that must not go on the wire.
   */
  close(reason: CloseReason): void {
    checkSendable(reason);
    const { name } = this.#state;
    if (name === "open" || (name === "peerClosed" && this.profile.raw)) this.sendClose(reason);
    else this.finish();
  }

  /** Sends the Close that the peer's Close, or a violation, is to be answered with. Does nothing in any other state. */
  finish(): void {
    const state = this.#state;
    if (state.name === "peerClosed") {
      // The answer carries the code (RFC 6455 section 5.5.1), not the words.
      this.sendClose(state.received === null ? null : new CloseReason(state.received.code));
    } else if (state.name === "failed") {
      this.sendClose(state.answer);
    }
  }

  /**
   * Ends the input with a rule that only the sink knows, and that the frame being reported breaks. To be called from inside
   * the sink's `data`, `ping` or `pong`; what was parsed together with that frame is still reported, and `violation` last.
   */
  violate(error: SluiceError): void {
    if (this.#reader !== undefined) this.#reader.end = { error };
  }

  /**
   * Ends reading with an error that is not in the bytes: a limit outside, a timeout, an overflow, a failed job. Reports
   * nothing. `answer` is the reason of the Close that `finish` sends.
   */
  fail(error: unknown, answer: CloseReason = closeReasonOf(error)): void {
    this.#state = failed(this.#state, error, answer);
    this.dropInput();
  }

  /** The transport is gone: nothing more goes in or out, and what was held is let go. */
  lose(): void {
    this.#state = CLOSED;
    this.dropInput();
  }

  private enter(): FrameReader {
    if (this.#receiving) throw new Error("Connection.receive was entered from inside Connection.receive");
    this.#receiving = true;
    this.#reader ??= this.profile.lendReader(this.limits, this.#offset);
    return this.#reader;
  }

  /** Keeps the reader only where it has something to remember. */
  private leave(reader: FrameReader): void {
    this.#receiving = false;
    if (!reader.isIdle) return;
    this.#offset = reader.offset;
    this.#reader = undefined;
    this.profile.takeReader(reader);
  }

  private inputEnded(): boolean {
    return this.#state.name !== "open" && this.#state.name !== "closing";
  }

  /**
   * After our Close data is read, to find the peer's, and thrown away: there is always room for it. A raw connection shows
   * the peer's frames up to its Close all the same.
   */
  private ignoresData(): boolean {
    return this.#state.name === "closing" && !this.profile.raw;
  }

  /** Parses until the chunk, the room or the turn's budget is used up. */
  private parse(reader: FrameReader, start: number, end: number): ReceiveStatus {
    const sink = this.#sink;
    reader.begin(start);
    let frames = FRAMES_A_TURN;
    const turnEnd = Math.min(end, start + BYTES_A_TURN);
    while (reader.position < turnEnd) {
      const ignoring = this.ignoresData();
      const places = ignoring ? frames : Math.min(frames, sink.freePlaces);
      const room = ignoring ? Number.POSITIVE_INFINITY : sink.freeBytes;
      if (places <= 0 || room <= 0) return "paused";
      frames -= reader.read(turnEnd, places, room);
      this.emit(reader);
      if (reader.end !== undefined) return "ended";
    }
    return reader.position < end ? "paused" : "more";
  }

  private emit(reader: FrameReader): void {
    const { ready, found } = reader;
    if (found === 0) return;
    const isWanted = !this.ignoresData() && !this.inputEnded();
    for (let index = 0; index < found; index++) {
      const frame = ready[index] as Frame;
      ready[index] = undefined;
      if (!isWanted) continue;
      if (this.profile.raw || frame.type === "text" || frame.type === "binary") this.#sink.data(frame);
      else if (frame.type === "ping") this.#sink.ping(frame);
      else if (frame.type === "pong") this.#sink.pong(frame);
    }
    reader.found = 0;
  }

  /** Reports the end, where the input has come to one. */
  private report({ end }: FrameReader, status: ReceiveStatus): ReceiveStatus {
    if (end === undefined) return status;
    this.dropInput();
    if ("error" in end) {
      this.#state = failed(this.#state, end.error, closeReasonOf(end.error));
      this.#sink.violation(end.error);
    } else {
      this.#state = closeReceived(this.#state, end.close);
      this.#sink.peerClose(end.close);
    }
    return "ended";
  }

  /** Keeps the unparsed, still masked rest of a chunk. */
  private keep(reader: FrameReader, start: number, end: number): void {
    this.#backlog ??= new Backlog(this.profile.retained);
    if (this.#backlog.keep(this.profile.codec.readBuffer, start, end)) return;
    reader.exceedRetained("The process holds too many bytes of unparsed input");
  }

  private dropInput(): void {
    this.#backlog?.drop();
    this.#reader?.drop();
  }

  /** One place sends every Close. 1005 says in words what an empty one says without. */
  private sendClose(reason: CloseReason | null): void {
    if (reason !== null) checkSendable(reason);
    const isEmpty = reason === null || reason.code === CloseReason.Codes.NO_STATUS;
    this.writeControl(Opcode.close, isEmpty ? NOTHING : new Frame.Close(reason).data);
    this.#state = closeSent(this.#state, isEmpty ? null : reason);
  }
}
