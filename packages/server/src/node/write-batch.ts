import { Buffer } from "node:buffer";
import type { WriteBatch } from "@sluice/core";

/** The size of a pooled batch in bytes: some hundred small messages. */
const BATCH_SIZE = 16 * 1024;

/** Batches kept for the next turn; what a busier moment needed is let go. */
const KEPT = 256;

/** A block of output memory that frames are encoded into. */
export class Batch implements WriteBatch {
  readonly bytes: Buffer;
  length = 0;
  /** Whole frames in the batch. */
  frames = 0;

  constructor(size: number) {
    this.bytes = Buffer.alloc(size);
  }
}

/**
 * Output memory, shared by the connections of a process: a connection holds a batch only from its first frame of a turn
 * until the kernel took it.
 */
export class BatchPool {
  readonly #free: Batch[] = [];

  take(size: number): Batch {
    if (size > BATCH_SIZE) return new Batch(size);
    return this.#free.pop() ?? new Batch(BATCH_SIZE);
  }

  /** The batch must not be touched by anyone any more: the kernel has its bytes. */
  give(batch: Batch): void {
    if (batch.bytes.length !== BATCH_SIZE || this.#free.length >= KEPT) return;
    batch.length = 0;
    batch.frames = 0;
    this.#free.push(batch);
  }
}
