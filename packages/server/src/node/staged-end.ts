import type { Socket } from "node:net";

/** Milliseconds that a peer has to close its side behind our last bytes. */
const PATIENCE = 2_000;

/**
 * Ends a connection in stages (RFC 9112 section 9.6): last bytes, FIN, and then reading on until the peer has closed its
 * side. A socket that is closed with unread input sends a reset, which takes the last bytes from the peer's hands.
 */
export function endInStages(socket: Socket, lastBytes?: string): void {
  socket.on("error", ignore);
  if (socket.destroyed) return;
  const timer = setTimeout(() => socket.destroy(), PATIENCE);
  timer.unref();
  socket.once("close", () => clearTimeout(timer));
  socket.resume();
  if (lastBytes === undefined) socket.end();
  else socket.end(lastBytes);
}

/** Whatever happens to a socket that is on its way out, it is no error of the process. */
export function ignore(): void {}
