import type { Socket } from "node:net";

/** Bytes that are read ahead of an answer; past them they wait in the kernel, and with the client. */
const MOST = 64 * 1024;

/**
 * Reads what a client sends before its handshake is answered, and keeps it for the session. Reading is also how one learns
 * that the client has gone: a client that ends its side before the answer wants none, for it could not be a session.
 */
export class EarlyInput {
  readonly #socket: Socket;
  readonly #gone: () => void;
  readonly #chunks: Uint8Array[] = [];
  #size = 0;

  /**
   * @param head what came right behind the request.
   * @param gone is called once, when the client has gone before `take`.
   */
  constructor(socket: Socket, head: Uint8Array, gone: () => void) {
    this.#socket = socket;
    this.#gone = gone;
    socket.on("data", this.#keep);
    socket.on("end", this.#leave);
    socket.on("close", this.#leave);
    this.#keep(head);
  }

  /** What came, in order. What comes behind it is for who listens, and resumes the socket, in this turn. */
  take(): Uint8Array {
    this.#stop();
    return Buffer.concat(this.#chunks);
  }

  readonly #keep = (chunk: Uint8Array): void => {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size >= MOST) this.#socket.pause();
  };

  readonly #leave = (): void => {
    this.#stop();
    this.#gone();
  };

  #stop(): void {
    const socket = this.#socket;
    socket.removeListener("data", this.#keep);
    socket.removeListener("end", this.#leave);
    socket.removeListener("close", this.#leave);
  }
}
