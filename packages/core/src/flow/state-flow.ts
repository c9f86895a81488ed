import { DONE } from "../done.js";
import { SluiceError } from "../errors.js";
import { CollectedFlow } from "./collected-flow.js";
import type { Reader, Subscriber } from "./collection.js";
import { NOTHING } from "./collection.js";
import type { FlowEmitter, StateFlow } from "./flow.js";
import { ReadOnlyStateFlow } from "./read-only.js";
import { Subscribers } from "./subscribers.js";

/**
 * A {@link StateFlow} that can be set. kotlinx: `MutableStateFlow`.
 *
 * Values are compared with `Object.is`: setting an equal value is no change, and a collector never gets the same value
 * twice in a row. `emit` and `tryEmit` set the value; they never wait and never fail.
 */
export interface MutableStateFlow<in out T> extends StateFlow<T>, FlowEmitter<T> {
  value: T;

  /**
   * Sets the value to what `change` makes of it. When `change` itself sets the flow, it runs again on the new value,
   * as in kotlinx, so that no update is lost.
   */
  update(change: (value: T) => T): void;

  /** Sets the value to `update` if it is `expected` now, and says whether it was. kotlinx: `compareAndSet`. */
  compareAndSet(expected: T, update: T): boolean;

  /**
   * Not for a state flow, which always has a value.
   * @throws {@link StateFlowReplayError} `STATE_FLOW_REPLAY`, always.
   */
  resetReplayCache(): void;

  /** A read-only view, which has no way back to this flow's setting side. kotlinx: `asStateFlow`. */
  asStateFlow(): StateFlow<T>;
}

/** The replay cache of a state flow is its value and cannot be reset. */
export class StateFlowReplayError extends SluiceError {
  readonly code = "STATE_FLOW_REPLAY";

  constructor() {
    super("The replay cache of a state flow is its value and cannot be reset");
  }
}

/**
 * Makes a {@link MutableStateFlow} that holds `initial`. Called as a function, as in kotlinx.
 *
 * @example
 * ```ts
 * const online = MutableStateFlow(0);
 * online.update((count) => count + 1);
 * ```
 */
export function MutableStateFlow<T>(initial: T): MutableStateFlow<T> {
  return new ConflatedFlow(initial);
}

class ConflatedFlow<T> extends CollectedFlow<T> implements MutableStateFlow<T> {
  #value: T;
  #count: MutableStateFlow<number> | undefined;
  #countView: StateFlow<number> | undefined;
  readonly #subscribers = new Subscribers((count) => {
    if (this.#count !== undefined) this.#count.value = count;
  });

  constructor(initial: T) {
    super();
    this.#value = initial;
  }

  get value(): T {
    return this.#value;
  }

  set value(value: T) {
    if (Object.is(this.#value, value)) return;
    this.#value = value;
    this.#subscribers.wakeSoon();
  }

  get replayCache(): readonly T[] {
    return [this.#value];
  }

  // Made when first asked for: a count is a state flow too, and would otherwise need its own for ever.
  get subscriptionCount(): StateFlow<number> {
    this.#count ??= MutableStateFlow(this.#subscribers.count);
    this.#countView ??= this.#count.asStateFlow();
    return this.#countView;
  }

  emit(value: T): Promise<void> {
    this.value = value;
    return DONE;
  }

  tryEmit(value: T): boolean {
    this.value = value;
    return true;
  }

  update(change: (value: T) => T): void {
    for (;;) {
      const before = this.#value;
      if (this.compareAndSet(before, change(before))) return;
    }
  }

  compareAndSet(expected: T, update: T): boolean {
    if (!Object.is(this.#value, expected)) return false;
    this.value = update;
    return true;
  }

  resetReplayCache(): never {
    throw new StateFlowReplayError();
  }

  asStateFlow(): StateFlow<T> {
    return new ReadOnlyStateFlow(this);
  }

  protected override join(subscriber: Subscriber): Reader<T> {
    let last: T | typeof NOTHING = NOTHING;
    this.#subscribers.add(subscriber);
    this.#subscribers.wakeSoon();
    return {
      take: () => {
        if (Object.is(last, this.#value)) return NOTHING;
        last = this.#value;
        return last;
      },
      leave: () => void this.#subscribers.remove(subscriber),
    };
  }
}
