import { CancelledError } from "@sluice/core";
import type { Deflater } from "../deflater.js";
import type { Inflater } from "../inflater.js";
import type { Context, DeflatingContext, InflatingContext } from "./context.js";
import type { ContextSource } from "./context-source.js";
import { InOrder } from "./in-order.js";

type Work<C extends Context> = (context: C, payload: Uint8Array, maxSize: number) => Uint8Array | Promise<Uint8Array>;

/** The messages of one session in one direction, in order, each with a context. */
class Messages<C extends Context> {
  readonly #source: ContextSource<C>;
  readonly #work: Work<C>;
  /** Made for the first message that has to wait for a thread. */
  #order: InOrder | undefined;
  /** With the message that is under way. */
  #context: C | undefined;
  #closed = false;

  constructor(source: ContextSource<C>, work: Work<C>) {
    this.#source = source;
    this.#work = work;
  }

  process(payload: Uint8Array, maxSize: number): Uint8Array | Promise<Uint8Array> {
    if (this.#order?.busy === true) return this.#order.run(() => this.#start(payload, maxSize));
    const result = this.#start(payload, maxSize);
    if (!(result instanceof Promise)) return result;
    this.#order ??= new InOrder();
    return this.#order.run(() => result);
  }

  close(): void {
    this.#closed = true;
    this.#context?.close();
    this.#source.close();
  }

  #start(payload: Uint8Array, maxSize: number): Uint8Array | Promise<Uint8Array> {
    if (this.#closed) throw new CancelledError("The compression is closed");
    const context = this.#source.acquire();
    this.#context = context;
    let result: Uint8Array | Promise<Uint8Array>;
    try {
      result = this.#work(context, payload, maxSize);
    } catch (error) {
      this.#release(context);
      throw error;
    }
    if (result instanceof Promise) return result.finally(() => this.#release(context));
    this.#release(context);
    return result;
  }

  #release(context: C): void {
    this.#context = undefined;
    this.#source.release(context);
  }
}

/** {@link Deflater} with contexts. */
export class ContextDeflater implements Deflater {
  readonly #messages: Messages<DeflatingContext>;

  constructor(source: ContextSource<DeflatingContext>) {
    this.#messages = new Messages(source, deflate);
  }

  deflate(payload: Uint8Array): Uint8Array | Promise<Uint8Array> {
    return this.#messages.process(payload, Number.POSITIVE_INFINITY);
  }

  close(): void {
    this.#messages.close();
  }
}

/** {@link Inflater} with contexts. */
export class ContextInflater implements Inflater {
  readonly #messages: Messages<InflatingContext>;

  constructor(source: ContextSource<InflatingContext>) {
    this.#messages = new Messages(source, inflate);
  }

  inflate(payload: Uint8Array, maxSize: number): Uint8Array | Promise<Uint8Array> {
    return this.#messages.process(payload, maxSize);
  }

  close(): void {
    this.#messages.close();
  }
}

/** After a flush a compressor has nothing to emit for an empty message (RFC 7692 section 7.2.3.6). */
function deflate(context: DeflatingContext, payload: Uint8Array): Uint8Array | Promise<Uint8Array> {
  return payload.length === 0 ? Uint8Array.of(0) : context.deflate(payload);
}

/** No DEFLATE data at all, strictly; the tail alone would leave the context within a block for the next message. */
function inflate(context: InflatingContext, payload: Uint8Array, maxSize: number): Uint8Array | Promise<Uint8Array> {
  return payload.length === 0 ? payload : context.inflate(payload, maxSize);
}
