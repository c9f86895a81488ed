import { Socket } from "node:net";
import type { Codec } from "@sluice/codec-wasm";
import { READ_BUFFER_SIZE } from "@sluice/codec-wasm";
import type { Transport, TransportListener, WriteBatch } from "@sluice/core";
import { readInto } from "./read-into.js";
import type { ReadPath } from "./read-path.js";
import type { Batch, BatchPool } from "./write-batch.js";
import { LARGEST_BATCH } from "./write-batch.js";
import type { Writer, WriteTurn } from "./write-turn.js";

/** What all sockets of a server share. */
export interface SocketShare {
  readonly codec: Codec;
  /** "shared" where a socket allows it. */
  readonly readPath: ReadPath;
  readonly pool: BatchPool;
  readonly turn: WriteTurn;
}

/** What was handed to the socket and the kernel did not take at once, until it has. */
interface Unfinished {
  readonly frames: number;
  readonly bytes: number;
  readonly batch: Batch | undefined;
}

const NOTHING = new Uint8Array(0);

const IDLE: TransportListener = { receive() {}, drained() {}, peerEnded() {}, closed() {} };

/**
 * A WebSocket connection's socket, TCP or TLS, after the handshake. The kernel writes straight into the codec's read
 * buffer, which all connections share; where a socket does not allow that, its chunks are copied there.
 *
 * Frames are gathered in a batch, which is written at the end of the turn. While an earlier write is unfinished the
 * batch goes on filling: a peer that does not read then costs the bytes of its frames, and not a batch for each.
 */
export class SocketTransport implements Transport, Writer {
  listener: TransportListener = IDLE;

  readonly #socket: Socket;
  readonly #share: SocketShare;
  #batch: Batch | undefined;
  /** Bytes of the last batch: what the next one may well need. */
  #lastBatch = 0;
  /** What the kernel took at once, and the listener does not know yet. */
  #takenFrames = 0;
  #takenBytes = 0;
  /** Whether a write is with the kernel at once, or stuck. TLS encrypts first. */
  readonly #isPlain: boolean;
  /** Whether `writeTurn` is to come. */
  #scheduled = false;
  /** In the order of the writes, which is the order of their callbacks. Made with the first, and gone with the last. */
  #unfinished: Unfinished[] | undefined;
  #ending = false;

  /** @param head what came behind the handshake and was read already. */
  constructor(socket: Socket, share: SocketShare, head: Uint8Array = NOTHING) {
    this.#socket = socket;
    this.#share = share;
    this.#isPlain = socket instanceof Socket && !("encrypted" in socket);
    // A server may be given any stream in a socket's place.
    socket.setTimeout?.(0);
    socket.setNoDelay?.(true);
    // Before anything that is read from now on, and not from inside this call.
    if (head.length > 0) process.nextTick(() => this.chunk(head));
    (socket as OwnedSocket)[TRANSPORT] = this;
    if (share.readPath !== "shared" || !readInto(socket, share.codec.readBuffer, onRead)) {
      socket.on("data", onData);
      socket.resume();
    }
    socket.on("end", onEnd);
    socket.on("error", onError);
    socket.on("close", onClose);
  }

  /** TLS takes a turn of its own for every write, so that one small write under way is no sign of a slow peer. */
  get blocked(): boolean {
    return this.#isPlain ? this.#unfinished !== undefined : this.#socket.writableNeedDrain;
  }

  reserve(size: number): WriteBatch {
    const batch = this.#batch;
    const { pool } = this.#share;
    if (batch === undefined) {
      this.#batch = pool.take(Math.max(size, this.#lastBatch));
    } else if (batch.bytes.length - batch.length >= size) {
      return batch;
    } else if (batch.length + size <= LARGEST_BATCH) {
      this.#batch = pool.grow(batch, size);
    } else {
      this.#writeBatch();
      this.#batch = pool.take(Math.max(size, this.#lastBatch));
    }
    return this.#batch;
  }

