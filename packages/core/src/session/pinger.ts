import type { Platform, Timer } from "./platform.js";

/** What a pinger may do to its session. */
export interface PingerActions {
  /** Sends a ping with this payload, and says when it reached the kernel. Never rejects. */
  ping(payload: Uint8Array): Promise<void>;
  /** Nothing came from the peer within `timeout` of a ping. */
  timedOut(): void;
}

export interface PingerOptions {
  readonly platform: Platform;
  readonly actions: PingerActions;
  /** Milliseconds between pings; 0 for none. */
  readonly pingPeriod: number;
  /** Milliseconds that the peer has to send anything at all after a ping reached the kernel. */
  readonly timeout: number;
}

type Phase =
  | { readonly name: "stopped" }
  | { readonly name: "waiting"; readonly timer: Timer }
  /** The ping is on its way to the kernel: a peer that does not read is not judged. */
  | { readonly name: "sending" }
  | { readonly name: "pinged"; readonly at: number; readonly due: number; readonly timer: Timer };

const STOPPED: Phase = { name: "stopped" };

/** Lateness of a timer, in milliseconds, that is the runtime's own doing and taken off the peer's account. */
const TOLERATED_LATENESS = 20;

/**
 * Finds lost peers: a ping every `pingPeriod`, and an end when not one byte arrives within `timeout` after it. Ktor: the
 * pinger of a default session. While the session does not read for reasons of its own, its clock stands still.
 */
export class Pinger {
  readonly #platform: Platform;
  readonly #actions: PingerActions;
  #pingPeriod: number;
  #timeout: number;
  #phase: Phase = STOPPED;
  #paused = false;
  /** Whether anything came since the last ping. */
  #heard = false;
  #sentAt = 0;
  #sequence = 0;
  #roundTripTime: number | undefined;

  constructor(options: PingerOptions) {
    this.#platform = options.platform;
    this.#actions = options.actions;
    this.#pingPeriod = options.pingPeriod;
    this.#timeout = options.timeout;
  }

  /** Milliseconds between the last ping that was answered and its pong; `undefined` before the first. */
  get roundTripTime(): number | undefined {
    return this.#roundTripTime;
  }

  get pingPeriod(): number {
    return this.#pingPeriod;
  }

  set pingPeriod(value: number) {
    this.#pingPeriod = value;
    if (this.#phase.name === "waiting" || (this.#phase.name === "stopped" && value > 0)) this.start();
  }

  get timeout(): number {
    return this.#timeout;
  }

  set timeout(value: number) {
    this.#timeout = value;
  }

  /** Waits for the next ping to be due. */
  start(): void {
    this.#clear();
    if (this.#pingPeriod > 0 && !this.#paused) this.#wait(this.#pingPeriod);
  }

  stop(): void {
    this.#clear();
    this.#pingPeriod = 0;
  }

  /** Any byte received counts as life. */
  heard(): void {
    this.#heard = true;
  }

  /** The session stopped reading for reasons of its own: the peer cannot be heard, and is not judged. */
  pause(): void {
    this.#paused = true;
    this.#clear();
  }

  /** The session reads again: a fresh ping, a fresh timeout. */
  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    if (this.#pingPeriod > 0) this.#ping();
  }

  /** A pong has come. One that does not carry the current ping's payload is unsolicited, which is allowed (RFC 6455 section 5.5.3). */
  pong(payload: Uint8Array): void {
    if (payload.length !== 4) return;
    const sequence = new DataView(payload.buffer, payload.byteOffset, 4).getUint32(0);
    if (sequence === this.#sequence && sequence > 0) this.#roundTripTime = this.#platform.now() - this.#sentAt;
  }

  #ping(): void {
    this.#clear();
    this.#sequence = (this.#sequence + 1) >>> 0;
    this.#heard = false;
    const payload = new Uint8Array(4);
    new DataView(payload.buffer).setUint32(0, this.#sequence);
    const sending: Phase = { name: "sending" };
    this.#phase = sending;
    this.#sentAt = this.#platform.now();
    void this.#actions.ping(payload).then(() => {
      if (this.#phase === sending) this.#await(this.#platform.now(), Math.min(this.#timeout, this.#pingPeriod));
    });
  }

  #await(at: number, delay: number): void {
    const timer = this.#platform.setTimer(delay, () => this.#due());
    this.#phase = { name: "pinged", at, due: this.#platform.now() + delay, timer };
  }

  /** Time is up. Input that already waits is heard first, and time that the event loop lost is given back. */
  #due(): void {
    const pinged = this.#phase;
    if (pinged.name !== "pinged") return;
    const now = this.#platform.now();
    const late = now - pinged.due;
    const left = pinged.at + this.#timeout - now;
    if (this.#heard) this.#wait(this.#sentAt + this.#pingPeriod - now);
    else if (left > 0) this.#await(pinged.at, left);
    else if (late > TOLERATED_LATENESS)
      this.#await(now + Math.min(late, this.#timeout) - this.#timeout, Math.min(late, this.#timeout));
    else {
      this.#platform.nextTurn(() => {
        if (this.#phase !== pinged) return;
        if (this.#heard) this.#wait(this.#sentAt + this.#pingPeriod - this.#platform.now());
        else {
          this.#clear();
          this.#actions.timedOut();
        }
      });
    }
  }

  #wait(delay: number): void {
    this.#clear();
    const timer = this.#platform.setTimer(Math.max(0, delay), () => this.#ping());
    this.#phase = { name: "waiting", timer };
  }

  #clear(): void {
    if ("timer" in this.#phase) this.#phase.timer.cancel();
    this.#phase = STOPPED;
  }
}
