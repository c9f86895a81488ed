import type { Codec } from "@sluice/codec-wasm";
import { headerSize, Info, MAX_HEADER_SIZE } from "@sluice/codec-wasm";
import { FrameTooBigError, InvalidFrameError } from "../errors.js";
import type { Frame } from "../frame.js";
import { Opcode } from "../frame-type.js";
import type { ConnectionOutput, MaskKeys } from "./connection-options.js";
import type { ConnectionLimits } from "./limits.js";
import { checkText, NOT_UTF8 } from "./message-text.js";

export interface FrameWriterOptions {
  readonly codec: Codec;
  readonly output: ConnectionOutput;
  readonly limits: ConnectionLimits;
  readonly masking: boolean;
  readonly maskKeys: MaskKeys;
  /** The RSV bits (`Info.rsv1` …) that extensions own on the first frame of a message, and on others. Default none. */
  readonly messageRsv?: number | undefined;
  readonly continuationRsv?: number | undefined;
}

/** Payloads from here on, in bytes, are written from where they are instead of being copied into the batch. */
const LARGE_PAYLOAD = 16 * 1024;

/**
 * Text from here on, in UTF-16 units, is made bytes before it is written: encoding it into the batch would reserve three
 * bytes for each unit, three times what ASCII needs.
 */
const LARGE_TEXT = LARGE_PAYLOAD / 2;

const encoder = new TextEncoder();

/** From frames to bytes: what may follow what, sizes, masking. What it refuses leaves no trace. */
export class FrameWriter {
  /** Whether frames written from now on are masked. */
  masking: boolean;

  readonly #codec: Codec;
  readonly #output: ConnectionOutput;
  readonly #limits: ConnectionLimits;
  readonly #maskKeys: MaskKeys;
  readonly #messageRsv: number;
  readonly #continuationRsv: number;

  /** The opcode of the message whose FIN is still to be written, or 0; and of the one whose FIN is still to be given. */
  #written = 0;
  #unfinished = 0;
  /** An unfinished UTF-8 sequence of that message, as the codec keeps it. */
  #pendingText = 0;

  constructor(options: FrameWriterOptions) {
    this.#codec = options.codec;
    this.#output = options.output;
    this.#limits = options.limits;
    this.#maskKeys = options.maskKeys;
    this.#messageRsv = options.messageRsv ?? 0;
    this.#continuationRsv = options.continuationRsv ?? 0;
    this.masking = options.masking;
  }

  /**
   * Writes a message, or a fragment of one.
   *
   * @throws FrameTooBigError (`FRAME_TOO_BIG`) over `maxFrameSize`.
   * @throws InvalidFrameError (`INVALID_FRAME`) when a message of another type is unfinished, text is not UTF-8, or an RSV
   * bit is set that no extension owns.
   */
  data(frame: Frame.Data): void {
    this.admit(frame);
    this.write(frame);
  }

  /** Checks a frame that is to be written, as it is or as extensions make it. Throws as `data`. */
  admit(frame: Frame.Data): void {
    const { opcode } = frame.frameType;
    this.checkSize(frame.payload);
    this.#checkRsv(frame, this.#unfinished);
    this.#checkType(frame, this.#unfinished);
    if (frame.type === "text") {
      const pending = checkText(this.#codec, frame, this.#pendingText);
      if (pending === NOT_UTF8) throw new InvalidFrameError("The bytes of a text message are not UTF-8", frame);
      this.#pendingText = pending;
    }
    this.#unfinished = frame.fin ? 0 : opcode;
  }

  /**
   * Writes a frame that was admitted, or what extensions made of it.
   *
   * @throws InvalidFrameError (`INVALID_FRAME`) where it does not fit what was written before.
   */
  write(frame: Frame.Data): void {
    const { opcode } = frame.frameType;
    this.#checkRsv(frame, this.#written);
    this.#checkType(frame, this.#written);
    const firstByte = frame.bits | (this.#written === 0 ? opcode : Opcode.continuation);
    this.#encode(firstByte & Info.firstByte, frame.payload);
    this.#written = frame.fin ? 0 : opcode;
  }

  /** Writes a text message. Throws as `data`. */
  text(text: string): void {
    if (this.#unfinished !== 0) throw new InvalidFrameError("A message is unfinished: send its last fragment first");
    this.checkSize(text);
    this.#encode(Info.fin | Opcode.text, text);
  }

  /** Writes a control frame, which may stand between the fragments of a message (RFC 6455 section 5.4). */
  control(opcode: number, payload: Uint8Array): void {
    this.#encode(Info.fin | opcode, payload);
  }

  /** @throws FrameTooBigError (`FRAME_TOO_BIG`) when `payload` is over `maxFrameSize`. */
  checkSize(payload: string | Uint8Array): void {
    const { maxFrameSize } = this.#limits;
    if (typeof payload === "string") {
      if (payload.length * 3 <= maxFrameSize) return;
      const size = this.#codec.textSize(payload);
      if (size > maxFrameSize) throw new FrameTooBigError(size, maxFrameSize);
    } else if (payload.length > maxFrameSize) {
      throw new FrameTooBigError(payload.length, maxFrameSize);
    }
  }

  #checkRsv(frame: Frame.Data, unfinished: number): void {
    const owned = unfinished === 0 ? this.#messageRsv : this.#continuationRsv;
    if ((frame.bits & Info.rsv & ~owned) === 0) return;
    throw new InvalidFrameError("A reserved bit is set, and no extension of this session owns it", frame);
  }

  #checkType(frame: Frame.Data, unfinished: number): void {
    if (unfinished === 0 || unfinished === frame.frameType.opcode) return;
    throw new InvalidFrameError("A message of another type is unfinished: send its last fragment first", frame);
  }

  #encode(firstByte: number, given: string | Uint8Array): void {
    const payload = typeof given === "string" && given.length >= LARGE_TEXT ? encoder.encode(given) : given;
    const maskKey = this.masking ? this.#maskKeys.randomMaskKey() : undefined;
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
