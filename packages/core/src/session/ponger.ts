import { Frame } from "../frame.js";
import type { Connection } from "../protocol/connection.js";
import type { Outbox } from "./outbox.js";
import type { Transport } from "./transport.js";

/** Bytes of pongs that may wait for the kernel, headers included. */
const PONGS_WAITING = 4096;

/** The session that answers. */
export interface PongerOwner {
  readonly transport: Transport;
  readonly connection: Connection;
  readonly outbox: Pick<Outbox, "encodedFrames" | "drainedFrames">;
}

/**
 * Answers every ping, in order, as long as the pongs get away. Where they do not, only the newest ping is kept for later,
 * which RFC 6455 section 5.5.3 allows: a peer that pings and does not read costs no memory.
 */
export class Ponger {
  readonly #owner: PongerOwner;
  /** Pongs that the kernel has not taken: their number among all frames, and their bytes. */
  readonly #waiting: { readonly number: number; readonly size: number }[] = [];
  #bytes = 0;
  #newest: Frame.Ping | undefined;

  constructor(owner: PongerOwner) {
    this.#owner = owner;
  }

  /** A ping has come. */
  ping(frame: Frame.Ping): void {
    if (this.#newest === undefined && this.#hasRoom(frame)) this.#answer(frame);
    else this.#newest = frame;
  }

  /** The kernel took more. */
  drained(): void {
    const { connection, outbox } = this.#owner;
    while (this.#waiting[0] !== undefined && this.#waiting[0].number <= outbox.drainedFrames) {
      this.#bytes -= this.#waiting.shift()?.size ?? 0;
    }
    const frame = this.#newest;
    if (frame === undefined || connection.state.name !== "open" || !this.#hasRoom(frame)) return;
    this.#newest = undefined;
    this.#answer(frame);
  }

  #hasRoom(frame: Frame.Ping): boolean {
    return !this.#owner.transport.blocked && this.#bytes + sizeOf(frame) <= PONGS_WAITING;
  }

  #answer(frame: Frame.Ping): void {
    const { connection, outbox } = this.#owner;
    connection.send(new Frame.Pong(frame.data));
    const size = sizeOf(frame);
    this.#waiting.push({ number: outbox.encodedFrames, size });
    this.#bytes += size;
  }
}

function sizeOf(frame: Frame.Ping): number {
  return frame.data.length + 2;
}
