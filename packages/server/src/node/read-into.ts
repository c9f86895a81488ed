import { Socket } from "node:net";

/** What `node:net` has of libuv behind a socket, and its types do not tell. */
interface StreamHandle {
  useUserBuffer(buffer: Uint8Array): void;
}

/** Told how many bytes are in the memory. `false` would pause the socket. */
export type Received = (this: Socket, size: number) => boolean;

/** Where a socket keeps what the option `onread` of its constructor says, which is public; the places are not. */
interface Places {
  readonly buffer: symbol;
  readonly callback: symbol;
}

/** The same for every socket of the process. `null`: looked for, and not there. */
let places: Places | null | undefined;

/**
 * Makes a socket read straight into `buffer`: `received` is told how many bytes are there, and they are gone with the next
 * read into it. As if the socket had been made with `onread`, which one that a server accepted cannot be. In everything else
 * it stays as it was, and flows.
 *
 * @returns false where the socket does not allow that, and nothing has changed: TLS and whatever else is no plain socket of
 * `node:net`, and a socket with something in it that was read and not taken, or written and not sent.
 */
export function readInto(socket: Socket, buffer: Uint8Array, received: Received): boolean {
  const found = placesOf();
  const handle = found === undefined ? undefined : handleOf(socket);
  if (found === undefined || handle === undefined || !isQuiet(socket)) return false;
  Reflect.set(socket, found.buffer, buffer);
  Reflect.set(socket, found.callback, received);
  handle.useUserBuffer(buffer);
  socket.resume();
  return true;
}

/** Where sockets keep what `onread` says: found by making one, with it. */
export function placesOf(): Places | undefined {
  if (places === undefined) places = findPlaces() ?? null;
  return places ?? undefined;
}

/** What stands behind a plain socket, where it can be given memory. */
export function handleOf(socket: Socket): StreamHandle | undefined {
  const isPlain = Object.getPrototypeOf(socket) === Socket.prototype;
  const handle: unknown = isPlain ? Reflect.get(socket, "_handle") : undefined;
  return typeof handle === "object" && handle !== null && "useUserBuffer" in handle
    ? (handle as StreamHandle)
    : undefined;
}

function findPlaces(): Places | undefined {
  const buffer = new Uint8Array(1);
  const callback: Received = () => true;
  // The types know it only where a socket connects by itself.
  const socket = new Socket({ onread: { buffer, callback } } as object);
  const symbols = Object.getOwnPropertySymbols(socket);
  const holding = (what: unknown): symbol | undefined => symbols.find((symbol) => Reflect.get(socket, symbol) === what);
  const [forBuffer, forCallback] = [holding(buffer), holding(callback)];
  socket.destroy();
  return forBuffer === undefined || forCallback === undefined
    ? undefined
    : { buffer: forBuffer, callback: forCallback };
}

/** Whether nothing is in a socket that was read and not taken, or written and not sent. */
export function isQuiet(socket: Socket): boolean {
  // A write that failed is not reported yet, and shows only here.
  return socket.readable && socket.readableLength === 0 && socket.writableLength === 0 && socket.errored === null;
}
