/** Waits until something is so; how long it takes is for the test's own timeout to judge. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** A turn of the event loop: what the kernel has is read. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Waits until a count that has grown stands still for many turns of the event loop. */
export async function stalls(count: () => number): Promise<void> {
  let seen = 0;
  for (let still = 0; still < 200; still++) {
    await turn();
    if (count() === seen && seen > 0) continue;
    seen = count();
    still = 0;
  }
}

/** A promise, and how to resolve it. */
export interface Signal<T = void> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
}

export function signal<T = void>(): Signal<T> {
  let settle: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => {
    settle = resolve;
  });
  return { promise, resolve: (value) => settle(value) };
}
