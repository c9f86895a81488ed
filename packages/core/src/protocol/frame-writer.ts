import { headerSize, Info, MAX_HEADER_SIZE } from "@sluice/codec-wasm";
import { FrameTooBigError, InvalidFrameError } from "../errors.js";
import type { Frame, FramePayload } from "../frame.js";
import { Opcode } from "../frame-type.js";
import { PackedBytes } from "../packed-bytes.js";
import type { ConnectionOptions, ConnectionOutput, OutputBatch } from "./connection-options.js";
import type { ConnectionProfile } from "./connection-profile.js";
import type { ConnectionLimits } from "./limits.js";
import { checkText, NOT_UTF8 } from "./message-text.js";
import { LARGE_PAYLOAD } from "./payloads.js";
import { Repetition } from "./repetition.js";
import type { Sent } from "./shared-frames.js";
import { SharedFrames } from "./shared-frames.js";

/**
 * Text from here on, in UTF-16 units, is made bytes before it is written: encoding it into the batch would reserve three
 * bytes for each unit, three times what ASCII needs.
 */
const LARGE_TEXT = LARGE_PAYLOAD / 2;

const encoder = new TextEncoder();

/** Of all connections: unmasked, a frame is the same bytes for everybody. */
const repetition = new Repetition();

/** The bytes of large texts, for frames that go to many sessions. */
const encodedTexts = new WeakMap<Frame.Data, Uint8Array>();

function encodedOnce(frame: Frame.Data, text: string): Uint8Array {
  const known = encodedTexts.get(frame);
  if (known !== undefined) return known;
  const encoded = encoder.encode(text);
  encodedTexts.set(frame, encoded);
  return encoded;
}

/**
 * A connection's way out, from frames to bytes: what may follow what, sizes, masking. What it refuses leaves no trace. The
 * connection is one itself, for an idle one is to hold few objects.
 */
export abstract class FrameWriter {
  /** Whether frames written from now on are masked. */
  masking: boolean;
  protected readonly profile: ConnectionProfile;
  /** Of them `maxFrameSize` holds here. */
  protected currentLimits: ConnectionLimits;

  readonly #output: ConnectionOutput;

  /** The opcode of the message whose FIN is still to be written, or 0; and of the one whose FIN is still to be given. */
  #written = 0;
  #unfinished = 0;
  /** An unfinished UTF-8 sequence of that message, as the codec keeps it. */
  #pendingText = 0;

  constructor({ profile, output, limits, masking }: ConnectionOptions) {
    this.profile = profile;
    this.#output = output;
    this.currentLimits = limits;
    this.masking = masking;
  }

  /**
   * Writes a message, or a fragment of one.
   *
   * @throws FrameTooBigError (`FRAME_TOO_BIG`) over `maxFrameSize`.
   * @throws InvalidFrameError (`INVALID_FRAME`) when a message of another type is unfinished, text is not UTF-8, or an RSV
   * bit is set that no extension owns.
   */
  protected writeMessage(frame: Frame.Data): void {
    this.checkMessage(frame);
    this.writeChecked(frame);
  }

