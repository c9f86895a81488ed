import type { Backend, Codec } from "./codec.js";
import { headerSize, MAX_HEADER_SIZE } from "./codec.js";
import type { FrameCursor } from "./cursor.js";
import { writeHeader } from "./header.js";
import { checkFirstByte, checkLength, checkRange, checkRoom } from "./misuse.js";
import type { CodecSelection } from "./selection.js";
import type { BytePacking, TextAccess } from "./text-access.js";

/**
 * What both backends share: encoding. A header is ten stores, and copying a payload is the engine's own `set`; neither
 * gains from WebAssembly. Only masking differs, and that is the backend's.
 */
export abstract class CodecBase implements Codec {
  abstract readonly backend: Backend;
  abstract readonly readBuffer: Uint8Array;
  abstract readonly descriptors: Uint32Array;
  abstract readonly slab: Uint8Array;
  readonly selection: CodecSelection;
  protected readonly text: TextAccess;

  get packing(): BytePacking | undefined {
    return this.text.packing;
  }

  protected constructor(selection: CodecSelection, text: TextAccess) {
    this.selection = selection;
    this.text = text;
  }

  abstract parse(cursor: FrameCursor, maxFrames: number): number;
  abstract mask(bytes: Uint8Array, start: number, end: number, key: number, phase?: number): void;
  abstract validateUtf8(bytes: Uint8Array, start: number, end: number, pending?: number): number;

  /** Masks a range that is known to lie inside `bytes`. */
  protected abstract maskRange(bytes: Uint8Array, start: number, end: number, key: number): void;

  decodeText(bytes: Uint8Array, start: number, end: number, ascii: boolean): string {
    checkRange(start, end, bytes.length);
    return this.text.decode(bytes, start, end, ascii);
  }

  textSize(text: string): number {
    return this.text.byteLength(text);
  }

  encodeHeader(target: Uint8Array, at: number, firstByte: number, length: number, maskKey: number | undefined): number {
    checkFirstByte(firstByte);
    checkLength(length);
    checkRoom(target, at, headerSize(length, maskKey !== undefined));
    return writeHeader(target, at, firstByte, length, maskKey);
  }

  encodeFrame(
    target: Uint8Array,
    at: number,
    firstByte: number,
    payload: Uint8Array,
    maskKey: number | undefined,
  ): number {
    checkFirstByte(firstByte);
    const length = payload.length;
    const header = headerSize(length, maskKey !== undefined);
    const size = header + length;
    checkRoom(target, at, size);
    // The payload first: where it lies in `target` itself, the header might overwrite its beginning.
    target.set(payload, at + header);
    writeHeader(target, at, firstByte, length, maskKey);
    if (maskKey !== undefined) this.maskRange(target, at + header, at + size, maskKey);
    return size;
  }

  encodeText(target: Uint8Array, at: number, firstByte: number, text: string, maskKey: number | undefined): number {
    checkFirstByte(firstByte);
    checkRoom(target, at, MAX_HEADER_SIZE + 3 * text.length);
    const masked = maskKey !== undefined;
    // The length in bytes is known only after encoding. ASCII is the guess; where it was wrong and the header is of
    // another size, the payload moves by two bytes, or six around 64 KiB. Encoding twice would cost more.
    const guess = headerSize(text.length, masked);
    const length = this.text.encode(text, target, at + guess);
    const header = headerSize(length, masked);
    if (header !== guess) target.copyWithin(at + header, at + guess, at + guess + length);
    writeHeader(target, at, firstByte, length, maskKey);
    if (masked) this.maskRange(target, at + header, at + header + length, maskKey);
    return header + length;
  }
}
