import type { FrameCursor } from "./cursor.js";
import type { CodecSelection } from "./selection.js";
import type { BytePacking } from "./text-access.js";

/** What runs: the WebAssembly module, or the TypeScript reference. Both give the same results for every input. */
export type Backend = "wasm" | "typescript";

/** The size of `Codec.readBuffer` in bytes: the longest chunk that one `parse` sees. */
export const READ_BUFFER_SIZE: number = 512 * 1024;

/** The size of `Codec.slab` in bytes. */
export const SLAB_SIZE: number = 256 * 1024;

/** The longest frame header in bytes: two, eight of length, four of masking key (RFC 6455 section 5.2). */
export const MAX_HEADER_SIZE = 14;

/**
 * Masking, frame headers and UTF-8, for any number of connections in one process. Synchronous, without promises, timers
 * or user code. Its memory is allocated once and never grows.
 */
export interface Codec {
  readonly backend: Backend;

  /** What was asked for, what runs, and why. */
  readonly selection: CodecSelection;

  /**
   * Where a chunk lies while it is parsed. The caller writes the chunk here; `parse` unmasks it in place. Nothing in it
   * survives the next chunk, so payloads are copied out, or decoded, before anything else runs.
   */
  readonly readBuffer: Uint8Array;

  /**
   * The pieces of frames that the last `parse` found, `DESCRIPTOR_WORDS` words each: info (see `Info`), offset of the
   * payload in `readBuffer`, its length, and how many payload bytes of the frame come after this piece.
   */
  readonly descriptors: Uint32Array;

  /** Memory to encode into. Frames that are masked here are masked fastest; any other target works too. */
  readonly slab: Uint8Array;

  /**
   * Parses `readBuffer` from `cursor.start` to `cursor.end`: reads headers, unmasks payloads in place, checks text as
   * UTF-8, and writes a descriptor for each piece of payload.
   *
   * A frame that lies whole in the chunk is one piece. A frame that goes on in later chunks gives a piece for what is
   * there; it gives none while no byte of its payload is there. Header bytes at the end of the chunk and bytes of an
   * unfinished UTF-8 sequence are kept in the cursor.
   *
   * @param maxFrames the most pieces to return, 0 to `MAX_DESCRIPTORS`. Bytes past the last piece stay masked, and
   * `cursor.start` stands at the first of them.
   * @returns the number of descriptors. Pieces in front of an error are returned together with it; the piece that holds
   * it is not. See `cursor.error`, `cursor.errorOffset`, `ParseError`.
   *
   * On an error `cursor.start` stands where the frame begins that holds it, or, past its header, where its payload goes
   * on; what lies behind in `readBuffer` is not defined.
   * @throws RangeError when the cursor points outside `readBuffer`, or `maxFrames` or `cursor.maxFrameSize` is out of
   * range.
   */
  parse(cursor: FrameCursor, maxFrames: number): number;

  /**
   * Masks, or unmasks, `bytes` from `start` to `end` in place (RFC 6455 section 5.3).
   *
   * @param key the four key bytes, the first one lowest.
   * @param phase which key byte (0 to 3) meets `bytes[start]`. Default 0.
   * @throws RangeError when `start` and `end` are not a range of `bytes`.
   */
  mask(bytes: Uint8Array, start: number, end: number, key: number, phase?: number): void;

  /**
   * Checks a part of a UTF-8 text.
   *
   * @param pending what the call for the part before returned; 0 for the first.
   * @returns what waits for the next part (0 where the text may end here), or `-1 - index` of the first byte that cannot
   * continue a well-formed sequence (Unicode table 3-7).
   * @throws RangeError when `start` and `end` are not a range of `bytes`, or `pending` is nothing this method returns.
   */
  validateUtf8(bytes: Uint8Array, start: number, end: number, pending?: number): number;

  /**
   * Decodes well-formed UTF-8 from `bytes`. `ascii` promises that every byte is below 0x80.
   *
   * @throws RangeError when `start` and `end` are not a range of `bytes`.
   */
  decodeText(bytes: Uint8Array, start: number, end: number, ascii: boolean): string;

  /** How to keep bytes in a string, where the platform gains by that. */
  readonly packing: BytePacking | undefined;

  /** The UTF-8 length of `text` in bytes, lone surrogates counted as three. */
  textSize(text: string): number;

  /**
   * Writes the header of a frame at `target[at]`.
   *
   * @param firstByte FIN, RSV bits and opcode.
   * @param length payload bytes.
   * @param maskKey the masking key, the first byte lowest; `undefined` for an unmasked frame.
   * @returns the bytes written, `headerSize(length, masked)`.
   * @throws RangeError when `firstByte` is no byte, `length` no safe integer from 0 on, or there is no room.
   */
  encodeHeader(target: Uint8Array, at: number, firstByte: number, length: number, maskKey: number | undefined): number;

  /**
   * Writes a whole frame at `target[at]`, masked where there is a key; `payload` is not changed. Returns the bytes
   * written.
   *
   * @throws RangeError when `firstByte` is no byte or there is no room.
   */
  encodeFrame(
    target: Uint8Array,
    at: number,
    firstByte: number,
    payload: Uint8Array,
    maskKey: number | undefined,
  ): number;

  /**
   * Writes a whole frame with the UTF-8 of `text` at `target[at]`. Lone surrogates become EF BF BD. Needs room for
   * `MAX_HEADER_SIZE` and three bytes a UTF-16 unit, and may leave anything in what it does not use of that. Returns the
   * bytes written.
   *
   * @throws RangeError when `firstByte` is no byte or there is less room than that.
   */
  encodeText(target: Uint8Array, at: number, firstByte: number, text: string, maskKey: number | undefined): number;
}

/** The bytes of a frame header for a payload of `length` bytes (RFC 6455 section 5.2). */
export function headerSize(length: number, masked: boolean): number {
  const base = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  return masked ? base + 4 : base;
}
