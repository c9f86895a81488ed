import type { FrameCursorOptions, ParseError } from "../../src/index.js";
import { ParseError as Errors } from "../../src/index.js";

/** A frame as a reader has it when it is complete. */
export interface OracleFrame {
  readonly first: number;
  readonly payload: number[];
  /** Whether it was checked as UTF-8. */
  readonly text: boolean;
}

const RSV = 0x70;

/**
 * What a codec must find, worked out one byte at a time and without a thought for speed. It shares no code, no state and
 * no way of thinking with either backend.
 */
export class Oracle {
  readonly frames: OracleFrame[] = [];
  error: ParseError = Errors.none;
  errorOffset = 0;
  errorLength = 0n;
  readonly #options: Required<FrameCursorOptions>;
  #offset = 0;
  #header: number[] = [];
  #frame: { first: number; key: number[]; length: bigint; payload: number[]; text: boolean } | undefined;
  #message: { text: boolean; size: bigint } | undefined;
  #sequence: number[] = [];

  constructor(options: FrameCursorOptions) {
    this.#options = { limitMessages: true, validateText: true, messageRsv: 0, continuationRsv: 0, ...options };
  }

  push(bytes: Iterable<number>): void {
    for (const byte of bytes) {
      if (this.error !== Errors.none) return;
      if (this.#frame === undefined) this.#headerByte(byte);
      else this.#payloadByte(byte);
      this.#offset++;
      this.#endFrame();
    }
  }

  #headerByte(byte: number): void {
    this.#header.push(byte);
    const header = this.#header;
    const error = this.#headerError(header);
    if (error !== Errors.none) {
      this.error = error;
      this.errorOffset = this.#offset;
      return;
    }
    const second = header[1] ?? 0;
    const masked = second >= 128;
    if (header.length >= 2 && header.length === 2 + lengthBytes(second) + (masked ? 4 : 0)) {
      this.#begin(header[0] ?? 0, declaredLength(header), masked ? header.slice(-4) : [0, 0, 0, 0]);
    }
  }

