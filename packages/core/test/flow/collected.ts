import type { SharedFlow } from "../../src/flow/flow.js";

/** Lets every microtask that is due run, and what those make due. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A promise with its ends outside, for a collector that is slow until the test says otherwise. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** Whether `promise` settles without anything else happening. */
export async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let pending = true;
  const done = (): void => {
    pending = false;
  };
  promise.then(done, done);
  await settle();
  return pending;
}

/** A collector that keeps what it takes, and takes the next value only when `release` is called. */
export class SlowCollector<T> {
  readonly taken: T[] = [];
  readonly #controller = new AbortController();
  #gate = gate();

  constructor(flow: SharedFlow<T>) {
    flow
      .collect(
        (value) => {
          this.taken.push(value);
          this.#gate = gate();
          return this.#gate.opened;
        },
        { signal: this.#controller.signal },
      )
      .catch(() => {});
  }

  async release(times = 1): Promise<void> {
    for (let time = 0; time < times; time++) {
      this.#gate.open();
      await settle();
    }
  }

  leave(): void {
    this.#controller.abort();
  }
}

/** Collects into the array that it returns, as fast as values come. */
export function collected<T>(flow: SharedFlow<T>, signal?: AbortSignal): T[] {
  const values: T[] = [];
  flow.collect((value) => void values.push(value), { signal }).catch(() => {});
  return values;
}
