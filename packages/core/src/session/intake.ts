import type { Channel } from "../channel/channel.js";
import type { SluiceError } from "../errors.js";
import { ChannelOverflowError, ProtocolViolationError } from "../errors.js";
import type { Frame } from "../frame.js";
import type { Connection } from "../protocol/connection.js";
import type { ReceiveStatus } from "../protocol/connection-options.js";
import type { Inbox } from "./inbox.js";
import type { Timer } from "./platform.js";
import type { SessionOptions } from "./session-options.js";
import type { Transport } from "./transport.js";

/** The session that reads. */
export interface IntakeOwner {
  readonly options: Pick<SessionOptions, "platform" | "settings">;
  readonly transport: Transport;
  readonly connection: Connection;
  readonly channel: Channel<Frame>;
  /** What stands between the connection and the channel where extensions are in use. */
  readonly inbox: Inbox | undefined;
  /** A limit was reached: the session ends. */
  fail(error: SluiceError): void;
  /** Reading stopped because nobody takes the frames, or goes on. */
  readingPaused(paused: boolean): void;
  /** The peer ended its side, and every byte in front of that was parsed. */
  inputEnded(): void;
}

/** Why reading stands still: the channel is full, or the turn's budget is used up; and "over" with the session. */
type Pause = "none" | "full" | "turn" | "over";

/** When a session reads: as long as its channel has room, and never more than one turn's budget at a time. */
export class Intake {
  readonly #owner: IntakeOwner;
  #pause: Pause = "none";
  #timer: Timer | undefined;
  /** Whether a callback of `nextTurn` that parses on is under way. */
  #turnComing = false;
  #endWaits = false;

  constructor(owner: IntakeOwner) {
    this.#owner = owner;
  }

  receive(start: number, end: number): void {
    this.after(this.#owner.connection.receive(start, end));
  }

  /** The peer ended its side: true news only when the bytes in front of it are parsed. */
  peerEnded(): void {
    if (this.#pause === "none") this.#owner.inputEnded();
    else this.#endWaits = true;
  }

  /** A reader took something out of a full channel, or the channel takes no more: parse on in a turn of its own. */
  wake(): void {
    if (this.#pause !== "full") return;
    this.#timer?.cancel();
    this.#owner.readingPaused(false);
    this.waitForTurn();
  }

  /** Whether `stop` was called. */
  get isOver(): boolean {
    return this.#pause === "over";
  }

  /** The session is over. */
  stop(): void {
    this.#timer?.cancel();
    this.#pause = "over";
  }

  private after(status: ReceiveStatus): void {
    if (this.#pause === "over") return;
    if (this.isFull()) this.waitForRoom();
    else if (status === "paused") this.waitForTurn();
    else if (this.#pause !== "none") this.readOn();
  }

  private isFull(): boolean {
    const { channel, inbox } = this.#owner;
    return !channel.isClosed && hasNoRoom(inbox ?? channel);
  }

  private waitForTurn(): void {
    this.halt("turn");
    if (this.#turnComing) return;
    this.#turnComing = true;
    this.#owner.options.platform.nextTurn(() => {
      this.#turnComing = false;
      if (this.#pause === "turn") this.after(this.#owner.connection.resume());
    });
  }

  private waitForRoom(): void {
    const { channel, options } = this.#owner;
    const { platform, settings } = options;
    if (this.#pause === "full") return;
    this.halt("full");
    channel.notifyRoom();
    if (settings.incoming.onOverflow === "close") {
      // Judged only after the reader had its turn: a burst in one chunk is no overflow.
      platform.nextTurn(() => this.overflow());
      return;
    }
    this.#owner.readingPaused(true);
    const { maxPause } = settings;
    if (maxPause === 0) return;
    this.#timer = platform.setTimer(maxPause, () => {
      const message = `Nobody read for ${maxPause} ms (maxPause) while messages waited`;
      this.#owner.fail(new ProtocolViolationError("NOT_READ_FOR_TOO_LONG", 1008, message));
    });
  }

  /** Under "close": full, and the reader did not come. More input now is one too many. */
  private overflow(): void {
    if (this.#pause !== "full") return;
    const { connection, channel, inbox, options } = this.#owner;
    // Where the channel has room, an extension is at work, and nobody is too slow.
    if (!hasNoRoom(channel)) return;
    if (connection.backlog > 0 || inbox?.isWaiting === true) {
      this.#owner.fail(new ChannelOverflowError("incoming", options.settings.incoming.capacity));
    } else {
      this.readOn();
    }
  }

  private halt(pause: Pause): void {
    if (this.#pause === "none") this.#owner.transport.pause();
    this.#pause = pause;
  }

  private readOn(): void {
    this.#pause = "none";
    this.#owner.transport.resume();
    if (!this.#endWaits) return;
    this.#endWaits = false;
    this.#owner.inputEnded();
  }
}

function hasNoRoom({ freePlaces, freeBytes }: { readonly freePlaces: number; readonly freeBytes: number }): boolean {
  return freePlaces <= 0 || freeBytes <= 0;
}
