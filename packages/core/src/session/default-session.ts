import { PingTimeoutError } from "../errors.js";
import { Frame } from "../frame.js";
import { reasonOf } from "./ending.js";
import { Pinger } from "./pinger.js";
import type { SessionOptions } from "./raw-session.js";
import { RawSession } from "./raw-session.js";
import type { DefaultWebSocketSession } from "./session.js";

/** Pongs of more bytes than this, waiting for the kernel, make way for the newest (RFC 6455 section 5.5.3). */
const PONGS_WAITING = 4096;

/**
 * A session of whole messages: it reassembles fragments, answers pings, finds lost peers, and answers the peer's Close
 * when the handler has come to it. Ktor: `DefaultWebSocketSession`.
 */
export class DefaultSession extends RawSession implements DefaultWebSocketSession {
  readonly #pinger: Pinger;
  #pongBytes = 0;
  #newestPing: Frame.Ping | undefined;

  constructor(options: SessionOptions) {
    super(options, false);
    const { settings, platform } = options;
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
    this.#pinger.pingPeriod = value;
  }

  get timeout(): number {
    return this.#pinger.timeout;
  }

  set timeout(value: number) {
    this.#pinger.timeout = value;
  }

  get roundTripTime(): number | undefined {
    return this.#pinger.roundTripTime;
  }

  closeExceptionally(error: unknown): Promise<void> {
    return this.close(reasonOf(error));
  }

  protected override ping(frame: Frame.Ping): void {
    const size = frame.data.length + 2;
    if (this.options.transport.blocked || this.#pongBytes + size > PONGS_WAITING) {
      this.#newestPing = frame;
      return;
    }
    this.#pongBytes += size;
    this.connection.send(new Frame.Pong(frame.data));
  }

  protected override pong(frame: Frame.Pong): void {
    this.#pinger.pong(frame.data);
  }

  protected override heard(): void {
    this.#pinger.heard();
  }

  protected override readingPaused(paused: boolean): void {
    if (paused) this.#pinger.pause();
    else this.#pinger.resume();
  }

  protected override drained(): void {
    if (this.outbox.pendingFrames === 0) this.#pongBytes = 0;
    const ping = this.#newestPing;
    if (ping === undefined || this.options.transport.blocked || this.outbox.isClosedForSend) return;
    this.#newestPing = undefined;
    this.ping(ping);
  }

  protected override ending(): void {
    this.#pinger.stop();
  }

  protected override exhausted(): void {
    const { name } = this.connection.state;
    if (name === "peerClosed" || name === "failed") this.outbox.sendClose();
  }
}
