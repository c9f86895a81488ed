import { IterationStep } from "../iteration-step.js";
import type { CollectOptions, Reader, Source, Subscriber } from "./collection.js";
import { NOTHING } from "./collection.js";

/** Iterates over `source`. See `SharedFlow.values`. */
export function iterateOver<T>(
  source: Source<T>,
  options: CollectOptions | undefined,
): AsyncIterableIterator<T, undefined> {
  return new Iteration(source, options?.signal);
}

interface Waiter<T> {
  readonly resolve: (result: IteratorResult<T, undefined>) => void;
  readonly reject: (reason: unknown) => void;
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

class Iteration<T> implements AsyncIterableIterator<T, undefined>, Subscriber {
  readonly #source: Source<T>;
  readonly #signal: AbortSignal | undefined;
  /** Calls of `next` that wait, oldest first. More than one only when the caller does not wait for the first. */
  #waiters: Waiter<T>[] = [];
  #reader: Reader<T> | undefined;
  #ended = false;
  /** The abort that no `next` has reported yet. */
  #failure: { readonly reason: unknown } | undefined;

  constructor(source: Source<T>, signal: AbortSignal | undefined) {
    this.#source = source;
    this.#signal = signal;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#reader === undefined && !this.#ended) this.#start();
    if (this.#failure !== undefined) {
      const { reason } = this.#failure;
      this.#failure = undefined;
      return Promise.reject(reason);
    }
    if (this.#ended) return Promise.resolve(DONE);
    if (this.#waiters.length === 0) {
      const value = this.#take();
      if (value !== NOTHING) return Promise.resolve(new IterationStep(value));
    }
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.#end();
    for (const waiter of this.#takeWaiters()) waiter.resolve(DONE);
    return Promise.resolve(DONE);
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined> {
    return this;
  }

  wake(): void {
    while (this.#waiters.length > 0) {
      const value = this.#take();
      if (value === NOTHING) return;
      this.#waiters.shift()?.resolve(new IterationStep(value));
    }
  }

  #start(): void {
    const signal = this.#signal;
    if (signal?.aborted) {
      this.#ended = true;
      this.#failure = { reason: signal.reason };
      return;
    }
    this.#reader = this.#source.join(this);
    signal?.addEventListener("abort", this.#onAbort);
  }

  #take(): T | typeof NOTHING {
    return this.#reader === undefined ? NOTHING : this.#reader.take();
  }

  #takeWaiters(): Waiter<T>[] {
    const waiters = this.#waiters;
    this.#waiters = [];
    return waiters;
  }

  readonly #onAbort = (): void => {
    const reason: unknown = this.#signal?.reason;
    const [first, ...rest] = this.#takeWaiters();
    this.#end();
    if (first === undefined) this.#failure = { reason };
    else first.reject(reason);
    for (const waiter of rest) waiter.resolve(DONE);
  };

  #end(): void {
    this.#ended = true;
    this.#failure = undefined;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#reader?.leave();
  }
}
