import type { Codec } from "@sluice/codec-wasm";
import { READ_BUFFER_SIZE } from "@sluice/codec-wasm";
import type { SharedFrames, Transport, TransportListener, WriteBatch } from "@sluice/core";
import type { ArrayMemory } from "./array-memory.js";
import { LARGE_INPUT } from "./array-memory.js";
import type { ReadPath } from "./read-path.js";
import type { Reader, ReadTurn } from "./read-turn.js";
import type { BatchPool } from "./write-batch.js";
import { Batch, LARGEST_BATCH } from "./write-batch.js";
import type { Writer, WriteTurn } from "./write-turn.js";

/** What all sockets of a server share. */
export interface SocketShare {
  readonly codec: Codec;
  /** For the sockets that allow it. */
  readonly readPath: ReadPath;
  readonly arrays: ArrayMemory;
  readonly pool: BatchPool;
  readonly reads: ReadTurn;
  readonly writes: WriteTurn;
}

/** What was written and the kernel did not take at once, until it has. */
interface Unfinished {
  readonly frames: number;
  readonly bytes: number;
  readonly batch: Output | undefined;
}

/** What a connection writes at one time: frames of its own, or such as many send. */
type Output = Batch | SharedFrames;

const IDLE: TransportListener = { receive() {}, drained() {}, peerEnded() {}, closed() {} };

/**
 * A WebSocket connection's way in and out, whatever stands behind it. What comes lies in the codec's read buffer, which all
 * connections share.
 *
 * Frames are gathered in a batch, which is written at the end of the turn. While an earlier write is unfinished the
 * batch goes on filling: a peer that does not read then costs the bytes of its frames, and not a batch for each.
 */
export abstract class BatchedTransport implements Transport, Reader, Writer {
  listener: TransportListener = IDLE;

  readonly #share: SocketShare;
  #batch: Output | undefined;
  /** Bytes of the last batch: what the next one may well need. */
  #lastBatch = 0;
  /** What the kernel took at once, and the listener does not know yet. */
  #takenFrames = 0;
  #takenBytes = 0;
  /** Whether `writeTurn` is to come. */
  #scheduled = false;
  /** In the order of the writes, which is the order in which the kernel takes them. Made with the first, and gone with the last. */
  #unfinished: Unfinished[] | undefined;
  #ending = false;

  constructor(share: SocketShare) {
    this.#share = share;
  }

  /** Whether the connection is gone, or on its way. */
  abstract get destroyed(): boolean;
  abstract pause(): void;
  abstract resume(): void;
  abstract destroy(): void;

  /** Writes. Returns whether nothing of it is left to be taken; else `taken` is to be called once when it is, or never will be. */
  protected abstract write(bytes: Uint8Array): boolean;
  /** As `write`, of several in one. */
  protected abstract writeAll(chunks: readonly Uint8Array[]): boolean;
  /** Sends FIN behind what was written. */
  protected abstract endWriting(): void;

  get blocked(): boolean {
    return this.#unfinished !== undefined;
  }

  get waiting(): WriteBatch | SharedFrames | undefined {
    return this.#batch;
  }

  share(frames: SharedFrames): void {
    this.#batch = frames;
    this.schedule();
  }

  reserve(size: number): WriteBatch {
    const batch = this.#batch;
    if (batch instanceof Batch && batch.bytes.length - batch.length >= size) return batch;
    const reserved = this.takeMore(batch, size);
    this.#batch = reserved;
    return reserved;
  }

  commit(size: number): void {
    const batch = this.#batch as Batch;
    batch.length += size;
    batch.frames++;
    this.schedule();
  }

  writeLarge(header: Uint8Array, payload: Uint8Array): void {
    const batch = this.takeBatch();
    const frames = (batch?.frames ?? 0) + 1;
    const bytes = (batch?.length ?? 0) + header.length + payload.length;
    const done = this.writeAll(batch === undefined ? [header, payload] : [bytesOf(batch), header, payload]);
    this.wrote(done, frames, bytes, batch);
  }