  commit(size: number): void {
    const batch = this.#batch as Batch;
    batch.length += size;
    batch.frames++;
    this.#schedule();
  }

  writeLarge(header: Uint8Array, payload: Uint8Array): void {
    const socket = this.#socket;
    const batch = this.#takeBatch();
    const frames = (batch?.frames ?? 0) + 1;
    const bytes = (batch?.length ?? 0) + header.length + payload.length;
    socket.cork();
    if (batch !== undefined) socket.write(batch.written);
    socket.write(header);
    socket.write(payload, this.#isPlain ? undefined : this.#written());
    socket.uncork();
    this.#wrote(frames, bytes, batch);
  }

  flush(): void {
    if (this.#unfinished === undefined) this.#writeBatch();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#writeBatch();
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  writeTurn(): void {
    this.flush();
    this.#scheduled = false;
    if (this.#takenFrames === 0 || this.#socket.destroyed) return;
    const frames = this.#takenFrames;
    const bytes = this.#takenBytes;
    this.#takenFrames = 0;
    this.#takenBytes = 0;
    this.listener.drained(frames, bytes);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#share.turn.add(this);
  }

  /** The first bytes of the codec's read buffer are this connection's. @internal */
  received(size: number): void {
    this.#share.turn.reads(this);
    this.listener.receive(0, size);
  }

  /** Puts a chunk where the codec reads. @internal */
  chunk(chunk: Uint8Array): void {
    if (this.#socket.destroyed) return;
    const { readBuffer } = this.#share.codec;
    this.#share.turn.reads(this);
    for (let at = 0; at < chunk.length; at += READ_BUFFER_SIZE) {
      const part = chunk.length <= READ_BUFFER_SIZE ? chunk : chunk.subarray(at, at + READ_BUFFER_SIZE);
      readBuffer.set(part);
      this.listener.receive(0, part.length);
    }
  }

  /** What waits, and waits no more. */
  #takeBatch(): Batch | undefined {
    const batch = this.#batch;
    if (batch !== undefined) this.#lastBatch = batch.length;
    this.#batch = undefined;
    return batch;
  }

  #writeBatch(): void {
    const batch = this.#takeBatch();
    if (batch === undefined) return;
    const { frames, length } = batch;
    this.#socket.write(batch.written, this.#isPlain ? undefined : this.#written());
    this.#wrote(frames, length, batch);
  }

  /** Something was handed to the socket. What the kernel took at once is reported at the end of the turn. */
  #wrote(frames: number, bytes: number, batch: Batch | undefined): void {
    const socket = this.#socket;
    if (socket.writableLength === 0 || socket.destroyed) {
      if (batch !== undefined) this.#share.pool.give(batch);
      this.#takenFrames += frames;
      this.#takenBytes += bytes;
      this.#schedule();
    } else {
      this.#unfinished ??= [];
      this.#unfinished.push({ frames, bytes, batch });
      // Only what is written later is told when this has gone, and everything in front of it.
      if (this.#isPlain) socket.write(NOTHING, this.#written());
    }
  }

  /** The kernel took the oldest write, or never will. Only now nobody reads its batch any more. */
  #written(): () => void {
    return () => {
      const write = this.#unfinished?.shift();
      if (write === undefined) return;
      if (this.#unfinished?.length === 0) this.#unfinished = undefined;
      if (write.batch !== undefined) this.#share.pool.give(write.batch);
      if (this.#socket.destroyed) return;
      this.listener.drained(write.frames, write.bytes);
      if (this.#batch !== undefined) this.#schedule();
    };
  }

  /** The socket's last word. @internal */
  closed(): void {
    this.#share.turn.forget(this);
    if (this.#batch !== undefined) this.#share.pool.give(this.#batch);
    this.#batch = undefined;
    this.listener.closed(this.#socket.errored ?? undefined);
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
  this[TRANSPORT]?.listener.peerEnded();
}

/** What a connection dies of, it tells again when it closes. */
function onError(): void {}

function onClose(this: OwnedSocket): void {
  this[TRANSPORT]?.closed();
}
