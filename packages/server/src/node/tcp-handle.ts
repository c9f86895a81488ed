import { createHash } from "node:crypto";
import type { Server } from "node:net";
import { Socket } from "node:net";
import { handleOf, isQuiet } from "./read-into.js";

/** A write, or FIN, that libuv takes its time over. */
export interface HandleRequest {
  oncomplete: (status: number, handle?: TcpHandle) => void;
  /** -1 where libuv has never had it. */
  getAsyncId(): number;
  /** What is written, for as long as libuv reads it. */
  buffer?: unknown;
  /** From Node 26 on: how it went, where it went at once all the same; else `null`. */
  readonly writeStatus?: number | null;
}

/** What `node:net` has of libuv behind a TCP socket. Numbers given back are errors where they are negative. */
export interface TcpHandle {
  /** Bytes that the kernel has not taken. */
  readonly writeQueueSize: number;
  useUserBuffer(buffer: Uint8Array): void;
  readStart(): number;
  readStop(): number;
  /** From Node 26 on without a request: one is given back where the write is not done at once. */
  writeBuffer(request: HandleRequest | null, bytes: Uint8Array): number | HandleRequest;
  writev(request: HandleRequest | null, chunks: readonly Uint8Array[], allBuffers: true): number | HandleRequest;
  /** 1 where it is done already. */
  shutdown(request: HandleRequest): number;
  setNoDelay(on: boolean): number;
  getsockname(name: { address?: string; port?: number }): number;
  close(callback: () => void): void;
}

/** The server that accepted a socket, and counts it until it is told otherwise. */
export interface CountingServer extends Server {
  _connections: number;
  /** Tells of the server's end when it was the last. */
  _emitCloseIfDrained(): void;
}

/** By which names a handle finds who owns it, and what it then asks of that: see `direct-transport.ts`. */
export interface HandleAccess {
  /** A property of the handle. */
  readonly owner: symbol;
  /** Properties of the owner. */
  readonly buffer: symbol;
  readonly callback: symbol;
  readonly generator: symbol;
  readonly updateTimer: symbol;
  /** `null` where handles make these themselves. */
  readonly WriteRequest: (new () => HandleRequest) | null;
  readonly ShutdownRequest: new () => HandleRequest;
}

/**
 * The source of what `node:net` has handles call when something was read, as SHA-1: the same from Node 20 to 26. What it
 * asks of a handle's owner is all that an owner must have; a later one may ask for more.
 */
const KNOWN_READER = "c68562ff3df2dd2556f7196ae4b41eda04046329";

let known: HandleAccess | string | undefined;

/** How handles can be driven without their sockets; or, as a sentence, what is in the way. Found out once a process. */
export function handleAccess(): HandleAccess | string {
  try {
    known ??= findAccess();
  } catch (error) {
    // Another runtime, whose sockets are made of something else.
    known = error instanceof Error ? error.message : String(error);
  }
  return known;
}

/** Looks at what a socket does with a handle that is none. */
export function findAccess(reader: string = KNOWN_READER): HandleAccess | string {
  const requests: { write?: HandleRequest | null; shutdown?: HandleRequest } = {};
  const handle = {
    onread: undefined as unknown,
    close: () => undefined,
    readStart: () => 0,
    readStop: () => 0,
    useUserBuffer: () => undefined,
    writeBuffer(request: HandleRequest | null): number {
      requests.write = request;
      return 0;
    },
    shutdown(request: HandleRequest): number {
      requests.shutdown = request;
      return 0;
    },
  };
  const memory = new Uint8Array(1);
  const generator = (): Uint8Array => memory;
  const callback = (): boolean => true;
  // The types know neither option where a socket does not connect by itself.
  const socket = new Socket({ handle, onread: { buffer: generator, callback } } as object);
  const fixed = new Socket({ onread: { buffer: memory, callback } } as object);
  socket._write(Buffer.alloc(1), "buffer" as BufferEncoding, () => undefined);
  socket._final(() => undefined);
  const { onread } = handle;
  const found = {
    owner: holding(handle, socket),
    buffer: holding(fixed, memory),
    callback: holding(socket, callback),
    generator: holding(socket, generator),
    updateTimer: Object.getOwnPropertySymbols(Socket.prototype).find(
      ({ description }) => description === "kUpdateTimer",
    ),
    WriteRequest: requests.write === null ? null : tellsOfUse(requests.write)?.constructor,
    ShutdownRequest: requests.shutdown?.constructor,
  };
  socket.destroy();
  fixed.destroy();
  const missing = Object.entries(found).find(([, value]) => value === undefined);
  if (missing !== undefined) return `What Node calls ${missing[0]} was not found.`;
  const isKnown = createHash("sha1").update(String(onread)).digest("hex") === reader;
  return isKnown ? (found as HandleAccess) : "How this Node reads from a handle is not known.";
}

/** The request, if it can be asked whether libuv ever had it. */
function tellsOfUse(request: HandleRequest | undefined): HandleRequest | undefined {
  return typeof request?.getAsyncId === "function" ? request : undefined;
}

/**
 * Takes the handle from a socket that a server accepted, and whoever takes it has to count it out. The socket is an empty
 * shell from then on, and tells of nothing any more.
 *
 * @returns nothing, and takes nothing, where that cannot be: what is no plain socket, has something in it that was read and not
 * taken, or written and not sent, and where somebody waits for the socket to close.
 */
export function takeHandle(
  socket: Socket,
): { readonly handle: TcpHandle; readonly server: CountingServer } | undefined {
  const handle = handleOf(socket) as TcpHandle | undefined;
  const server = Reflect.get(socket, "_server") as CountingServer | null | undefined;
  if (handle === undefined || typeof handle.writeQueueSize !== "number") return undefined;
  if (typeof server?._connections !== "number" || typeof server._emitCloseIfDrained !== "function") return undefined;
  if (!isQuiet(socket) || socket.listenerCount("close") > 0) return undefined;
  socket.setTimeout(0);
  Reflect.set(socket, "_handle", null);
  Reflect.set(socket, "_server", null);
  return { handle, server };
}

function holding(object: object, what: unknown): symbol | undefined {
  return Object.getOwnPropertySymbols(object).find((symbol) => Reflect.get(object, symbol) === what);
}
