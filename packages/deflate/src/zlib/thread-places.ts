import type { DeflateRaw, InflateRaw } from "node:zlib";
import { CancelledError } from "@sluice/core";
import type { StreamOutcome } from "./stream-job.js";
import { throughStream } from "./stream-job.js";

/**
 * The places that an installation has on Node's thread pool, which file access and name look-ups need too. Who finds none
 * waits for its turn, in order.
 */
export class ThreadPlaces {
  /** In the order in which they came. Each goes on, with a place. */
  readonly #waiting = new Set<() => void>();
  #free: number;

  constructor(places: number) {
    this.#free = places;
  }

  /** As {@link throughStream}, in a place. To close the stream gives up waiting for one, too. */
  async run(stream: DeflateRaw | InflateRaw, input: Uint8Array, maxSize: number): Promise<StreamOutcome> {
    if (stream.destroyed) throw closedError();
    if (this.#free > 0) this.#free -= 1;
    else await this.#place(stream);
    try {
      if (stream.destroyed) throw closedError();
      return await throughStream(stream, input, maxSize);
    } finally {
      this.#giveUp();
    }
  }

  /** Settles with a place, or rejects without one when the stream closes. */
  #place(stream: DeflateRaw | InflateRaw): Promise<void> {
    return new Promise((resolve, reject) => {
      const goOn = (): void => {
        stream.off("close", leave);
        resolve();
      };
      const leave = (): void => {
        this.#waiting.delete(goOn);
        reject(closedError());
      };
      stream.once("close", leave);
      this.#waiting.add(goOn);
    });
  }

  /** To the one that has waited longest. */
  #giveUp(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free += 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}

function closedError(): CancelledError {
  return new CancelledError("The compression was closed");
}
