import { milliseconds } from "../duration.js";
import { PingTimeoutError } from "../errors.js";
import { Frame } from "../frame.js";
import { Pinger } from "./pinger.js";
import { Ponger } from "./ponger.js";
import { RawSession } from "./raw-session.js";
import type { DefaultWebSocketSession } from "./session.js";
import type { SessionOptions } from "./session-options.js";
import { readableMessages, WritableMessages } from "./web-streams.js";

/**
 * A session of whole messages: it reassembles fragments, answers pings, finds lost peers, and answers the peer's Close
 * when the handler has come to it. Ktor: `DefaultWebSocketSession`.
 */
export class DefaultSession extends RawSession implements DefaultWebSocketSession {
  readonly #pinger: Pinger;
  readonly #ponger: Ponger;
  /** Both are made on demand: most sessions are read and written without. */
  #readable: ReadableStream<string | Uint8Array> | undefined;
  #writable: WritableMessages | undefined;

  constructor(options: SessionOptions) {
    super(options, false);
    const { settings, platform, transport } = options;
    this.#ponger = new Ponger({ connection: this.connection, output: this.output, transport });
    this.#pinger = new Pinger({
      platform,
      pingPeriod: settings.pingPeriod,
      timeout: settings.timeout,
      actions: {
        ping: (payload) => {
          this.connection.send(new Frame.Ping(payload));
          return this.flush();
        },
        timedOut: () => this.fail(new PingTimeoutError(this.#pinger.timeout)),
      },
    });
    this.#pinger.start();
  }

  get pingPeriod(): number {
    return this.#pinger.pingPeriod;
  }

  set pingPeriod(value: number) {
    this.#pinger.pingPeriod = milliseconds(value, "session.pingPeriod");
  }

  get timeout(): number {
    return this.#pinger.timeout;
  }

  set timeout(value: number) {
    this.#pinger.timeout = milliseconds(value, "session.timeout");
  }

  get roundTripTime(): number | undefined {
    return this.#pinger.roundTripTime;
  }

  get readable(): ReadableStream<string | Uint8Array> {
    this.#readable ??= readableMessages(this.incoming);
    return this.#readable;
  }

  get writable(): WritableStream<string | Uint8Array> {
    if (this.#writable === undefined) {
      this.#writable = new WritableMessages(this);
      if (this.outbox.isClosedForSend) this.closedForSend();
    }
    return this.#writable.stream;
  }

  protected override ping(frame: Frame.Ping): void {
    this.#ponger.ping(frame);
  }

  protected override pong(frame: Frame.Pong): boolean {
    return this.#pinger.pong(frame.data);
  }

  protected override heard(): void {
    this.#pinger.heard();
  }

  protected override readingPaused(paused: boolean): void {
    if (paused) this.#pinger.pause();
    else this.#pinger.resume();
  }

  protected override drained(): void {
    this.#ponger.drained();
  }

  protected override ending(): void {
    this.#pinger.stop();
  }

  protected override closedForSend(): void {
    const { outcome } = this;
    if (outcome !== undefined) this.#writable?.end(outcome);
  }

  protected override exhausted(): void {
    const { name } = this.connection.state;
    if (name === "peerClosed" || name === "failed") this.outbox.sendClose();
  }
}
