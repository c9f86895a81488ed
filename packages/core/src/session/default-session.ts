import { milliseconds } from "../duration.js";
import type { ActiveExtension } from "../extension/negotiation.js";
import { NO_EXTENSIONS } from "../extension/negotiation.js";
import { BaseSession } from "./base-session.js";
import { DefaultCore } from "./default-core.js";
import type { DefaultWebSocketSession } from "./session.js";
import type { SessionOptions } from "./session-options.js";
import type { Transport } from "./transport.js";
import { readableMessages, WritableMessages } from "./web-streams.js";

/** A session as web streams. */
interface WebStreams {
  readable?: ReadableStream<string | Uint8Array>;
  writable?: WritableStream<string | Uint8Array>;
}

/**
 * A session of whole messages: it reassembles fragments, answers pings, finds lost peers, and answers the peer's Close
 * when the handler has come to it. Ktor: `DefaultWebSocketSession`.
 */
export class DefaultSession extends BaseSession<DefaultCore> implements DefaultWebSocketSession {
  /** Made on demand, and the two in it: most sessions are read and written without. */
  #streams: WebStreams | undefined;

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
    const { streams } = this;
    streams.readable ??= readableMessages(this.incoming);
    return streams.readable;
  }

  get writable(): WritableStream<string | Uint8Array> {
    const { streams } = this;
    if (streams.writable === undefined) {
      const messages = new WritableMessages(this);
      this.core.whenClosedForSend((outcome) => messages.end(outcome));
      streams.writable = messages.stream;
    }
    return streams.writable;
  }

  private get streams(): WebStreams {
    this.#streams ??= {};
    return this.#streams;
  }
}
