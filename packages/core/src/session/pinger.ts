import type { Timer } from "./platform.js";
import type { SessionOptions, SessionSettings } from "./session-options.js";
import { Sleeper } from "./sleeper.js";

/** The session that pings. */
export interface PingerOwner {
  readonly options: Pick<SessionOptions, "platform" | "settings">;
  /** Whether anything came since the last ping: any byte received counts as life. Told here, where it is at hand. */
  heard: boolean;
  /** Sends a ping with this payload, and says when it reached the kernel. Never rejects. */
  sendPing(payload: Uint8Array): Promise<void>;
  /** Nothing came from the peer within `timeout` of a ping. */
  pingTimedOut(): void;
}

type PingerSettings = Pick<SessionSettings, "pingPeriod" | "timeout">;

type Phase =
  /** Nothing is under way: pings are off. */
  | { readonly name: "off" }
  /** The session does not read, for reasons of its own. */
  | { readonly name: "paused" }
  /** The session has its ending. */
  | { readonly name: "stopped" }
  | { readonly name: "waiting" }
  /** The ping is on its way to the kernel: a peer that does not read is not judged. */
  | { readonly name: "sending" }
  | Pinged;

/** The peer has until `deadline`, and is looked after when `due`; lateness of our own may be `forgiven` once. */
interface Pinged {
  readonly name: "pinged";
  readonly deadline: number;
  readonly due: number;
  readonly forgiven: boolean;
}

const OFF: Phase = { name: "off" };
const PAUSED: Phase = { name: "paused" };
const STOPPED: Phase = { name: "stopped" };
const WAITING: Phase = { name: "waiting" };

/** Lateness of a timer, in milliseconds, that is no stall. */
const TOLERATED_LATENESS = 20;

/**
 * Finds lost peers: a ping every `pingPeriod`, and an end when not one byte arrives within `timeout` after it. Ktor: the
 * pinger of a default session. While the session does not read for reasons of its own, its clock stands still.
 */
export class Pinger extends Sleeper {
  readonly #owner: PingerOwner;
  /** Others may have the same object: to change one of the two is to give another. */
  #settings: PingerSettings;
  #phase: Phase = OFF;
  /** While it waits for a ping to be due, or for an answer: itself, where the platform has a wheel. */
  #timer: Timer | undefined;
  /** When the last ping was sent, or the session began. Where no pong is to come, in whole milliseconds, which need no memory. */
  #sentAt: number;
  #sequence = 0;
  /** Whether the pong of the last ping is still to come. */
  #pongDue = false;
  #roundTripTime: number | undefined;

  constructor(owner: PingerOwner) {
    super();
    const { platform, settings } = owner.options;
    this.#owner = owner;
    this.#settings = settings;
    this.#sentAt = Math.ceil(platform.now());
  }

  /** Milliseconds between the last ping that was answered and its pong; `undefined` before the first. */
  get roundTripTime(): number | undefined {
    return this.#roundTripTime;
  }

  get pingPeriod(): number {
    return this.#settings.pingPeriod;
  }

  /** The next ping is due a whole period from now. A ping under way is judged first, unless 0 turns pings off. */
  set pingPeriod(value: number) {
    const { name } = this.#phase;
    this.#settings = { pingPeriod: value, timeout: this.timeout };
    if (value === 0 || name === "off" || name === "waiting") this.start();
  }

  get timeout(): number {
    return this.#settings.timeout;
  }

  /** Holds from now on, also for a ping under way. */
  set timeout(value: number) {
    const change = value - this.timeout;
    this.#settings = { pingPeriod: this.pingPeriod, timeout: value };
    const phase = this.#phase;
    if (phase.name === "pinged") this.awaitPong(phase.deadline + change, phase.forgiven);
  }

  /** Waits for the next ping to be due. */
  start(): void {
    const { name } = this.#phase;
    if (name !== "paused" && name !== "stopped") this.wait(this.pingPeriod);
  }

