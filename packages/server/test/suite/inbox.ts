import type { WireFrame } from "../support/wire.js";
import { readFrame } from "../support/wire.js";

/** What a peer got from the server, to be waited for. */
export class Inbox {
  #chunks: Buffer[] = [];
  #size = 0;
  /** Bytes that there must be before looking at them is of use. */
  #needed = 0;
  #over = false;
  #wake: () => void = () => undefined;

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size >= this.#needed) this.#wake();
  }

  /** Nothing more will come. */
  end(): void {
    this.#over = true;
    this.#wake();
  }

  /** A response's head, without its empty line. */
  async head(): Promise<string> {
    for (;;) {
      const bytes = this.#bytes();
      const end = bytes.indexOf("\r\n\r\n");
      if (end !== -1) {
        this.#keep(bytes.subarray(end + 4));
        return bytes.toString("latin1", 0, end);
      }
      await this.#more();
    }
  }

  /** The next frame. */
  async frame(): Promise<WireFrame> {
    for (;;) {
      if (this.#size >= this.#needed) {
        const bytes = this.#bytes();
        const read = readFrame(bytes);
        this.#needed = read === undefined ? sizeOf(bytes) : 0;
        if (read !== undefined) {
          this.#keep(bytes.subarray(read.size));
          return read.frame;
        }
      }
      await this.#more();
    }
  }

  /** Waits until the server has ended its side. Frames that nobody took by then are an error. */
  async ended(): Promise<void> {
    while (!this.#over) await this.#next();
    if (this.#size > 0) throw new Error(`The server sent ${this.#size} bytes that nobody expected`);
  }

  #bytes(): Buffer {
    if (this.#chunks.length !== 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0] as Buffer;
  }

  #keep(bytes: Buffer): void {
    this.#chunks = [bytes];
    this.#size = bytes.length;
  }

  async #more(): Promise<void> {
    if (this.#over) throw new Error("The server ended the connection");
    await this.#next();
  }

  async #next(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** How many bytes a frame of the server has, as far as its beginning tells. */
function sizeOf(bytes: Buffer): number {
  if (bytes.length < 2) return 2;
  const short = (bytes[1] ?? 0) & 0x7f;
  if (short < 126) return 2 + short;
  const header = short === 126 ? 4 : 10;
  if (bytes.length < header) return header;
  return header + (short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2)));
}