  /** What the last byte of an unfinished header decides. */
  #headerError(header: readonly number[]): ParseError {
    const [first = 0, second = 0, third = 0] = header;
    if (header.length === 1) return this.#firstByteError(first);
    const control = first % 16 >= 8;
    const masked = second >= 128;
    if (header.length === 2) {
      const mustBeMasked = this.#options.role === "server";
      if (mustBeMasked && !masked) return Errors.maskMissing;
      if (!mustBeMasked && masked) return Errors.maskForbidden;
      if (control && second % 128 > 125) return Errors.controlTooLong;
    }
    const size = lengthBytes(second);
    if (size === 8 && header.length === 3 && third >= 128) return Errors.lengthTopBit;
    if (size === 8 && header.length === 8 && header.slice(2).every((byte) => byte === 0))
      return Errors.lengthNotMinimal;
    if (header.length !== 2 + size) return Errors.none;
    const declared = declaredLength(header);
    if (size === 2 && declared < 126n) return Errors.lengthNotMinimal;
    const error = control ? Errors.none : this.#sizeError(first % 16, declared);
    if (error !== Errors.none) this.errorLength = declared;
    return error;
  }

  #firstByteError(first: number): ParseError {
    const opcode = first % 16;
    const owned = opcode >= 8 ? 0 : opcode === 0 ? this.#options.continuationRsv : this.#options.messageRsv;
    for (const bit of [0x40, 0x20, 0x10]) {
      if ((first & bit) !== 0 && (owned & bit) === 0) return Errors.reservedBits;
    }
    if (![0, 1, 2, 8, 9, 10].includes(opcode)) return Errors.reservedOpcode;
    if (opcode === 0 && this.#message === undefined) return Errors.unexpectedContinuation;
    if ((opcode === 1 || opcode === 2) && this.#message !== undefined) return Errors.messageUnfinished;
    if (opcode >= 8 && first < 128) return Errors.fragmentedControl;
    return Errors.none;
  }

  #sizeError(opcode: number, declared: bigint): ParseError {
    const limit = BigInt(this.#options.maxFrameSize);
    if (declared > limit) return Errors.frameTooBig;
    const before = opcode === 0 ? (this.#message?.size ?? 0n) : 0n;
    return this.#options.limitMessages && before + declared > limit ? Errors.messageTooBig : Errors.none;
  }

  #begin(first: number, length: bigint, key: number[]): void {
    this.#header = [];
    const opcode = first % 16;
    const plain = (first & RSV) === 0;
    let text = false;
    if (opcode === 1 || opcode === 2) {
      text = opcode === 1 && plain && this.#options.validateText;
      this.#sequence = [];
      this.#message = { text, size: length };
    } else if (opcode === 0 && this.#message !== undefined) {
      // Once an extension has touched a fragment, the rest of the message is not text as it stands.
      text = this.#message.text && plain;
      this.#message = { text, size: this.#message.size + length };
    }
    this.#frame = { first, key, length, payload: [], text };
  }

  #payloadByte(masked: number): void {
    const frame = this.#frame;
    if (frame === undefined) return;
    const byte = masked ^ (frame.key[frame.payload.length % 4] ?? 0);
    frame.payload.push(byte);
    if (!frame.text) return;
    this.#sequence.push(byte);
    const verdict = judgeSequence(this.#sequence);
    if (verdict === "wrong") this.#failText();
    else if (verdict === "complete") this.#sequence = [];
  }

  /** At the byte that is being read, or at the place after it once it was counted. */
  #failText(): void {
    this.error = Errors.invalidUtf8;
    this.errorOffset = this.#offset;
  }

  #endFrame(): void {
    const frame = this.#frame;
    if (frame === undefined || this.error !== Errors.none || BigInt(frame.payload.length) !== frame.length) return;
    const endsMessage = frame.first % 16 < 8 && frame.first >= 128;
    if (endsMessage) this.#message = undefined;
    if (endsMessage && frame.text && this.#sequence.length > 0) {
      this.#failText();
    } else {
      this.frames.push({ first: frame.first, payload: frame.payload, text: frame.text });
      this.#frame = undefined;
    }
  }
}

/** How many bytes after the second hold the length. */
function lengthBytes(second: number): number {
  if (second % 128 === 127) return 8;
  return second % 128 === 126 ? 2 : 0;
}

/** The length that a header declares whose length bytes are all there. */
function declaredLength(header: readonly number[]): bigint {
  const second = header[1] ?? 0;
  const size = lengthBytes(second);
  if (size === 0) return BigInt(second % 128);
  return header.slice(2, 2 + size).reduce((sum, value) => sum * 256n + BigInt(value), 0n);
}

/** Whether some code point's encoding is, or begins with, `bytes`: by arithmetic on code points, not by a table of bytes. */
export function judgeSequence(bytes: readonly number[]): "complete" | "open" | "wrong" {
  const lead = bytes[0] ?? 0;
  if (lead < 0x80) return "complete";
  const size = [0b110, 0b1110, 0b11110].findIndex((prefix, index) => lead >> (5 - index) === prefix) + 2;
  if (size < 2) return "wrong";
  let low = lead & (0x7f >> size);
  let high = low;
  for (let index = 1; index < size; index++) {
    const byte = bytes[index];
    if (byte !== undefined && byte >> 6 !== 0b10) return "wrong";
    low = low * 64 + (byte === undefined ? 0 : byte % 64);
    high = high * 64 + (byte === undefined ? 63 : byte % 64);
  }
  const smallest = [0, 0, 0x80, 0x800, 0x1_0000][size] ?? 0;
  const isScalar = low <= 0x10_ffff && high >= smallest && !(low >= 0xd800 && high <= 0xdfff);
  if (!isScalar) return "wrong";
  return bytes.length === size ? "complete" : "open";
}
