import { Socket } from "node:net";
import { ignore } from "./staged-end.js";

/** What `node:net` has of libuv behind a socket, and its types do not tell. */
export interface StreamHandle {
  /** Whether bytes are read; `node:net` keeps it. */
  reading: boolean;
  readStart(): number;
  readStop(): number;
  useUserBuffer(buffer: Uint8Array): void;
}

interface SocketInside {
  _handle?: StreamHandle | null;
}

/** What stands behind a socket, where it has what is needed of it. */
export function handleOf(socket: Socket): StreamHandle | undefined {
  const handle = (socket as unknown as SocketInside)._handle;
  const isKnown = typeof handle?.useUserBuffer === "function" && typeof handle.readStop === "function";
  return isKnown ? handle : undefined;
}

/**
 * The handle that another socket may take over: that of a plain socket of `node:net` with nothing in it that was read and
 * not taken, or written and not sent. TLS, and whatever else stands in a socket's place, has none.
 */
export function handleToAdopt(socket: Socket): StreamHandle | undefined {
  const isPlain = Object.getPrototypeOf(socket) === Socket.prototype;
  const isQuiet = socket.readable && socket.readableLength === 0 && socket.writableLength === 0;
  // A write that failed is not reported yet, and shows only here.
  if (!isPlain || !isQuiet || socket.errored !== null) return undefined;
  return handleOf(socket);
}

/**
 * Makes a socket that takes over the connection of `socket`, and is read straight into `buffer`: `received` is told how
 * many bytes are there, and they are gone with the next read into it. In everything else it is a socket as any other.
 *
 * The server counts `socket` until that closes, and others may hold on to it. So it stays open, without a connection,
 * and each of the two closes with the other. Addresses that were asked for before are still there.
 */
export function adopt(
  socket: Socket,
  handle: StreamHandle,
  buffer: Uint8Array,
  received: (size: number) => void,
): Socket {
  handle.readStop();
  handle.reading = false;
  (socket as unknown as SocketInside)._handle = null;
  const callback = (size: number): boolean => {
    received(size);
    return true;
  };
  // With `handle` the server of `node:net` makes its own sockets.
  const options = { handle, allowHalfOpen: true, onread: { buffer, callback } };
  const adopted = new Socket(options as object);
  socket.on("error", ignore);
  adopted.once("close", () => socket.destroy());
  socket.once("close", () => adopted.destroy());
  return adopted;
}
