import type { CollectOptions, Collector } from "./collection.js";
import type { SharedFlow, StateFlow } from "./flow.js";

/**
 * A view of a shared flow. The flow behind it is a private field, so no cast, no property and no prototype leads back
 * to `emit`.
 */
export class ReadOnlySharedFlow<out T> implements SharedFlow<T> {
  readonly #flow: SharedFlow<T>;

  constructor(flow: SharedFlow<T>) {
    this.#flow = flow;
  }

  get replayCache(): readonly T[] {
    return this.#flow.replayCache;
  }

  collect(collector: Collector<T>, options?: CollectOptions): Promise<never> {
    return this.#flow.collect(collector, options);
  }

  values(options?: CollectOptions): AsyncIterableIterator<T, undefined> {
    return this.#flow.values(options);
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined> {
    return this.#flow.values();
  }
}

/** A view of a state flow, likewise without a way back. */
export class ReadOnlyStateFlow<out T> extends ReadOnlySharedFlow<T> implements StateFlow<T> {
  readonly #state: StateFlow<T>;

  constructor(flow: StateFlow<T>) {
    super(flow);
    this.#state = flow;
  }

  get value(): T {
    return this.#state.value;
  }
}
