import type { Socket } from "node:net";

/** Sockets that the HTTP server does not account for: before TLS has its handshake, and once it gave them away. */
export class SocketSet {
  readonly #sockets = new Set<Socket>();

  get size(): number {
    return this.#sockets.size;
  }

  /** Holds a socket until it closes. */
  add(socket: Socket): void {
    if (socket.destroyed || this.#sockets.has(socket)) return;
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
  }

  destroyAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
