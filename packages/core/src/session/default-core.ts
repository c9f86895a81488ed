import { PingTimeoutError } from "../errors.js";
import type { ActiveExtension } from "../extension/negotiation.js";
import { Frame } from "../frame.js";
import type { Ending, Outcome } from "./ending.js";
import type { PingerOwner } from "./pinger.js";
import { Pinger } from "./pinger.js";
import { Ponger } from "./ponger.js";
import { SessionCore } from "./session-core.js";
import type { SessionOptions } from "./session-options.js";
import type { Transport } from "./transport.js";

/** The core of a session of whole messages: it answers pings and the peer's Close, and finds lost peers. */
export class DefaultCore extends SessionCore implements PingerOwner {
  readonly pinger: Pinger;
  heard = false;
  /** Once a ping has come. */
  #ponger: Ponger | undefined;

  constructor(options: SessionOptions, transport: Transport, extensions: readonly ActiveExtension[]) {
    super(options, transport, extensions, false);
    this.pinger = new Pinger(this);
    this.pinger.start();
  }

  override receive(start: number, end: number): void {
    this.heard = true;
    super.receive(start, end);
  }

  override drained(frames: number, bytes: number): void {
    super.drained(frames, bytes);
    this.#ponger?.drained();
  }

  override ping(frame: Frame.Ping): void {
    this.#ponger ??= new Ponger(this);
    this.#ponger.ping(frame);
  }

  override pong(frame: Frame.Pong): boolean {
    return this.pinger.pong(frame.data);
  }

  override readingPaused(paused: boolean): void {
    super.readingPaused(paused);
    if (paused) this.pinger.pause();
    else this.pinger.resume();
  }

  /** Calls back when nothing more can be sent, with how the session ended: now, where that is so. */
  whenClosedForSend(callback: (outcome: Outcome) => void): void {
    this.conclusion.whenClosedForSend(callback);
    if (this.outbox.isClosedForSend) this.closedForSend();
  }

  sendPing(payload: Uint8Array): Promise<void> {
    this.connection.send(new Frame.Ping(payload));
    return this.outbox.flush();
  }

  pingTimedOut(): void {
    this.fail(new PingTimeoutError(this.pinger.timeout));
  }

  protected override ending(ending: Ending): void {
    super.ending(ending);
    this.pinger.stop();
  }

  protected override endsIteration(): boolean {
    return true;
  }

  protected override answerEnd(): void {
    const { name } = this.connection.state;
    if (name === "peerClosed" || name === "failed") this.outbox.sendClose();
  }
}
