import { milliseconds } from "../duration.js";
import type { ActiveExtension } from "../extension/negotiation.js";
import { NO_EXTENSIONS } from "../extension/negotiation.js";
import { BaseSession } from "./base-session.js";
import { DefaultCore } from "./default-core.js";
import type { DefaultWebSocketSession } from "./session.js";
import type { SessionOptions } from "./session-options.js";
import type { Transport } from "./transport.js";
import { readableMessages, WritableMessages } from "./web-streams.js";

/**
 * A session of whole messages: it reassembles fragments, answers pings, finds lost peers, and answers the peer's Close
 * when the handler has come to it. Ktor: `DefaultWebSocketSession`.
 */
export class DefaultSession extends BaseSession<DefaultCore> implements DefaultWebSocketSession {
  /** Both are made on demand: most sessions are read and written without. */
  #readable: ReadableStream<string | Uint8Array> | undefined;
  #writable: WritableStream<string | Uint8Array> | undefined;

  /** @param extensions those that were agreed on, in the order in which they apply going out. Default none. */
  constructor(options: SessionOptions, transport: Transport, extensions: readonly ActiveExtension[] = NO_EXTENSIONS) {
    super(new DefaultCore(options, transport, extensions));
  }

  get pingPeriod(): number {
    return this.core.pinger.pingPeriod;
  }

  set pingPeriod(value: number) {
    this.core.pinger.pingPeriod = milliseconds(value, "session.pingPeriod");
  }

  get timeout(): number {
    return this.core.pinger.timeout;
  }

  set timeout(value: number) {
    this.core.pinger.timeout = milliseconds(value, "session.timeout");
  }

  get roundTripTime(): number | undefined {
    return this.core.pinger.roundTripTime;
  }

  get readable(): ReadableStream<string | Uint8Array> {
    this.#readable ??= readableMessages(this.incoming);
    return this.#readable;
  }

  get writable(): WritableStream<string | Uint8Array> {
    if (this.#writable === undefined) {
      const messages = new WritableMessages(this);
      this.core.whenClosedForSend((outcome) => messages.end(outcome));
      this.#writable = messages.stream;
    }
    return this.#writable;
  }
}
