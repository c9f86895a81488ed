import type { CollectOptions, Collector } from "./collection.js";

/**
 * A hot stream of values that all its collectors share: it is there whether or not anyone collects, and never ends
 * by itself. Ktor and kotlinx.coroutines: `SharedFlow`.
 *
 * Each collector gets the values in the order of emission. A collector is *slow* while its function runs, or while
 * the body of its `for await` does; what that means for emitters is the flow's overflow policy.
 *
 * @example
 * ```ts
 * session.launch((signal) => messages.collect((message) => session.send(message), { signal }));
 * for await (const message of messages) if (message === "bye") break; // withdraws the subscription
 * ```
 */
export interface SharedFlow<out T> extends AsyncIterable<T, undefined> {
  /** What a new collector gets at first, oldest first: a copy, at most `replay` values. kotlinx: `replayCache`. */
  readonly replayCache: readonly T[];

  /**
   * Calls `collector` with each value until `signal` aborts or `collector` fails. kotlinx: `collect`.
   *
   * The subscription stands when this returns: a value emitted right after is not missed. `collector` is never called
   * from inside `collect` or `emit`, and never twice at once: what it returns is awaited before the next value.
   *
   * @returns a promise that never fulfils. It rejects with `signal.reason` on abort, at once, even while `collector`
   * runs (what that last call does is then no longer looked at), and with what `collector` threw when it failed. The
   * subscription has ended by then.
   */
  collect(collector: Collector<T>, options?: CollectOptions): Promise<never>;

  /**
   * The values as an iterator, subscribed from its first `next()` to its `return()`: what `for await` over the flow
   * uses, with a signal. On abort the subscription ends and `next()` rejects with `signal.reason` once.
   *
   * An iterator whose owner neither goes on nor returns is a collector that is slow for ever.
   */
  values(options?: CollectOptions): AsyncIterableIterator<T, undefined>;

  /** {@link SharedFlow.values} without a signal. `break` withdraws the subscription. */
  [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined>;
}

/**
 * A flow with a current value. A collector gets the value at once and then each change; a slow one misses what lies
 * between and gets the newest. kotlinx: `StateFlow`.
 */
export interface StateFlow<out T> extends SharedFlow<T> {
  /** The current value. */
  readonly value: T;
}

/** The emitting side that shared and state flows have in common. */
export interface FlowEmitter<in out T> {
  /** How many collect right now; itself a flow, so that work can start and stop with its audience. */
  readonly subscriptionCount: StateFlow<number>;

  /**
   * Emits `value` to every collector, in one total order. Fulfils when the value has its place: at once, except under
   * the policy "suspend" (see `MutableSharedFlow`). It never rejects. kotlinx: `emit`.
   */
  emit(value: T): Promise<void>;

  /** Emits `value` if that needs no waiting, and says whether it did. kotlinx: `tryEmit`. */
  tryEmit(value: T): boolean;

  /** Empties the replay cache; who collects already still gets what was buffered. kotlinx: `resetReplayCache`. */
  resetReplayCache(): void;

  /** A read-only view, which has no way back to this flow's emitting side. kotlinx: `asSharedFlow`. */
  asSharedFlow(): SharedFlow<T>;
}
