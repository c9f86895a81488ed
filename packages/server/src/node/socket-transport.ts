import { Socket } from "node:net";
import type { SocketShare } from "./batched-transport.js";
import { BatchedTransport } from "./batched-transport.js";
import { readInto } from "./read-into.js";

const NOTHING = new Uint8Array(0);

/**
 * A WebSocket connection's socket, TCP or TLS, after the handshake. The kernel writes straight into the codec's read
 * buffer; where a socket does not allow that, its chunks are copied there.
 */
export class SocketTransport extends BatchedTransport {
  readonly #socket: Socket;
  /** Whether a write is with the kernel at once, or stuck. TLS encrypts first. */
  readonly #isPlain: boolean;

  /** @param head what came behind the handshake and was read already. */
  constructor(socket: Socket, share: SocketShare, head: Uint8Array = NOTHING) {
    super(share);
    this.#socket = socket;
    this.#isPlain = socket instanceof Socket && !("encrypted" in socket);
    // A server may be given any stream in a socket's place.
    socket.setTimeout?.(0);
    socket.setNoDelay?.(true);
    // Before anything that is read from now on, and not from inside this call.
    if (head.length > 0) process.nextTick(() => this.chunk(head));
    (socket as OwnedSocket)[TRANSPORT] = this;
    if (share.readPath === "data" || !readInto(socket, share.reads.memory, onRead)) {
      socket.on("data", onData);
      socket.resume();
    }
    socket.on("end", onEnd);
    socket.on("error", onError);
    socket.on("close", onClose);
  }

  get destroyed(): boolean {
    return this.#socket.destroyed;
  }

  /** TLS takes a turn of its own for every write, so that one small write under way is no sign of a slow peer. */
  override get blocked(): boolean {
    return this.#isPlain ? super.blocked : this.#socket.writableNeedDrain;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** @internal */
  gone(): void {
    const error: NodeJS.ErrnoException | null = this.#socket.errored;
    // What was being written when we destroyed the socket died of that, which from Node 22 on is an error.
    this.closed(error?.code === "ECANCELED" ? undefined : (error ?? undefined));
  }

  protected write(bytes: Uint8Array): boolean {
    this.#socket.write(bytes, this.#isPlain ? undefined : this.#written());
    return this.#isDone();
  }

  protected writeAll(chunks: readonly Uint8Array[]): boolean {
    const socket = this.#socket;
    const last = chunks.length - 1;
    socket.cork();
    for (let index = 0; index < last; index++) socket.write(chunks[index] as Uint8Array);
    socket.write(chunks[last] as Uint8Array, this.#isPlain ? undefined : this.#written());
    socket.uncork();
    return this.#isDone();
  }

  protected endWriting(): void {
    this.#socket.end();
  }

  #isDone(): boolean {
    const socket = this.#socket;
    if (socket.writableLength === 0 || socket.destroyed) return true;
    // Only what is written later is told when this has gone, and everything in front of it.
    if (this.#isPlain) socket.write(NOTHING, this.#written());
    return false;
  }

  #written(): () => void {
    return () => this.taken();
  }
}

// What a socket tells comes with the socket as `this`: so one function serves all of them, and an idle one holds none.

const TRANSPORT = Symbol("transport");

interface OwnedSocket extends Socket {
  [TRANSPORT]?: SocketTransport;
}

function onRead(this: OwnedSocket, size: number): boolean {
  this[TRANSPORT]?.received(size);
  return true;
}

function onData(this: OwnedSocket, chunk: Uint8Array): void {
  this[TRANSPORT]?.chunk(chunk);
}

function onEnd(this: OwnedSocket): void {
  this[TRANSPORT]?.ended();
}

/** What a connection dies of, it tells again when it closes. */
function onError(): void {}

function onClose(this: OwnedSocket): void {
  this[TRANSPORT]?.gone();
}
