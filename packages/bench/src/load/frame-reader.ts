import { LoadFailure } from "./failure.js";

/** What a data frame was, once it is complete. */
export interface ReadFrame {
  readonly firstByte: number;
  /** Its bytes, where they were asked for. */
  readonly payload: Buffer | undefined;
  readonly length: number;
}

const FIRST_CONTROL = 8;

/** Reads the frames of a server whose lengths are not known before. */
export class FrameReader {
  readonly #keepPayloads: boolean;
  readonly #header: Buffer = Buffer.alloc(10);
  #headerLength = 0;
  #length = 0;
  /** Bytes of the payload that are still to come; less than 0 while the header is read. */
  #left = -1;
  #parts: Buffer[] = [];

  constructor(keepPayloads: boolean) {
    this.#keepPayloads = keepPayloads;
  }

  /** Whether a frame has begun and not ended. */
  get midFrame(): boolean {
    return this.#headerLength > 0;
  }

  /** Calls `frame` for each that ends in the first `length` bytes. @throws LoadFailure for a masked or a control frame. */
  read(bytes: Buffer, length: number, frame: (frame: ReadFrame) => void): void {
    let at = 0;
    while (at < length || this.#left === 0) {
      if (this.#left < 0) {
        this.#header[this.#headerLength++] = bytes[at++] ?? 0;
        if (this.#headerIsWhole()) this.#left = this.#length;
        continue;
      }
      const part = Math.min(this.#left, length - at);
      if (this.#keepPayloads) this.#parts.push(Buffer.from(bytes.subarray(at, at + part)));
      at += part;
      this.#left -= part;
      if (this.#left > 0) return;
      frame({
        firstByte: this.#header[0] ?? 0,
        payload: this.#keepPayloads ? Buffer.concat(this.#parts) : undefined,
        length: this.#length,
      });
      this.#parts = [];
      this.#headerLength = 0;
      this.#left = -1;
    }
  }

  #headerIsWhole(): boolean {
    const header = this.#header;
    if (this.#headerLength < 2) return false;
    const [first = 0, second = 0] = header;
    if ((first & 15) >= FIRST_CONTROL || second >= 128) {
      throw new LoadFailure(`the server sent a frame that was not expected: ${header.toString("hex", 0, 2)}`);
    }
    const size = second < 126 ? 2 : second === 126 ? 4 : 10;
    if (this.#headerLength < size) return false;
    this.#length = second < 126 ? second : second === 126 ? header.readUInt16BE(2) : Number(header.readBigUInt64BE(2));
    return true;
  }
}
