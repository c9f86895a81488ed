import { DONE } from "../done.js";

/** What a flow does with each value; the next value waits for a promise that it returns. */
export type Collector<in T> = (value: T) => unknown;

/** How long to collect. */
export interface CollectOptions {
  /** Ends the subscription when it aborts. Without one, a subscription ends with its collector's failure or `break`. */
  readonly signal?: AbortSignal | undefined;
}

/** Says that there is nothing to take yet: a value of its own, since a flow may carry `undefined`. */
export const NOTHING: unique symbol = Symbol("nothing");

/** One subscriber's place in a flow. */
export interface Reader<out T> {
  /** The next value, which counts as taken from now on. */
  take(): T | typeof NOTHING;
  /** Gives the place up. Only the first call counts. */
  leave(): void;
}

/** What a flow calls, never from inside `emit`, when there may be something to take. */
export interface Subscriber {
  wake(): void;
}

/** A flow as its subscribers see it. */
export interface Source<out T> {
  join(subscriber: Subscriber): Reader<T>;
}

/** Subscribes `collector` to `source`. See `SharedFlow.collect` for what the promise does. */
export function collectFrom<T>(
  source: Source<T>,
  collector: Collector<T>,
  options: CollectOptions | undefined,
): Promise<never> {
  const signal = options?.signal;
  if (signal?.aborted) return Promise.reject(signal.reason);
  return new Promise<never>((_, reject) => {
    new Collection(source, collector, signal, reject);
  });
}

/**
 * A running `collect`. It takes and hands over values in a loop for as long as the collector returns no promise, or that of
 * a session that had room for the frame: so a broadcast to many collectors makes no promise and no closure for each of them.
 */
class Collection<T> implements Subscriber {
  readonly #reader: Reader<T>;
  readonly #collector: Collector<T>;
  readonly #signal: AbortSignal | undefined;
  readonly #reject: (reason: unknown) => void;
  #state: "idle" | "busy" | "ended" = "idle";

  constructor(
    source: Source<T>,
    collector: Collector<T>,
    signal: AbortSignal | undefined,
    reject: (reason: unknown) => void,
  ) {
    this.#collector = collector;
    this.#signal = signal;
    this.#reject = reject;
    this.#reader = source.join(this);
    signal?.addEventListener("abort", this.#onAbort);
  }

  wake(): void {
    if (this.#state === "idle") this.#run();
  }

  #run(): void {
    const collector = this.#collector;
    this.#state = "busy";
    try {
      for (;;) {
        const value = this.#reader.take();
        if (value === NOTHING) {
          this.#state = "idle";
          return;
        }
        const result = collector(value);
        if (result !== DONE && isThenable(result)) {
          // A promise of our own calls back once, whatever the thenable does.
          void Promise.resolve(result).then(this.#onDone, this.#end);
          return;
        }
        if (this.#ended()) return;
      }
    } catch (error) {
      this.#end(error);
    }
  }

  // A method of its own, because the collector may abort its own signal and the compiler cannot see that.
  #ended(): boolean {
    return this.#state === "ended";
  }

  readonly #onDone = (): void => {
    if (!this.#ended()) this.#run();
  };

  readonly #onAbort = (): void => this.#end(this.#signal?.reason);

  readonly #end = (reason: unknown): void => {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#reader.leave();
    this.#reject(reason);
  };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  if (typeof value !== "object" || value === null) return false;
  return typeof (value as { readonly then?: unknown }).then === "function";
}
