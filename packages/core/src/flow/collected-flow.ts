import type { CollectOptions, Collector, Reader, Source, Subscriber } from "./collection.js";
import { collectFrom } from "./collection.js";
import type { SharedFlow } from "./flow.js";
import { iterateOver } from "./iteration.js";
import { ReadOnlySharedFlow } from "./read-only.js";

/** A flow towards those who collect it: what shared and state flows have in common there. */
export abstract class CollectedFlow<T> implements SharedFlow<T> {
  readonly #source: Source<T> = { join: (subscriber) => this.join(subscriber) };

  abstract get replayCache(): readonly T[];

  collect(collector: Collector<T>, options?: CollectOptions): Promise<never> {
    return collectFrom(this.#source, collector, options);
  }

  values(options?: CollectOptions): AsyncIterableIterator<T, undefined> {
    return iterateOver(this.#source, options);
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined> {
    return this.values();
  }

  asSharedFlow(): SharedFlow<T> {
    return new ReadOnlySharedFlow(this);
  }

  /** Gives a subscriber its place, and wakes it soon. */
  protected abstract join(subscriber: Subscriber): Reader<T>;
}
