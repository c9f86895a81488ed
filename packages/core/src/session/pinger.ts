import type { Platform, Timer } from "./platform.js";
import type { SessionOptions } from "./session-options.js";

/** What a pinger may do to its session. */
export interface PingerActions {
  /** Whether anything came since the last ping: any byte received counts as life. Told here, where it is at hand. */
  heard: boolean;
  /** Sends a ping with this payload, and says when it reached the kernel. Never rejects. */
  sendPing(payload: Uint8Array): Promise<void>;
  /** Nothing came from the peer within `timeout` of a ping. */
  pingTimedOut(): void;
}

type Phase =
  /** Nothing is under way: pings are off, the session does not read, or it is over. */
  | { readonly name: "idle" }
  | { readonly name: "waiting" }
  /** The ping is on its way to the kernel: a peer that does not read is not judged. */
  | { readonly name: "sending" }
  /** The peer has until `deadline`; lateness of our own may be `forgiven` once. */
  | { readonly name: "pinged"; readonly deadline: number; readonly forgiven: boolean };

const IDLE: Phase = { name: "idle" };
const WAITING: Phase = { name: "waiting" };

/** Lateness of a timer, in milliseconds, that is no stall. */
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
  #phase: Phase = IDLE;
  /** While it waits for a ping to be due, or for an answer. */
  #timer: Timer | undefined;
  #paused = false;
  #stopped = false;
  #sentAt: number;
  #sequence = 0;
  /** Whether the pong of the last ping is still to come. */
  #pongDue = false;
  #roundTripTime: number | undefined;

  constructor(actions: PingerActions, { platform, settings }: Pick<SessionOptions, "platform" | "settings">) {
    this.#platform = platform;
    this.#actions = actions;
    this.#pingPeriod = settings.pingPeriod;
    this.#timeout = settings.timeout;
    this.#sentAt = platform.now();
  }

  /** Milliseconds between the last ping that was answered and its pong; `undefined` before the first. */
  get roundTripTime(): number | undefined {
    return this.#roundTripTime;
  }

  get pingPeriod(): number {
    return this.#pingPeriod;
  }

  /** The next ping is due a whole period from now. A ping under way is judged first, unless 0 turns pings off. */
  set pingPeriod(value: number) {
    this.#pingPeriod = value;
    if (value === 0 || this.#phase.name === "idle" || this.#phase.name === "waiting") this.start();
  }

  get timeout(): number {
    return this.#timeout;
  }

  /** Holds from now on, also for a ping under way. */
  set timeout(value: number) {
    const change = value - this.#timeout;
    this.#timeout = value;
    const phase = this.#phase;
    if (phase.name === "pinged") this.awaitPong(phase.deadline + change, phase.forgiven);
  }

  /** Waits for the next ping to be due. */
  start(): void {
    this.clear();
    if (this.#pingPeriod > 0 && !this.#paused && !this.#stopped) this.wait(this.#pingPeriod);
  }

  /** The session has its ending. */
  stop(): void {
    this.#stopped = true;
    this.clear();
  }

  /** The session stopped reading for reasons of its own: the peer cannot be heard, and is not judged. */
  pause(): void {
    this.#paused = true;
    this.clear();
  }

  /** The session reads again: a fresh ping with a fresh timeout, though never two within a period. */
  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    if (this.#pingPeriod > 0 && !this.#stopped) this.waitFromLastPing();
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
    this.#roundTripTime = this.#platform.now() - this.#sentAt;
    return true;
  }

  private ping(): void {
    this.clear();
    this.#sequence = (this.#sequence + 1) >>> 0;
    this.#actions.heard = false;
    this.#pongDue = true;
    const payload = new Uint8Array(4);
    new DataView(payload.buffer).setUint32(0, this.#sequence);
    const sending: Phase = { name: "sending" };
    this.#phase = sending;
    this.#sentAt = this.#platform.now();
    void this.#actions.sendPing(payload).then(() => {
      if (this.#phase === sending) this.awaitPong(this.#platform.now() + this.#timeout, false);
    });
  }

  /**
   * Looks again at the deadline, or before it where a ping may be due by then and the peer have been heard: when one is, or
   * a period from now where one was while the last was still on its way.
   */
  private awaitPong(deadline: number, forgiven: boolean): void {
    this.clear();
    const now = this.#platform.now();
    const nextPing = this.#sentAt + this.#pingPeriod;
    const due = Math.min(deadline, nextPing > now ? nextPing : now + this.#pingPeriod);
    this.#timer = this.#platform.setTimer(Math.max(0, due - now), () => this.due(due));
    this.#phase = { name: "pinged", deadline, forgiven };
  }

  /** Time is up. Input that already waits is heard first, and time that the event loop lost is given back, once. */
  private due(due: number): void {
    const pinged = this.#phase;
    if (pinged.name !== "pinged") return;
    const now = this.#platform.now();
    const late = now - due;
    if (this.#actions.heard) {
      this.waitFromLastPing();
    } else if (late > TOLERATED_LATENESS && !pinged.forgiven) {
      this.awaitPong(Math.max(pinged.deadline, now) + Math.min(late, this.#timeout), true);
    } else if (now < pinged.deadline) {
      this.awaitPong(pinged.deadline, pinged.forgiven);
    } else {
      this.#platform.nextTurn(() => {
        if (this.#phase !== pinged) return;
        if (this.#actions.heard) {
          this.waitFromLastPing();
        } else {
          this.clear();
          this.#actions.pingTimedOut();
        }
      });
    }
  }

  private waitFromLastPing(): void {
    this.wait(Math.max(0, this.#sentAt + this.#pingPeriod - this.#platform.now()));
  }

  private wait(delay: number): void {
    this.clear();
    // Every idle session holds one of these: half of what an arrow function is, with what it closes over.
    this.#timer = this.#platform.setTimer(delay, this.ping.bind(this));
    this.#phase = WAITING;
  }

  private clear(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#phase = IDLE;
  }
}
