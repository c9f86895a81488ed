import type { Socket } from "node:net";
import type { Codec } from "@sluice/codec-wasm";
import { READ_BUFFER_SIZE } from "@sluice/codec-wasm";
import type { Transport, TransportListener, WriteBatch } from "@sluice/core";
import type { Batch, BatchPool } from "./write-batch.js";
import type { Writer, WriteTurn } from "./write-turn.js";

/** What all sockets of a server share. */
export interface SocketShare {
  readonly codec: Codec;
  readonly pool: BatchPool;
  readonly turn: WriteTurn;
}

const IDLE: TransportListener = { receive() {}, drained() {}, peerEnded() {}, closed() {} };

const NOTHING = new Uint8Array(0);

/** A WebSocket connection's socket, TCP or TLS, after the handshake. Chunks are copied into the codec's read buffer. */
export class SocketTransport implements Transport, Writer {
  listener: TransportListener = IDLE;

  readonly #socket: Socket;
  readonly #share: SocketShare;
  #batch: Batch | undefined;
  /** Whether `writeTurn` is to come. */
  #scheduled = false;
  /** Frames and bytes that the kernel took and that are not reported yet. */
  #takenFrames = 0;
  #takenBytes = 0;
  /** Writes that the kernel has not taken whole. */
  #unfinished = 0;
  #ending = false;
  #error: Error | undefined;

  constructor(socket: Socket, share: SocketShare) {
    this.#socket = socket;
    this.#share = share;
    socket.setTimeout(0);
    socket.setNoDelay(true);
    socket.on("data", (chunk: Uint8Array) => this.#receive(chunk));
    socket.on("end", () => this.listener.peerEnded());
    socket.on("error", (error) => {
      this.#error = error;
    });
    socket.on("close", () => this.listener.closed(this.#error));
  }

  get blocked(): boolean {
    return this.#unfinished > 0;
  }

  reserve(size: number): WriteBatch {
    const batch = this.#batch;
    if (batch !== undefined && batch.bytes.length - batch.length >= size) return batch;
    this.#writeBatch();
    this.#batch = this.#share.pool.take(size);
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
    socket.cork();
    if (batch !== undefined) socket.write(batch.bytes.subarray(0, batch.length));
    socket.write(header);
    socket.write(payload);
    socket.uncork();
    this.#account((batch?.frames ?? 0) + 1, (batch?.length ?? 0) + header.length + payload.length, batch);
  }

  flush(): void {
    this.#writeBatch();
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
    this.#scheduled = false;
    this.#writeBatch();
    const frames = this.#takenFrames;
    const bytes = this.#takenBytes;
    if (frames === 0) return;
    this.#takenFrames = 0;
    this.#takenBytes = 0;
    this.listener.drained(frames, bytes);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#share.turn.add(this);
  }

  #receive(chunk: Uint8Array): void {
    const { readBuffer } = this.#share.codec;
    for (let at = 0; at < chunk.length; at += READ_BUFFER_SIZE) {
      const part = chunk.length <= READ_BUFFER_SIZE ? chunk : chunk.subarray(at, at + READ_BUFFER_SIZE);
      readBuffer.set(part);
      this.listener.receive(0, part.length);
    }
  }

  #writeBatch(): void {
    const batch = this.#takeBatch();
    if (batch === undefined) return;
    this.#socket.write(batch.bytes.subarray(0, batch.length));
    this.#account(batch.frames, batch.length, batch);
  }

  #takeBatch(): Batch | undefined {
    const batch = this.#batch;
    this.#batch = undefined;
    return batch;
  }

  /** Counts what was just written: at once where the kernel took it all, else when it has; only then is the batch free again. */
  #account(frames: number, bytes: number, batch?: Batch): void {
    const taken = (): void => {
      this.#takenFrames += frames;
      this.#takenBytes += bytes;
      if (batch !== undefined) this.#share.pool.give(batch);
      this.#schedule();
    };
    if (this.#socket.writableLength === 0) {
      taken();
      return;
    }
    this.#unfinished++;
    // An empty write's callback comes when everything before it is gone.
    this.#socket.write(NOTHING, () => {
      this.#unfinished--;
      taken();
    });
  }
}