  /** Checks a frame that is to be written, as it is or as extensions make it. Throws as `writeMessage`. */
  protected checkMessage(frame: Frame.Data): void {
    const { opcode } = frame.frameType;
    this.checkSize(frame.payload);
    this.checkRsv(frame, this.#unfinished);
    this.checkType(frame, this.#unfinished);
    if (frame.type === "text") {
      const pending = checkText(this.profile.codec, frame, this.#pendingText);
      if (pending === NOT_UTF8) throw new InvalidFrameError("The bytes of a text message are not UTF-8", frame);
      this.#pendingText = pending;
    }
    this.#unfinished = frame.fin ? 0 : opcode;
  }

  /**
   * Writes a frame that was checked, or what extensions made of it.
   *
   * @throws InvalidFrameError (`INVALID_FRAME`) where it does not fit what was written before.
   */
  protected writeChecked(frame: Frame.Data): void {
    const { opcode } = frame.frameType;
    this.checkRsv(frame, this.#written);
    this.checkType(frame, this.#written);
    const firstByte = frame.bits | (this.#written === 0 ? opcode : Opcode.continuation);
    const { payload } = frame;
    const isLargeText = typeof payload === "string" && payload.length >= LARGE_TEXT;
    this.encode(firstByte & Info.firstByte, isLargeText ? encodedOnce(frame, payload) : payload, frame);
    this.#written = frame.fin ? 0 : opcode;
  }

  /** Writes a text message. Throws as `writeMessage`. */
  protected writeText(text: string): void {
    if (this.#unfinished !== 0) throw new InvalidFrameError("A message is unfinished: send its last fragment first");
    this.checkSize(text);
    this.encode(Info.fin | Opcode.text, text.length >= LARGE_TEXT ? encoder.encode(text) : text, text);
  }

  /** Writes a control frame, which may stand between the fragments of a message (RFC 6455 section 5.4). */
  protected writeControl(opcode: number, payload: Uint8Array): void {
    this.encode(Info.fin | opcode, payload);
  }

  /** @throws FrameTooBigError (`FRAME_TOO_BIG`) when `payload` is over `maxFrameSize`. */
  checkSize(payload: FramePayload): void {
    const { maxFrameSize } = this.currentLimits;
    if (typeof payload === "string") {
      if (payload.length * 3 <= maxFrameSize) return;
      const size = this.profile.codec.textSize(payload);
      if (size > maxFrameSize) throw new FrameTooBigError(size, maxFrameSize);
    } else if (payload.length > maxFrameSize) {
      throw new FrameTooBigError(payload.length, maxFrameSize);
    }
  }

  private checkRsv(frame: Frame.Data, unfinished: number): void {
    const owned = unfinished === 0 ? this.profile.messageRsv : this.profile.continuationRsv;
    if ((frame.bits & Info.rsv & ~owned) === 0) return;
    throw new InvalidFrameError("A reserved bit is set, and no extension of this session owns it", frame);
  }

  private checkType(frame: Frame.Data, unfinished: number): void {
    if (unfinished === 0 || unfinished === frame.frameType.opcode) return;
    throw new InvalidFrameError("A message of another type is unfinished: send its last fragment first", frame);
  }

  /** @param sent what may be sent to others, too: data. */
  private encode(firstByte: number, payload: FramePayload, sent?: Sent): void {
    const output = this.#output;
    if (this.masking) {
      const bytes = payload instanceof PackedBytes ? payload.unpack() : payload;
      const batch = output.reserve(MAX_HEADER_SIZE + mostBytes(bytes));
      output.commit(this.encodeInto(batch, firstByte, bytes, this.profile.maskKeys.randomMaskKey()));
      return;
    }
    if (payload instanceof Uint8Array && payload.length >= LARGE_PAYLOAD) {
      const header = new Uint8Array(headerSize(payload.length, false));
      this.profile.codec.encodeHeader(header, 0, firstByte, payload.length, undefined);
      output.writeLarge(header, payload);
      return;
    }
    const most = MAX_HEADER_SIZE + mostBytes(payload);
    if (sent !== undefined) {
      const { waiting } = output;
      const mayShare = waiting === undefined || waiting instanceof SharedFrames;
      if (mayShare && this.share(waiting, firstByte, payload, sent, most)) return;
    }
    output.commit(this.encodeInto(output.reserve(most), firstByte, payload, undefined));
  }

  /** Sends a frame as others sent it, or the first of them do. @returns whether it did. */
  private share(
    waiting: SharedFrames | undefined,
    firstByte: number,
    payload: FramePayload,
    sent: Sent,
    most: number,
  ): boolean {
    let frames = repetition.find(waiting, sent, firstByte);
    if (frames === undefined) {
      const batch = repetition.begin(waiting, sent, most);
      if (batch === undefined) return false;
      const size = this.encodeInto(batch, firstByte, payload, undefined);
      frames = repetition.encoded(batch, waiting, sent, firstByte, size);
    }
    this.#output.share(frames, frames.length - (waiting?.length ?? 0));
    return true;
  }

  /** Encodes a frame behind the batch's end. @returns its size. */
  private encodeInto(
    { bytes, length: at }: OutputBatch,
    firstByte: number,
    payload: FramePayload,
    maskKey: number | undefined,
  ): number {
    const { codec } = this.profile;
    if (typeof payload === "string") return codec.encodeText(bytes, at, firstByte, payload, maskKey);
    if (payload instanceof Uint8Array) return codec.encodeFrame(bytes, at, firstByte, payload, maskKey);
    const header = codec.encodeHeader(bytes, at, firstByte, payload.length, undefined);
    payload.writeTo(bytes, at + header);
    return header + payload.length;
  }
}

/** The most bytes that a payload may take. */
function mostBytes(payload: FramePayload): number {
  return typeof payload === "string" ? payload.length * 3 : payload.length;
}
