import type { Frame } from "@sluice/core";
import type { Choice } from "./choice.js";
import type { Deflater } from "./deflater.js";
import { plain, remade } from "./frames.js";
import { MadeFrames } from "./made-frames.js";

/**
 * What sessions without a context send: a frame becomes the same in each of them, so one that goes to many is compressed
 * once. Of one installation and one window.
 */
export class Broadcasts {
  readonly #createDeflater: () => Deflater;
  readonly #choice: Choice;
  readonly #made = new MadeFrames<Frame.Data | SharedWork>();
  /** For the next message: one that works on threads belongs to the message it works on. */
  #deflater: Deflater | undefined;

  /** @param createDeflater makes one that keeps no context */
  constructor(createDeflater: () => Deflater, choice: Choice) {
    this.#createDeflater = createDeflater;
    this.#choice = choice;
  }

  /** @throws what {@link Deflater} throws */
  compress(frame: Frame.Data): Frame.Data | SharedWork {
    const before = this.#made.get(frame);
    if (before !== undefined) return before;
    const { data } = frame;
    const made = this.#choice(frame, data) ? this.#compress(frame, data) : plain(frame);
    this.#made.set(frame, data.length, made);
    return made;
  }

  #compress(frame: Frame.Data, data: Uint8Array): Frame.Data | SharedWork {
    this.#deflater ??= this.#createDeflater();
    const deflater = this.#deflater;
    const payload = deflater.deflate(data);
    if (!(payload instanceof Promise)) return smaller(frame, data, payload);
    this.#deflater = undefined;
    const work = new SharedWork(
      payload.then((later) => smaller(frame, data, later)),
      () => {
        forget();
        deflater.close();
      },
    );
    // Whoever sends the frame after that tries again.
    const forget = (): void => this.#made.delete(frame, work);
    work.result.catch(forget);
    return work;
  }
}

/** A frame that is compressed on a thread, for all who send it. */
export class SharedWork {
  readonly result: Promise<Frame.Data>;
  readonly #abandon: () => void;
  #waiting = 0;

  constructor(result: Promise<Frame.Data>, abandon: () => void) {
    this.result = result;
    this.#abandon = abandon;
  }

  join(): void {
    this.#waiting += 1;
  }

  /** Before the work is done: it is given up when nobody waits for it any more. */
  leave(): void {
    this.#waiting -= 1;
    if (this.#waiting === 0) this.#abandon();
  }
}

/** A message that does not shrink goes plain: there is no context that would miss it. */
function smaller(frame: Frame.Data, data: Uint8Array, payload: Uint8Array): Frame.Data {
  return payload.length < data.length ? remade(frame, payload, true) : plain(frame);
}
