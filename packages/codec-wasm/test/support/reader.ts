import type { Codec, FrameCursorOptions, ParseError } from "../../src/index.js";
import { DESCRIPTOR_WORDS, ParseError as Errors, FrameCursor, Info, MAX_DESCRIPTORS } from "../../src/index.js";

/** Bytes on either side of a chunk that are watched. */
const GUARD = 16;

/** A frame put together from its pieces. */
export interface ReadFrame {
  first: number;
  payload: number[];
  text: boolean;
  ascii: boolean;
}

export interface ReadResult {
  readonly frames: ReadFrame[];
  readonly error: ParseError;
  readonly errorOffset: number;
  readonly errorLength: number;
}

/** How a reader is driven: numbers that a test fixes or draws. */
export interface Drive {
  /** `maxFrames` of the next call, 1 to `MAX_DESCRIPTORS`. Default: the most. */
  readonly maxFrames?: () => number;
  /** Where in the read buffer the next chunk is put. Default: at its beginning. */
  readonly place?: () => number;
}

/**
 * Reads frames through a codec as a connection does, and holds the codec to what `parse` promises of every call: what it
 * consumed, what it left masked, which pieces follow which.
 */
export class Reader {
  readonly cursor: FrameCursor;
  readonly frames: ReadFrame[] = [];
  readonly #codec: Codec;
  readonly #drive: Drive;
  #open: ReadFrame | undefined;
  #expected = 0;

  constructor(codec: Codec, options: FrameCursorOptions, drive: Drive = {}) {
    this.cursor = new FrameCursor(options);
    this.#codec = codec;
    this.#drive = drive;
  }

  /** One chunk, in as many calls as it takes. */
  push(chunk: Uint8Array): void {
    const { cursor } = this;
    const { readBuffer } = this.#codec;
    const place = this.#drive.place?.() ?? 0;
    // What lies around a chunk must not matter.
    const around = [Math.max(0, place - GUARD), place + chunk.length + GUARD] as const;
    readBuffer.fill(0xff, ...around);
    readBuffer.set(chunk, place);
    cursor.start = place;
    cursor.end = place + chunk.length;
    const begin = cursor.offset;
    for (;;) {
      const maxFrames = this.#drive.maxFrames?.() ?? MAX_DESCRIPTORS;
      const count = this.#codec.parse(cursor, maxFrames);
      for (let index = 0; index < count; index++) this.#take(index);
      const before = readBuffer.subarray(around[0], place);
      const behind = readBuffer.subarray(place + chunk.length, around[1]);
      if (![...before, ...behind].every((byte) => byte === 0xff)) throw new Error("a byte outside the chunk changed");
      const consumed = cursor.start - place;
      if (cursor.offset !== begin + consumed) throw new Error("offset and start went apart");
      if (cursor.error !== Errors.none) return;
      this.#expectMasked(chunk, place);
      if (count < maxFrames) {
        if (cursor.start !== cursor.end) throw new Error("stopped short of the chunk's end");
        return;
      }
    }
  }

  get result(): ReadResult {
    const { error, errorOffset, errorLength } = this.cursor;
    return { frames: this.frames, error, errorOffset, errorLength };
  }

  #take(index: number): void {
    const { descriptors, readBuffer } = this.#codec;
    const [info = 0, offset = 0, length = 0, remaining = 0] = descriptors.subarray(index * DESCRIPTOR_WORDS);
    const isFirst = (info & Info.first) !== 0;
    if (isFirst !== (this.#open === undefined)) throw new Error("a piece is out of order");
    if (this.#open !== undefined && remaining + length !== this.#expected) throw new Error("remaining does not add up");
    if (((info & Info.last) !== 0) !== (remaining === 0)) throw new Error("last and remaining disagree");
    const text = (info & Info.text) !== 0;
    const ascii = (info & Info.ascii) !== 0;
    const bytes = readBuffer.subarray(offset, offset + length);
    if (ascii !== (text && bytes.every((byte) => byte < 0x80))) throw new Error("the ascii flag is wrong");
    const frame = this.#open ?? { first: info & Info.firstByte, payload: [], text, ascii: true };
    if (frame.first !== (info & Info.firstByte) || frame.text !== text) throw new Error("pieces of a frame disagree");
    for (const byte of bytes) frame.payload.push(byte);
    frame.ascii &&= ascii;
    this.#open = remaining === 0 ? undefined : frame;
    this.#expected = remaining;
    if (remaining === 0) this.frames.push(frame);
  }

  /** Past the last piece nothing has been touched. */
  #expectMasked(chunk: Uint8Array, place: number): void {
    const { readBuffer } = this.#codec;
    for (let index = this.cursor.start; index < this.cursor.end; index++) {
      if (readBuffer[index] !== chunk[index - place]) throw new Error(`byte ${index - place} was unmasked too early`);
    }
  }
}

/** Reads `bytes` cut at `cuts` (ascending positions). */
export function read(
  codec: Codec,
  options: FrameCursorOptions,
  bytes: Uint8Array,
  cuts: readonly number[],
  drive?: Drive,
): ReadResult {
  const reader = new Reader(codec, options, drive);
  let from = 0;
  for (const to of [...cuts, bytes.length]) {
    reader.push(bytes.subarray(from, to));
    from = to;
  }
  return reader.result;
}
