import type { WriteBatch } from "@sluice/core";

/**
 * The sizes of pooled batches in bytes. A connection takes what its last turn needed, and grows from there. The largest has
 * room for four frames of 16 KiB with their headers.
 */
const SIZES = [1024, 2048, 4096, 16 * 1024, 72 * 1024] as const;

/** The largest of them: what is more than that is written before the turn ends. */
export const LARGEST_BATCH: number = Math.max(...SIZES);

/**
 * Bytes of each size that are kept for later turns; what a busier moment needed is let go. A broadcast needs one for each of
 * its sessions at once.
 */
const KEPT = 4 * 1024 * 1024;

/** A block of output memory that frames are encoded into. */
export class Batch implements WriteBatch {
  readonly bytes: Uint8Array;
  length = 0;
  /** Whole frames in the batch. */
  frames = 0;
  /** Of the bytes: to ask them for it takes a call. */
  readonly #memory: ArrayBuffer;
  /** What was written last. */
  #written: Uint8Array | undefined;

  constructor(size: number) {
    this.#memory = new ArrayBuffer(size);
    this.bytes = new Uint8Array(this.#memory);
  }

  /** The bytes up to `length`. Mostly as many as the last time, where a view that is there already serves again. */
  get written(): Uint8Array {
    if (this.#written?.length !== this.length) this.#written = new Uint8Array(this.#memory, 0, this.length);
    return this.#written;
  }
}

/**
 * Output memory, shared by the connections of a process: a connection holds a batch only from its first frame of a turn
 * until the kernel took it.
 */
export class BatchPool {
  readonly #free: readonly Batch[][] = SIZES.map(() => []);

  /** An empty batch with room for `size` bytes. */
  take(size: number): Batch {
    for (let index = 0; index < SIZES.length; index++) {
      const pooled = SIZES[index] as number;
      if (size <= pooled) return this.#free[index]?.pop() ?? new Batch(pooled);
    }
    return new Batch(size);
  }

  /** A batch with the same content and room for `size` bytes more, in exchange for `batch`. */
  grow(batch: Batch, size: number): Batch {
    const grown = this.copy({ bytes: batch.bytes.subarray(0, batch.length), frames: batch.frames }, size);
    this.give(batch);
    return grown;
  }

  /** A batch that begins with so many frames, and has room for `size` bytes more. */
  copy({ bytes, frames }: { readonly bytes: Uint8Array; readonly frames: number }, size: number): Batch {
    const batch = this.take(bytes.length + size);
    batch.bytes.set(bytes);
    batch.length = bytes.length;
    batch.frames = frames;
    return batch;
  }

  /** The batch must not be touched by anyone any more: the kernel has its bytes. */
  give(batch: Batch): void {
    const { length: size } = batch.bytes;
    for (let index = 0; index < SIZES.length; index++) {
      if (size !== SIZES[index]) continue;
      const free = this.#free[index] as Batch[];
      if (free.length * size >= KEPT) return;
      batch.length = 0;
      batch.frames = 0;
      free.push(batch);
      return;
    }
  }
}
