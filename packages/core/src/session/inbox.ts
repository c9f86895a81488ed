import type { Channel } from "../channel/channel.js";
import type { Chain, Processed } from "../extension/chain.js";
import type { Frame } from "../frame.js";
import { budgetSize } from "../frame.js";
import type { Connection } from "../protocol/connection.js";
import type { SessionOptions } from "./session-options.js";

/** The session whose frames they are. */
export interface InboxOwner {
  readonly channel: Channel<Frame>;
  readonly connection: Pick<Connection, "accept">;
  readonly options: Pick<SessionOptions, "platform">;
  /** An extension failed, or what it made cannot be accepted: nothing behind it can be read. Called once. */
  extensionFailed(error: unknown): void;
  /** There is more room than there was. */
  moved(): void;
}

/**
 * Frames on their way through the extensions of a session to its channel, in order. They wait here while an extension takes
 * its time, and while the channel is full: what they become may be a thousand times as long. What waits counts in what may
 * still come, and the end of the input waits behind it.
 */
export class Inbox {
  readonly #owner: InboxOwner;
  readonly #chain: Chain;
  /** Frames, and what comes behind them. */
  #waiting: (Frame | (() => void))[] = [];
  #frames = 0;
  #bytes = 0;
  #state: "idle" | "working" | "over" = "idle";
  #turnComing = false;
  /** Frames that nobody is to see. */
  #unwanted: Set<Frame> | undefined;

  constructor(owner: InboxOwner, chain: Chain) {
    this.#owner = owner;
    this.#chain = chain;
  }

  /** Whether frames wait. */
  get isWaiting(): boolean {
    return this.#frames > 0;
  }

  /** Frames that may come now. */
  get freePlaces(): number {
    return this.#owner.channel.freePlaces - this.#frames - (this.#state === "working" ? 1 : 0);
  }

  /** Bytes that may come now; 0 or less while the channel or what waits here fills the bound. */
  get freeBytes(): number {
    return this.#owner.channel.freeBytes - this.#bytes;
  }

  /** A frame has come. */
  put(frame: Frame): void {
    if (this.#takesNothing()) return;
    if (this.#state === "idle" && this.#waiting.length === 0 && this.#hasRoom()) this.#process(frame);
    else this.#wait(frame);
  }

  /** A frame has come that nobody is to see. The extensions see it all the same: those behind it may point back to it. */
  drop(frame: Frame): void {
    if (this.#takesNothing()) return;
    this.#unwanted ??= new Set();
    this.#unwanted.add(frame);
    this.put(frame);
  }

  /** Calls back when everything that came so far is in the channel, or never will be. */
  after(callback: () => void): void {
    if (this.#takesNothing() || (this.#state === "idle" && this.#waiting.length === 0)) callback();
    else this.#waiting.push(callback);
  }

  /** A reader took something out of the full channel. */
  room(): void {
    if (this.#waiting.length === 0 || this.#turnComing) return;
    this.#turnComing = true;
    this.#owner.options.platform.nextTurn(() => {
      this.#turnComing = false;
      this.#pump();
    });
  }

  /** The channel takes no more, or the session is over: what waits is dropped, and what comes behind it comes now. */
  discard(): void {
    this.#state = "over";
    this.#chain.drop();
    this.#unwanted = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#frames = 0;
    this.#bytes = 0;
    for (const next of waiting) if (typeof next === "function") next();
  }

  #takesNothing(): boolean {
    return this.#state === "over" || this.#owner.channel.isClosed;
  }

  #hasRoom(): boolean {
    return this.#owner.channel.freePlaces > 0 && this.#owner.channel.freeBytes > 0;
  }

  #wait(frame: Frame): void {
    this.#waiting.push(frame);
    this.#frames++;
    this.#bytes += budgetSize(frame);
    if (!this.#hasRoom()) this.#owner.channel.notifyRoom();
  }

  #pump(): void {
    while (this.#state === "idle") {
      const next = this.#waiting[0];
      if (next === undefined) break;
      if (typeof next !== "function" && !this.#hasRoom()) {
        this.#owner.channel.notifyRoom();
        break;
      }
      this.#waiting.shift();
      if (typeof next === "function") {
        next();
      } else {
        this.#frames--;
        this.#bytes -= budgetSize(next);
        this.#process(next);
      }
    }
    this.#owner.moved();
  }

  /** Control frames, which a raw session shows, pass the extensions by. */
  #process(frame: Frame): void {
    if (frame.type !== "text" && frame.type !== "binary") {
      this.#owner.channel.put(frame);
      return;
    }
    let made: Processed | Promise<Processed>;
    try {
      made = this.#chain.process(frame);
      if (!(made instanceof Promise)) this.#deliver(frame, made);
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (made instanceof Promise) this.#await(frame, made);
  }

  #await(frame: Frame, made: Promise<Processed>): void {
    this.#state = "working";
    made
      .then((processed) => {
        if (this.#state === "working") this.#deliver(frame, processed);
      })
      .then(
        () => {
          if (this.#state !== "working") return;
          this.#state = "idle";
          this.#pump();
        },
        (error: unknown) => this.#fail(error),
      );
  }

  #deliver(frame: Frame, processed: Processed): void {
    if (this.#unwanted?.delete(frame) === true || processed === undefined) return;
    this.#owner.channel.put(this.#owner.connection.accept(processed));
  }

  #fail(error: unknown): void {
    if (this.#state === "over") return;
    this.#state = "over";
    this.#owner.extensionFailed(error);
    this.discard();
  }
}