  flush(): void {
    if (this.#unfinished === undefined) this.writeBatch();
  }

  end(): void {
    if (this.#ending) return;
    this.#ending = true;
    this.writeBatch();
    this.endWriting();
  }

  writeTurn(): void {
    this.flush();
    this.#scheduled = false;
    if (this.#takenFrames === 0 || this.destroyed) return;
    const frames = this.#takenFrames;
    const bytes = this.#takenBytes;
    this.#takenFrames = 0;
    this.#takenBytes = 0;
    this.listener.drained(frames, bytes);
  }

  readTurn(start: number, end: number): void {
    if (!this.destroyed) this.listener.receive(start, end);
  }

  /** The first bytes of the memory that sockets read into are this connection's. @internal */
  received(size: number): void {
    if (size >= LARGE_INPUT) this.#share.arrays.arrived(size);
    this.#share.reads.received(this, size);
  }

  /** Puts a chunk where the codec reads. @internal */
  chunk(chunk: Uint8Array): void {
    if (this.destroyed) return;
    if (chunk.length >= LARGE_INPUT) this.#share.arrays.arrived(chunk.length);
    const { readBuffer } = this.#share.codec;
    for (let at = 0; at < chunk.length; at += READ_BUFFER_SIZE) {
      const part = chunk.length <= READ_BUFFER_SIZE ? chunk : chunk.subarray(at, at + READ_BUFFER_SIZE);
      readBuffer.set(part);
      this.listener.receive(0, part.length);
    }
  }

  /** The kernel took the oldest write that is unfinished, or never will. Only now nobody reads its batch any more. */
  protected taken(): void {
    const write = this.#unfinished?.shift();
    if (write === undefined) return;
    if (this.#unfinished?.length === 0) this.#unfinished = undefined;
    if (write.batch instanceof Batch) this.#share.pool.give(write.batch);
    if (this.destroyed) return;
    this.listener.drained(write.frames, write.bytes);
    if (this.#batch !== undefined) this.schedule();
  }

  /** The peer's FIN. @internal */
  ended(): void {
    this.#share.reads.handle();
    this.listener.peerEnded();
  }

  /** The last word. */
  protected closed(error: Error | undefined): void {
    if (this.#batch instanceof Batch) this.#share.pool.give(this.#batch);
    this.#batch = undefined;
    this.listener.closed(error);
  }

  /** A batch with room for `size` bytes behind what waits. */
  private takeMore(waiting: Output | undefined, size: number): Batch {
    const { pool } = this.#share;
    if (waiting === undefined) return pool.take(Math.max(size, this.#lastBatch));
    if (waiting.length + size > LARGEST_BATCH) {
      this.writeBatch();
      return pool.take(Math.max(size, this.#lastBatch));
    }
    return waiting instanceof Batch ? pool.grow(waiting, size) : pool.copy(waiting, size);
  }

  private schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#share.writes.add(this);
  }

  /** What waits, and waits no more. */
  private takeBatch(): Output | undefined {
    const batch = this.#batch;
    if (batch instanceof Batch) this.#lastBatch = batch.length;
    this.#batch = undefined;
    return batch;
  }

  private writeBatch(): void {
    const batch = this.takeBatch();
    if (batch === undefined) return;
    const { frames, length } = batch;
    this.wrote(this.write(bytesOf(batch)), frames, length, batch);
  }

  /** What the kernel took at once is reported at the end of the turn. */
  private wrote(done: boolean, frames: number, bytes: number, batch: Output | undefined): void {
    if (done) {
      if (batch instanceof Batch) this.#share.pool.give(batch);
      this.#takenFrames += frames;
      this.#takenBytes += bytes;
      this.schedule();
    } else {
      this.#unfinished ??= [];
      this.#unfinished.push({ frames, bytes, batch });
    }
  }
}

function bytesOf(output: Output): Uint8Array {
  return output instanceof Batch ? output.written : output.bytes;
}
