import { CancelledError, ClosedReceiveChannelError } from "../errors.js";
import { IterationStep } from "../iteration-step.js";
import { rejected, unobtrusive } from "../rejection.js";
import type { ReceiveChannel } from "./receive-channel.js";
import type { ChannelResult } from "./result.js";
import { NOT_NOW, Received } from "./result.js";
import type { AnyWaiter, Waiter } from "./waiters.js";
import { CatchingWaiter, NextWaiter, ReceiveWaiter } from "./waiters.js";

/** What a channel holds: elements, and bytes; one element may overshoot the bytes. */
export interface ChannelBounds {
  readonly capacity: number;
  readonly maxBytes: number;
}

/** What a channel holds is for its owner to say, which learns from its reading end. */
export interface ChannelOwner<E> {
  /** The same for as long as the channel is there. */
  readonly bounds: ChannelBounds;
  /** Bytes that an element counts for: always the same. */
  sizeOf(element: E): number;
  /** An element was taken out of the queue of a channel that had been full. */
  room(): void;
  /** After `close`, a reader asked for more than there is. At most once, and not where it already waited at `close`. */
  exhausted(): void;
  /** The reader wants no more. At most once, and not after `exhausted`. */
  cancelled(): void;
}

/** Nothing is ever put into this. */
const NOTHING_QUEUED: never[] = [];

type End = { readonly failed: false } | { readonly failed: true; readonly cause: unknown };

/**
 * A queue between the network and one handler, bounded in elements and in bytes. The writing end is synchronous and
 * never refuses: its owner asks `freePlaces` and `freeBytes` first and stops reading where there is no room.
 */
export class Channel<E> implements ReceiveChannel<E> {
  /** What was taken is not held on to until the queue is cut short. Made with the first element that has to wait. */
  #queue: (E | undefined)[] = NOTHING_QUEUED;
  #head = 0;
  #bytes = 0;
  /** The reader who waits longest, and knows the others that do. */
  #waiter: AnyWaiter<E> | undefined;
  #end: End | undefined;
  #exhausted = false;
  #starved = false;

  readonly #owner: ChannelOwner<E>;

  constructor(owner: ChannelOwner<E>) {
    this.#owner = owner;
  }

  /** Queued elements. */
  get length(): number {
    return this.#queue.length - this.#head;
  }

