import type { Frame } from "@sluice/core";
import { CancelledError } from "@sluice/core";
import type { Broadcasts } from "./broadcasts.js";
import { SharedWork } from "./broadcasts.js";
import type { Choice } from "./choice.js";
import type { Deflater } from "./deflater.js";
import { plain, remade } from "./frames.js";

/** The messages that a session sends. */
export interface OutgoingMessages {
  /** @throws what {@link Deflater} throws; a promise rejects with the same. */
  process(frame: Frame.Data): Frame.Data | Promise<Frame.Data>;
  close(): void;
}

/** Of a session that keeps its context. */
export class ConnectedMessages implements OutgoingMessages {
  readonly #deflater: Deflater;
  readonly #choice: Choice;

  constructor(deflater: Deflater, choice: Choice) {
    this.#deflater = deflater;
    this.#choice = choice;
  }

  /**
   * Compresses also what comes out longer, by one in 800 bytes: the message is in the window by then, and must get into
   * that of the peer. To send it plain, the window would have to be forgotten, and with it the ratio of the messages
   * behind it.
   */
  process(frame: Frame.Data): Frame.Data | Promise<Frame.Data> {
    const { data } = frame;
    if (!this.#choice(frame, data)) return plain(frame);
    const made = this.#deflater.deflate(data);
    return made instanceof Promise ? made.then((payload) => remade(frame, payload, true)) : remade(frame, made, true);
  }

  close(): void {
    this.#deflater.close();
  }
}

/** Of a session that keeps none: each message is what it would be in any other such session. */
export class SeparateMessages implements OutgoingMessages {
  readonly #broadcasts: Broadcasts;
  /** Gives up the frame that is waited for. */
  #leave: (() => void) | undefined;

  constructor(broadcasts: Broadcasts) {
    this.#broadcasts = broadcasts;
  }

  process(frame: Frame.Data): Frame.Data | Promise<Frame.Data> {
    const made = this.#broadcasts.compress(frame);
    return made instanceof SharedWork ? this.#waitFor(made) : made;
  }

  close(): void {
    this.#leave?.();
  }

  #waitFor(work: SharedWork): Promise<Frame.Data> {
    work.join();
    const outcome = new Promise<Frame.Data>((resolve, reject) => {
      this.#leave = () => {
        work.leave();
        reject(new CancelledError("The compression is closed"));
      };
      work.result.then(resolve, reject);
    });
    return outcome.finally(() => {
      this.#leave = undefined;
    });
  }
}

/** Of a session whose window is too small to compress with. */
export const plainMessages: OutgoingMessages = {
  process: plain,
  close() {
    // There is nothing to free.
  },
};
