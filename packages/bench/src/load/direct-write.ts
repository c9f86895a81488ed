import { Socket } from "node:net";

/** A write as libuv has it. */
interface WriteRequest {
  oncomplete: () => void;
  /** -1 where libuv has never had it. */
  getAsyncId(): number;
  /** What is written, for as long as libuv reads it. */
  buffer?: Uint8Array;
  /** From Node 26 on: how it went, where it went at once; else `null`. */
  readonly writeStatus?: number | null;
}

/** What `node:net` has behind a socket. From Node 26 on it makes its requests itself. */
interface Handle {
  writeBuffer(request: WriteRequest | null, bytes: Uint8Array): number | WriteRequest;
}

type RequestClass = (new () => WriteRequest) | null;

/** What a handle takes with a write, `null` where that is nothing; or what is in the way. */
const requestClass: RequestClass | string = findRequestClass();
let unused: WriteRequest | null = null;

/**
 * Writes to what stands behind a connected socket, past the stream: a load that is slower than the server measures itself. By
 * what Node does not document: where it is not as it is known, the socket writes.
 *
 * @returns whether the connection took it. What goes wrong later the socket learns as it reads.
 */
export function directWrite(socket: Socket, bytes: Uint8Array): boolean {
  const handle = Reflect.get(socket, "_handle") as Handle | null;
  if (handle === null) return false;
  if (typeof requestClass === "string") {
    socket.write(bytes);
    return true;
  }
  const given = requestClass === null ? null : (unused ?? new requestClass());
  unused = null;
  const answer = handle.writeBuffer(given, bytes);
  const request = typeof answer === "number" ? given : answer;
  const status = typeof answer === "number" ? answer : (answer.writeStatus ?? 0);
  if (status !== 0 || request === null) return status === 0;
  // Only what libuv never had may be given to it again.
  if (request.getAsyncId() === -1) {
    unused = request;
  } else {
    request.buffer = bytes;
    request.oncomplete = done;
  }
  return true;
}

function done(): void {}

/** Looks at what a socket gives a handle that is none; or says what is in the way. */
function findRequestClass(): RequestClass | string {
  let given: WriteRequest | null | undefined;
  const handle = {
    close: done,
    readStart: () => 0,
    readStop: () => 0,
    writeBuffer(request: WriteRequest | null): number {
      given = request;
      return 0;
    },
  };
  try {
    const socket = new Socket({ handle } as object);
    socket._write(Buffer.alloc(1), "buffer" as BufferEncoding, done);
    socket.destroy();
  } catch (error) {
    return String(error);
  }
  if (given === null) return null;
  if (typeof given?.getAsyncId !== "function") return "What a handle takes with a write is not known.";
  return given.constructor as new () => WriteRequest;
}
