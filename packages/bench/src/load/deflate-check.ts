import { constants, inflateRawSync } from "node:zlib";
import { appended, TAIL } from "./deflate-messages.js";
import { LoadFailure } from "./failure.js";
import { RSV1 } from "./frames.js";

/** Compares what comes back on one connection with what went out. */
export class DeflateCheck {
  readonly #expected: readonly Buffer[];
  #index = 0;
  #history: Buffer = Buffer.alloc(0);
  #fragments: Buffer[] = [];
  #compressed = false;

  constructor(expected: readonly Buffer[]) {
    this.#expected = expected;
  }

  /** @throws LoadFailure when a message is not the one that it should be. */
  next(firstByte: number, payload: Buffer, fin: boolean): void {
    // Only the first frame of a message says whether it is compressed.
    if (this.#fragments.length === 0) this.#compressed = (firstByte & RSV1) !== 0;
    this.#fragments.push(payload);
    if (!fin) return;
    const bytes = Buffer.concat(this.#fragments);
    this.#fragments = [];
    const message = this.#compressed ? this.#inflate(bytes) : bytes;
    const number = this.#index++;
    if (this.#expected[number % this.#expected.length]?.equals(message) !== true) {
      throw new LoadFailure(`message ${number} came back as another one`);
    }
  }

  #inflate(bytes: Buffer): Buffer {
    const options = { finishFlush: constants.Z_SYNC_FLUSH };
    const dictionary = this.#history;
    const message = inflateRawSync(
      Buffer.concat([bytes, TAIL]),
      dictionary.length === 0 ? options : { ...options, dictionary },
    );
    this.#history = appended(dictionary, message);
    return message;
  }
}