  /** Elements that fit now: those that readers wait for, and the free places of the queue. 0 when the bytes are used up. */
  get freePlaces(): number {
    if (this.#bytes >= this.#owner.bounds.maxBytes) return 0;
    return this.#owner.bounds.capacity - this.length + (this.#waiter?.waiting ?? 0);
  }

  /** Bytes that fit now; the element that crosses the bound still fits. */
  get freeBytes(): number {
    return this.#owner.bounds.maxBytes - this.#bytes;
  }

  get isClosedForReceive(): boolean {
    return this.#end !== undefined && this.length === 0;
  }

  /** Whether a reader asked for more after everything before the end was taken, or wants no more. */
  get isExhausted(): boolean {
    return this.#exhausted;
  }

  /** Whether `close` or `cancel` was called. */
  get isClosed(): boolean {
    return this.#end !== undefined;
  }

  /** Puts an element in. Dropped when the channel is closed. */
  put(element: E): void {
    if (this.#end !== undefined) return;
    const waiter = this.#waiter;
    if (waiter !== undefined) {
      this.#waiter = waiter.giveWay();
      waiter.deliver(element);
      return;
    }
    if (this.#queue === NOTHING_QUEUED) this.#queue = [];
    this.#queue.push(element);
    this.#bytes += this.#owner.sizeOf(element);
  }

  /** Asks for `owner.room()` at the next element that is taken out. */
  notifyRoom(): void {
    this.#starved = true;
  }

  /**
   * Ends the channel behind what is queued. The first end stays. Readers that wait learn it now: `isExhausted` then tells
   * that there were some.
   */
  close(cause?: unknown): void {
    if (this.#end !== undefined) return;
    this.#end = cause === undefined ? { failed: false } : { failed: true, cause };
    this.endWaiters();
  }

  cancel(cause: unknown = new CancelledError("The channel was cancelled")): void {
    if (this.#exhausted) return;
    this.#queue = NOTHING_QUEUED;
    this.#head = 0;
    this.#bytes = 0;
    this.#end = { failed: true, cause };
    this.#exhausted = true;
    this.endWaiters();
    this.#owner.cancelled();
  }

  tryReceive(): ChannelResult<E> {
    if (this.length > 0) return new Received(this.take());
    if (this.#end === undefined) return NOT_NOW;
    this.exhaust();
    return { ok: false, closed: true, cause: this.#end.failed ? this.#end.cause : undefined };
  }

  receive(options?: { readonly signal?: AbortSignal }): Promise<E> {
    const signal = options?.signal;
    if (signal?.aborted) return rejected(signal.reason);
    if (this.length > 0) return Promise.resolve(this.take());
    if (this.#end !== undefined) {
      const cause = this.#end.failed ? this.#end.cause : new ClosedReceiveChannelError();
      this.exhaust();
      return rejected(cause);
    }
    return this.wait(new ReceiveWaiter<E>(signal, (waiter) => this.withdraw(waiter)));
  }

  receiveCatching(): Promise<ChannelResult<E>> {
    const now = this.tryReceive();
    if (now.ok || now.closed) return Promise.resolve(now);
    return this.wait(new CatchingWaiter<E>());
  }

  consumeEach(action: (element: E) => unknown): Promise<void> {
    const consumed = this.consume(action);
    unobtrusive(consumed);
    return consumed;
  }

  /** The iterator's step: no allocation but its promise and its result while elements are queued. */
  next(): Promise<IteratorResult<E, undefined>> {
    if (this.length > 0) return Promise.resolve(new IterationStep(this.take()));
    if (this.#end !== undefined) {
      this.exhaust();
      return this.#end.failed ? rejected(this.#end.cause) : Promise.resolve({ done: true, value: undefined });
    }
    return this.wait(new NextWaiter<E>());
  }

  [Symbol.asyncIterator](): AsyncIterator<E, undefined> {
    return this;
  }

  /** `action` may do anything to the channel, and never runs inside `put`: what is there is looked up after each call. */
  private async consume(action: (element: E) => unknown): Promise<void> {
    for (let next = await this.receiveCatching(); ; next = await this.receiveCatching()) {
      if (!next.ok) {
        if (next.cause !== undefined) throw next.cause;
        return;
      }
      try {
        const made = action(next.value);
        if (isPromise(made)) await made;
        while (this.length > 0) {
          const more = action(this.take());
          if (isPromise(more)) await more;
        }
      } catch (error) {
        this.cancel(error);
        throw error;
      }
    }
  }

  private take(): E {
    const element = this.#queue[this.#head] as E;
    this.#queue[this.#head++] = undefined;
    if (this.#head === this.#queue.length) {
      this.#queue.length = 0;
      this.#head = 0;
    } else if (this.#head >= 64 && this.#head * 2 >= this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    this.#bytes -= this.#owner.sizeOf(element);
    if (this.#starved) {
      this.#starved = false;
      this.#owner.room();
    }
    return element;
  }

  private wait<Outcome>(waiter: Waiter<E, Outcome> & AnyWaiter<E>): Promise<Outcome> {
    if (this.#waiter === undefined) this.#waiter = waiter;
    else this.#waiter.join(waiter);
    return waiter.promise;
  }

  private withdraw(waiter: AnyWaiter<E>): void {
    if (this.#waiter === waiter) this.#waiter = waiter.giveWay();
    else this.#waiter?.dismiss(waiter);
  }

  private exhaust(): void {
    if (this.#exhausted) return;
    this.#exhausted = true;
    this.#owner.exhausted();
  }

  private endWaiters(): void {
    const end = this.#end as End;
    for (let waiter = this.#waiter; waiter !== undefined; waiter = this.#waiter) {
      this.#waiter = waiter.giveWay();
      this.#exhausted = true;
      if (end.failed) waiter.fail(end.cause);
      else waiter.end();
    }
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
