import type { Context } from "./context.js";
import type { ContextSource } from "./context-source.js";

/**
 * Milliseconds without a message after which a session's context may go to another session.
 *
 * A message behind such a pause begins with an empty window. That is always allowed (RFC 7692 section 7.1.1.1 forbids
 * pointing back, and never asks for it), and costs the ratio of that one message.
 */
export const LENT_FOR: number = 10_000;

/**
 * Context takeover for compressing, where a context costs 36 KiB and more, and with zlib 100: a session has one of its own from message to
 * message, until it has been idle for {@link LENT_FOR} and another session needs one. So there are as many contexts as
 * sessions send within that time, however many are connected.
 *
 * Restoring messages knows no such thing: the peer may point back whenever it likes.
 */
export class LentContexts<C extends Context> {
  readonly #create: () => C;
  readonly #now: () => number;
  /** Those that wait for their session's next message, the one that has waited longest first. */
  readonly #waiting = new Set<Loan<C>>();

  /** @param now milliseconds from any beginning, never going back */
  constructor(create: () => C, now: () => number) {
    this.#create = create;
    this.#now = now;
  }

  /** For one session. */
  source(): ContextSource<C> {
    return new Loan(this);
  }

  /** @internal */
  lend(): C {
    const [oldest] = this.#waiting;
    if (oldest === undefined || this.#now() - oldest.since < LENT_FOR) return this.#create();
    this.#waiting.delete(oldest);
    const context = oldest.end();
    if (context === undefined || context.closed) return this.#create();
    context.reset();
    return context;
  }

  /** @internal */
  wait(loan: Loan<C>): void {
    loan.since = this.#now();
    this.#waiting.add(loan);
  }

  /** @internal */
  stopWaiting(loan: Loan<C>): void {
    this.#waiting.delete(loan);
  }
}

/** A context with one session. */
class Loan<C extends Context> implements ContextSource<C> {
  /** When the last message was done. */
  since = 0;
  readonly #contexts: LentContexts<C>;
  #context: C | undefined;

  constructor(contexts: LentContexts<C>) {
    this.#contexts = contexts;
  }

  acquire(): C {
    if (this.#context === undefined) this.#context = this.#contexts.lend();
    else this.#contexts.stopWaiting(this);
    return this.#context;
  }

  release(context: C): void {
    if (context.closed) this.#context = undefined;
    else this.#contexts.wait(this);
  }

  close(): void {
    this.#contexts.stopWaiting(this);
    this.end()?.close();
  }

  /** Gives the context up. */
  end(): C | undefined {
    const context = this.#context;
    this.#context = undefined;
    return context;
  }
}
