import { ClosedReceiveChannelError } from "../errors.js";
import { IterationStep } from "../iteration-step.js";
import { rejected, unobtrusive } from "../rejection.js";
import type { ChannelResult } from "./result.js";
import { Received } from "./result.js";

function ignore(): void {}

/** A reader that waits for the next element, and the promise it holds. */
export abstract class Waiter<E, Outcome> {
  /** Only as much as it takes to settle the promise: an idle session holds one of these. */
  readonly promise: Promise<Outcome>;
  #resolve: (outcome: Outcome | Promise<never>) => void = ignore;
  /** Who came later, in order: known to who waits longest. Mostly there is nobody. */
  #others: AnyWaiter<E>[] | undefined;

  constructor() {
    this.promise = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  abstract deliver(element: E): void;
  /** The channel has ended. */
  abstract end(): void;

  /** The channel has ended with an error, or the reader withdrew. */
  fail(cause: unknown): void {
    unobtrusive(this.promise);
    this.#resolve(rejected(cause));
  }

  // Of the one who waits longest.

  /** How many wait. */
  get waiting(): number {
    return 1 + (this.#others?.length ?? 0);
  }

  /** Another one waits behind all that do. */
  join(other: AnyWaiter<E>): void {
    this.#others ??= [];
    this.#others.push(other);
  }

  /** One of the others waits no more. */
  dismiss(other: AnyWaiter<E>): void {
    this.#others = this.#others?.filter((one) => one !== other);
  }

  /** Waits no more. Gives the one who waits longest now. */
  giveWay(): AnyWaiter<E> | undefined {
    const others = this.#others;
    if (others === undefined) return undefined;
    this.#others = undefined;
    const next = others.shift();
    if (next !== undefined && others.length > 0) next.#others = others;
    return next;
  }

  protected settle(outcome: Outcome): void {
    this.#resolve(outcome);
  }
}

/** Of an iterator. */
export class NextWaiter<E> extends Waiter<E, IteratorResult<E, undefined>> {
  deliver(value: E): void {
    this.settle(new IterationStep(value));
  }

  end(): void {
    this.settle({ done: true, value: undefined });
  }
}

/** Of `receive`. */
export class ReceiveWaiter<E> extends Waiter<E, E> {
  readonly #signal: AbortSignal | undefined;
  readonly #withdrawn: (() => void) | undefined;

  /** `withdraw` is called when `signal` aborts first; its reason is what the reader gets. */
  constructor(signal?: AbortSignal, withdraw?: (waiter: ReceiveWaiter<E>) => void) {
    super();
    if (signal === undefined) return;
    this.#signal = signal;
    this.#withdrawn = () => {
      withdraw?.(this);
      super.fail(signal.reason);
    };
    signal.addEventListener("abort", this.#withdrawn, { once: true });
  }

  deliver(element: E): void {
    this.#leave();
    this.settle(element);
  }

  end(): void {
    this.fail(new ClosedReceiveChannelError());
  }

  override fail(cause: unknown): void {
    this.#leave();
    super.fail(cause);
  }

  #leave(): void {
    if (this.#withdrawn !== undefined) this.#signal?.removeEventListener("abort", this.#withdrawn);
  }
}

/** Of `receiveCatching`. */
export class CatchingWaiter<E> extends Waiter<E, ChannelResult<E>> {
  deliver(value: E): void {
    this.settle(new Received(value));
  }

  end(): void {
    this.settle({ ok: false, closed: true, cause: undefined });
  }

  override fail(cause: unknown): void {
    this.settle({ ok: false, closed: true, cause });
  }
}

export type AnyWaiter<E> = Waiter<E, never> | NextWaiter<E> | ReceiveWaiter<E> | CatchingWaiter<E>;
