import type { Frame } from "@sluice/core";

/** How many short frames are remembered when they were sent once: more than a broadcast has under way in one turn. */
const LATELY = 32;

/** Bytes. A longer frame costs so much to compress that it is remembered at once, and weakly. */
const SHORT = 4096;

/**
 * What became of frames that may be sent again: of the short ones that were sent last, and of all that were sent twice.
 *
 * A WeakMap alone would do. But most frames are sent once, and an entry for each of them costs 1 µs, a fifth of what
 * compressing 256 bytes takes, and keeps them until the next full collection: 10 KiB for each session that had traffic.
 */
export class MadeFrames<Made> {
  /** In the places of a ring. */
  readonly #lately = Array<Frame.Data | undefined>(LATELY).fill(undefined);
  readonly #madeLately = Array<Made | undefined>(LATELY).fill(undefined);
  #next = 0;
  /** There for the first that was. */
  #often: WeakMap<Frame.Data, Made> | undefined;

  get(frame: Frame.Data): Made | undefined {
    const place = this.#lately.indexOf(frame);
    if (place < 0) return this.#often?.get(frame);
    const made = this.#madeLately[place] as Made;
    this.#clear(place);
    this.#keep(frame, made);
    return made;
  }

  /** @param size bytes of the frame */
  set(frame: Frame.Data, size: number, made: Made): void {
    if (size > SHORT) {
      this.#keep(frame, made);
      return;
    }
    this.#lately[this.#next] = frame;
    this.#madeLately[this.#next] = made;
    this.#next = (this.#next + 1) % LATELY;
  }

  /** Forgets it if it is still this that became of it. */
  delete(frame: Frame.Data, made: Made): void {
    if (this.#often?.get(frame) === made) this.#often.delete(frame);
    const place = this.#madeLately.indexOf(made);
    if (place >= 0) this.#clear(place);
  }

  #keep(frame: Frame.Data, made: Made): void {
    this.#often ??= new WeakMap();
    this.#often.set(frame, made);
  }

  #clear(place: number): void {
    this.#lately[place] = undefined;
    this.#madeLately[place] = undefined;
  }
}
