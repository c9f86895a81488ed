import { getSystemErrorName } from "node:util";
import type { SocketShare } from "./batched-transport.js";
import { BatchedTransport } from "./batched-transport.js";
import type { CountingServer, HandleAccess, HandleRequest, TcpHandle } from "./tcp-handle.js";

const NOTHING = new Uint8Array(0);

/** Set with the first transport, and the same for all. */
let access: HandleAccess;

/** A request that no write made use of: the kernel took all at once. */
let unused: HandleRequest | undefined;

/** What `getAsyncId` says of a request that libuv never had. */
const NEVER_USED = -1;

/** While the kernel does not take a write at once: one is with libuv, and what comes later goes in one behind it. */
interface Stuck {
  /** How many writes that one is. */
  readonly writes: number;
  readonly later: Uint8Array[];
  laterWrites: number;
  /** Whether FIN is to follow. */
  ends: boolean;
}

/**
 * A WebSocket connection's TCP handle, after the handshake, without the socket and the streams that Node had around it: those
 * were a kilobyte of what an idle session holds, and most of what one small write costs beside the kernel.
 *
 * The handle's owner is the transport. What Node asks of an owner when something was read is on the prototype: see `own`.
 */
export class DirectTransport extends BatchedTransport {
  destroyed = false;

  readonly #handle: TcpHandle;
  readonly #server: CountingServer;
  /** Whose FIN was sent. When both were, the connection is gone. */
  #fin: "nobody's" | "theirs" | "ours" = "nobody's";
  #stuck: Stuck | undefined;

  /** @param head what came behind the handshake and was read already. */
  constructor(
    taken: { readonly handle: TcpHandle; readonly server: CountingServer },
    share: SocketShare,
    found: HandleAccess,
    head: Uint8Array = NOTHING,
  ) {
    super(share);
    const { handle, server } = taken;
    this.#handle = handle;
    this.#server = server;
    if (access === undefined) own(found);
    Reflect.set(handle, found.owner, this);
    // Before anything that is read from now on, and not from inside this call.
    if (head.length > 0) process.nextTick(() => this.chunk(head));
    handle.setNoDelay(true);
    handle.useUserBuffer(share.reads.memory);
    handle.readStart();
  }

  pause(): void {
    if (!this.destroyed) this.#handle.readStop();
  }

  resume(): void {
    if (!this.destroyed && this.#fin !== "theirs") this.#handle.readStart();
  }

  /** @param error what the connection dies of. */
  destroy(error?: Error): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.#handle.close(() => {
      // As a socket does, for the server's own `close`.
      this.#server._connections--;
      this.#server._emitCloseIfDrained();
      this.closed(error);
    });
  }

  override ended(): void {
    if (this.destroyed) return;
    const isLast = this.#fin === "ours";
    this.#fin = "theirs";
    super.ended();
    if (isLast) this.destroy();
  }

  protected write(bytes: Uint8Array): boolean {
    if (this.destroyed) return true;
    if (this.#stuck !== undefined) return this.wait(this.#stuck, bytes);
    const request = writeRequest();
    return this.sent(request, this.#handle.writeBuffer(request, bytes), bytes);
  }

  protected writeAll(chunks: readonly Uint8Array[], writes: number = 1): boolean {
    if (this.destroyed) return true;
    if (this.#stuck !== undefined) return this.wait(this.#stuck, ...chunks);
    const request = writeRequest();
    return this.sent(request, this.#handle.writev(request, chunks, true), chunks, writes);
  }

  protected endWriting(): void {
    if (this.destroyed) return;
    if (this.#stuck !== undefined) {
      this.#stuck.ends = true;
      return;
    }
    const request = new access.ShutdownRequest();
    request.oncomplete = (status) => this.shutDown(status);
    const status = this.#handle.shutdown(request);
    if (status !== 0) this.shutDown(status);
  }

  private wait(stuck: Stuck, ...chunks: readonly Uint8Array[]): false {
    stuck.later.push(...chunks);
    stuck.laterWrites++;
    return false;
  }

  /**
   * Whether the kernel took all of a write, or never will.
   *
   * Nothing tells whether libuv is through with a request: where the kernel took the rest of a write just after it had not, the
   * request still waits to be told. So none that libuv ever had is used again, for that ends the process; mostly it never had it.
   */
  private sent(
    given: HandleRequest | null,
    answer: number | HandleRequest,
    bytes: unknown,
    writes: number = 1,
  ): boolean {
    const status = typeof answer === "number" ? answer : (answer.writeStatus ?? 0);
    const request = typeof answer === "number" ? given : answer;
    if (status !== 0) {
      this.destroy(errorOf(status, "write"));
      return true;
    }
    if (request === null) return true;
    if (request.getAsyncId() === NEVER_USED) {
      unused = request;
      return true;
    }
    if (this.#handle.writeQueueSize === 0) {
      request.oncomplete = wroteLate;
      return true;
    }
    request.buffer = bytes;
    request.oncomplete = (result) => this.written(result);
    this.#stuck = { writes, later: [], laterWrites: 0, ends: false };
    return false;
  }

  private written(status: number): void {
    const { writes = 0, later = [], laterWrites = 0, ends = false } = this.#stuck ?? {};
    this.#stuck = undefined;
    if (status !== 0) this.destroy(errorOf(status, "write"));
    let taken = writes;
    if (laterWrites > 0 && this.writeAll(later, laterWrites)) taken += laterWrites;
    if (ends) this.endWriting();
    for (; taken > 0; taken--) this.taken();
  }

  /** Our FIN is out. */
  private shutDown(status: number): void {
    if (status < 0) this.destroy(errorOf(status, "shutdown"));
    if (this.#fin === "theirs") this.destroy();
    else this.#fin = "ours";
  }
}

/** Of a write that the kernel took after all. Only what went wrong is news. */
function wroteLate(status: number, handle?: TcpHandle): void {
  if (status >= 0 || handle === undefined) return;
  const transport: unknown = Reflect.get(handle, access.owner);
  if (transport instanceof DirectTransport) transport.destroy(errorOf(status, "write"));
}

/** From Node 26 on, handles make them themselves. */
function writeRequest(): HandleRequest | null {
  if (access.WriteRequest === null) return null;
  const request = unused ?? new access.WriteRequest();
  unused = undefined;
  return request;
}

function errorOf(status: number, syscall: string): Error {
  const code = getSystemErrorName(status);
  return Object.assign(new Error(`${syscall} ${code}`), { errno: status, code, syscall });
}

/** Makes transports what Node takes for the owner of a handle: a socket whose option `onread` has memory and a callback. */
function own(found: HandleAccess): void {
  access = found;
  const members: Record<PropertyKey, unknown> = {
    [found.updateTimer]: () => undefined,
    [found.buffer]: true,
    [found.generator]: null,
    [found.callback](this: DirectTransport, size: number): boolean {
      this.received(size);
      return true;
    },
    // What it does at the end: `push(null)`, then `read(0)`. At an error it calls `destroy`.
    _readableState: { endEmitted: false },
    push(this: DirectTransport): boolean {
      this.ended();
      return false;
    },
    read: () => null,
  };
  for (const key of Reflect.ownKeys(members)) Reflect.set(DirectTransport.prototype, key, members[key]);
}
