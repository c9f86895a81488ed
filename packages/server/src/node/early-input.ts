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
   * @param gone is called once, when the client has gone before `giveBack`.
   */
  constructor(socket: Socket, head: Uint8Array, gone: () => void) {
    this.#socket = socket;
    this.#gone = gone;
    socket.on("data", this.#keep);
    socket.on("end", this.#leave);
    socket.on("close", this.#leave);
    this.#keep(head);
  }

  /** Puts back what came, in order: whoever listens next, in this turn, gets it first. */
  giveBack(): void {
    const socket = this.#socket;
    this.#stop();
    socket.pause();
    for (const chunk of this.#chunks.reverse()) if (chunk.length > 0) socket.unshift(chunk);
    socket.resume();
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
