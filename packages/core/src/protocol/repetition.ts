import type { OutputBatch } from "./connection-options.js";
import type { Sent } from "./shared-frames.js";
import { SharedFrames } from "./shared-frames.js";

/** The most that is shared, in bytes and frames: what is longer is not sent often enough to matter. */
const MOST_BYTES = 64 * 1024;
const MOST_FRAMES = 64;

/**
 * What one connection after the other sends alike, as in a broadcast: frames are encoded once, and shared. Whoever begins its
 * output with what the last one began with gets that frame as it is, and those that others sent behind it, for as long as it
 * sends the same.
 */
export class Repetition {
  /** What the last output began with. */
  #first: Sent | undefined;
  /** That, if it was sent twice. */
  #head: SharedFrames | undefined;
  /** Where frames are encoded before it is known how long they are. */
  #memory: Uint8Array | undefined;

  /** What takes the place of what waits, of which `undefined` is nothing, where the frame is sent behind that. */
  find(waiting: SharedFrames | undefined, sent: Sent, firstByte: number): SharedFrames | undefined {
    const next = waiting === undefined ? this.#head : waiting.next;
    return next?.is(sent, firstByte) === true ? next : undefined;
  }

  /**
   * Where to encode a frame that was not found, for others as well. `undefined` where nobody else is known to send it.
   *
   * @param most bytes that it may take.
   */
  begin(waiting: SharedFrames | undefined, sent: Sent, most: number): OutputBatch | undefined {
    if (waiting === undefined) {
      const isRepeated = this.#first === sent;
      this.#first = sent;
      this.#head = undefined;
      if (!isRepeated) return undefined;
    } else if (waiting.next !== undefined || waiting.frames === MOST_FRAMES) {
      return undefined;
    }
    const length = waiting?.length ?? 0;
    if (length + most > MOST_BYTES) return undefined;
    this.#memory ??= new Uint8Array(MOST_BYTES);
    if (waiting !== undefined) this.#memory.set(waiting.bytes);
    return { bytes: this.#memory, length };
  }

  /** The frame was encoded behind the end of the batch that `begin` gave. */
  encoded(
    { bytes, length }: OutputBatch,
    waiting: SharedFrames | undefined,
    sent: Sent,
    firstByte: number,
    size: number,
  ): SharedFrames {
    const made = new SharedFrames(bytes.slice(0, length + size), (waiting?.frames ?? 0) + 1, sent, firstByte);
    if (waiting === undefined) this.#head = made;
    else waiting.next = made;
    return made;
  }
}