  /** The session has its ending. */
  stop(): void {
    this.enter(STOPPED);
  }

  /** The session stopped reading for reasons of its own: the peer cannot be heard, and is not judged. */
  pause(): void {
    if (this.#phase.name !== "stopped") this.enter(PAUSED);
  }

  /** The session reads again: a fresh ping with a fresh timeout, though never two within a period. */
  resume(): void {
    if (this.#phase.name === "paused") this.waitFromLastPing();
  }

  /**
   * A pong has come. Returns whether it was awaited: one that does not carry the current ping's payload is unsolicited, which
   * is allowed (RFC 6455 section 5.5.3).
   */
  pong(payload: Uint8Array): boolean {
    if (!this.#pongDue || payload.length !== 4) return false;
    const sequence = new DataView(payload.buffer, payload.byteOffset, 4).getUint32(0);
    if (sequence !== this.#sequence) return false;
    this.#pongDue = false;
    this.#roundTripTime = this.now() - this.#sentAt;
    this.#sentAt = Math.ceil(this.#sentAt);
    return true;
  }

  /** Time is up: for the next ping, or for the answer to the last. */
  wake(): void {
    const phase = this.#phase;
    if (phase.name === "waiting") this.ping();
    else if (phase.name === "pinged") this.due(phase);
  }

  private ping(): void {
    this.#sequence = (this.#sequence + 1) >>> 0;
    this.#owner.heard = false;
    this.#pongDue = true;
    const payload = new Uint8Array(4);
    new DataView(payload.buffer).setUint32(0, this.#sequence);
    const sending: Phase = { name: "sending" };
    this.enter(sending);
    this.#sentAt = this.now();
    void this.#owner.sendPing(payload).then(() => {
      if (this.#phase === sending) this.awaitPong(this.now() + this.timeout, false);
    });
  }

  /**
   * Looks again at the deadline, or before it where a ping may be due by then and the peer have been heard: when one is, or
   * a period from now where one was while the last was still on its way.
   */
  private awaitPong(deadline: number, forgiven: boolean): void {
    const now = this.now();
    const nextPing = this.#sentAt + this.pingPeriod;
    const due = Math.min(deadline, nextPing > now ? nextPing : now + this.pingPeriod);
    this.enter({ name: "pinged", deadline, due, forgiven }, Math.max(0, due - now));
  }

  /** Input that already waits is heard first, and time that the event loop lost is given back, once. */
  private due(pinged: Pinged): void {
    const now = this.now();
    const late = now - pinged.due;
    if (this.#owner.heard) {
      this.waitFromLastPing();
    } else if (late > TOLERATED_LATENESS && !pinged.forgiven) {
      this.awaitPong(Math.max(pinged.deadline, now) + Math.min(late, this.timeout), true);
    } else if (now < pinged.deadline) {
      this.awaitPong(pinged.deadline, pinged.forgiven);
    } else {
      this.#owner.options.platform.nextTurn(() => {
        if (this.#phase !== pinged) return;
        if (this.#owner.heard) {
          this.waitFromLastPing();
        } else {
          this.enter(OFF);
          this.#owner.pingTimedOut();
        }
      });
    }
  }

  private waitFromLastPing(): void {
    this.wait(Math.max(0, this.#sentAt + this.pingPeriod - this.now()));
  }

  private wait(delay: number): void {
    if (this.pingPeriod > 0) this.enter(WAITING, delay);
    else this.enter(OFF);
  }

  /** @param delay after which to `wake`. */
  private enter(phase: Phase, delay?: number): void {
    this.#timer?.cancel();
    this.#timer = delay === undefined ? undefined : this.sleep(delay);
    this.#phase = phase;
  }

  private sleep(delay: number): Timer {
    const { platform } = this.#owner.options;
    return platform.wakeIn?.(delay, this) ?? platform.setTimer(delay, () => this.wake());
  }

  private now(): number {
    return this.#owner.options.platform.now();
  }
}
