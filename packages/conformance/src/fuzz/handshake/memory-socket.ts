import { Duplex } from "node:stream";

/** A connection of an HTTP server without a kernel in between: what it reads is handed in, what it writes is kept. */
export class MemorySocket extends Duplex {
  readonly #written: Buffer[] = [];
  /** Settles when the server has ended its side, or destroyed the connection. */
  readonly over: Promise<void>;

  constructor() {
    super({ allowHalfOpen: true });
    this.over = new Promise((resolve) => {
      this.once("finish", resolve);
      this.once("close", resolve);
    });
    this.on("error", ignore);
  }

  /** All that the server wrote, a character a byte. */
  get written(): string {
    return Buffer.concat(this.#written).toString("latin1");
  }

  override _read(): void {
    // Everything is pushed as soon as it is there.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#written.push(Buffer.from(chunk));
    callback();
  }

  // What a server asks of a socket besides.
  setTimeout(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }
}

function ignore(): void {
  // Whatever happens to it is seen in what it wrote.
}
