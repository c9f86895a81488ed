import { CancelledError } from "@sluice/core";
import type { Deflater } from "../deflater.js";
import type { Inflater } from "../inflater.js";
import type { ZlibContext } from "./context.js";
import type { ContextSource } from "./context-source.js";
import type { DeflateContext } from "./deflate-context.js";
import { InOrder } from "./in-order.js";
import type { InflateContext } from "./inflate-context.js";

/** The messages of one session in one direction, in order, each with a context. */
class Messages<C extends ZlibContext> {
  readonly #order = new InOrder();
  readonly #source: ContextSource<C>;
  /** With the message that is under way. */
  #context: C | undefined;
  #closed = false;

  constructor(source: ContextSource<C>) {
    this.#source = source;
  }

  run(job: (context: C) => Uint8Array | Promise<Uint8Array>): Uint8Array | Promise<Uint8Array> {
    if (this.#closed) throw closedError();
    return this.#order.run(() => this.#start(job));
  }

  close(): void {
    this.#closed = true;
    this.#context?.close();
    this.#source.close();
  }

  #start(job: (context: C) => Uint8Array | Promise<Uint8Array>): Uint8Array | Promise<Uint8Array> {
    if (this.#closed) throw closedError();
    const context = this.#source.acquire();
    this.#context = context;
    let result: Uint8Array | Promise<Uint8Array>;
    try {
      result = job(context);
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

/** {@link Deflater} on Node's zlib. */
export class ZlibDeflater implements Deflater {
  readonly #messages: Messages<DeflateContext>;

  constructor(source: ContextSource<DeflateContext>) {
    this.#messages = new Messages(source);
  }

  deflate(payload: Uint8Array): Uint8Array | Promise<Uint8Array> {
    // After a flush zlib emits nothing for an empty message (RFC 7692 section 7.2.3.6).
    return this.#messages.run((context) => (payload.length === 0 ? Uint8Array.of(0) : context.deflate(payload)));
  }

  close(): void {
    this.#messages.close();
  }
}

/** {@link Inflater} on Node's zlib. */
export class ZlibInflater implements Inflater {
  readonly #messages: Messages<InflateContext>;

  constructor(source: ContextSource<InflateContext>) {
    this.#messages = new Messages(source);
  }

  inflate(payload: Uint8Array, maxSize: number): Uint8Array | Promise<Uint8Array> {
    // No DEFLATE data at all, strictly; the tail alone would leave the context within a block for the next message.
    return this.#messages.run((context) => (payload.length === 0 ? payload : context.inflate(payload, maxSize)));
  }

  close(): void {
    this.#messages.close();
  }
}

function closedError(): CancelledError {
  return new CancelledError("The compression is closed");
}
