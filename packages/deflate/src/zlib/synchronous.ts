import type { DeflateRaw, InflateRaw } from "node:zlib";
import { constants, createDeflateRaw, createInflateRaw } from "node:zlib";

/** What is private in Node's zlib streams and used here. The same from Node 20 to 26. */
interface ZlibHandle {
  writeSync(
    flush: number,
    input: Uint8Array,
    inputOffset: number,
    inputLength: number,
    output: Uint8Array,
    outputOffset: number,
    outputLength: number,
  ): void;
  onerror(message: string, errno: number, code: string): void;
}

/** What zlib said when it failed. */
export interface ZlibFailure {
  readonly code: string;
  readonly message: string;
}

/**
 * Drives the context of a zlib stream synchronously, again and again, which the public interface cannot: its synchronous
 * functions begin with a new context each time. The stream stays whole: it can take the next message itself, on the
 * thread pool, as long as the two never overlap.
 *
 * It relies on the stream's handle, which is private, so nobody may use it before {@link synchronousWorks} said so.
 */
export class SynchronousDrive {
  /** Bytes that the last step took from its input. */
  consumed = 0;
  /** Bytes that the last step wrote to its output. */
  produced = 0;

  readonly #stream: DeflateRaw | InflateRaw;
  readonly #handle: ZlibHandle;
  /** What is left of the output and of the input after a step, in this order. */
  readonly #left: Uint32Array;
  #stepping = false;
  #failure: ZlibFailure | undefined;

  /** @throws an `Error` where the stream does not have what this relies on */
  constructor(stream: DeflateRaw | InflateRaw) {
    const { handle, left } = insides(stream);
    this.#stream = stream;
    this.#handle = handle;
    this.#left = left;
    // By default an error destroys the stream, a tick later. Errors of steps are for the caller of the step alone.
    const onerror = handle.onerror;
    handle.onerror = (message, errno, code) => {
      if (this.#stepping) this.#failure = { code, message };
      else onerror.call(handle, message, errno, code);
    };
  }

  /**
   * Takes input from `from` to `to` and writes at most `room` bytes to the beginning of `output`, with a sync flush.
   * `undefined` where it went well; then {@link consumed} and {@link produced} tell how far it came.
   */
  step(input: Uint8Array, from: number, to: number, output: Uint8Array, room: number): ZlibFailure | undefined {
    // Zlib ends the process when a closed handle is used.
    if (this.#stream.destroyed) return { code: "CLOSED", message: "the context is closed" };
    this.#failure = undefined;
    this.#stepping = true;
    this.#handle.writeSync(constants.Z_SYNC_FLUSH, input, from, to - from, output, 0, room);
    this.#stepping = false;
    const [outputLeft = 0, inputLeft = 0] = this.#left;
    this.produced = room - outputLeft;
    this.consumed = to - from - inputLeft;
    return this.#failure;
  }
}

let works: boolean | undefined;

/**
 * Whether contexts can be driven synchronously in this process. Tried out once: two messages through one pair of
 * contexts, the second in few bytes because it repeats the first, then a corrupt one, and a whole one after a reset.
 */
export function synchronousWorks(): boolean {
  works ??= tryOut();
  return works;
}

function tryOut(): boolean {
  const deflate = createDeflateRaw();
  const inflate = createInflateRaw();
  try {
    const deflating = new SynchronousDrive(deflate);
    const inflating = new SynchronousDrive(inflate);
    const message = Uint8Array.from({ length: 200 }, (_, index) => (index * 167) % 251);
    const sizes: number[] = [];
    for (let round = 0; round < 3; round++) {
      const packed = new Uint8Array(300);
      const unpacked = new Uint8Array(300);
      if (deflating.step(message, 0, message.length, packed, packed.length) !== undefined) return false;
      sizes.push(deflating.produced);
      if (inflating.step(packed, 0, deflating.produced, unpacked, unpacked.length) !== undefined) return false;
      if (inflating.produced !== message.length || inflating.consumed !== deflating.produced) return false;
      if (message.some((byte, index) => unpacked[index] !== byte)) return false;
      if (round === 1) {
        // A block of the reserved type.
        if (inflating.step(Uint8Array.of(7), 0, 1, unpacked, unpacked.length)?.code !== "Z_DATA_ERROR") return false;
        inflate.reset();
        deflate.reset();
      }
    }
    const [first = 0, second = 0, afterReset = 0] = sizes;
    return second < first / 4 && afterReset === first && !inflate.destroyed;
  } catch {
    return false;
  } finally {
    deflate.close();
    inflate.close();
  }
}

function insides(stream: object): { handle: ZlibHandle; left: Uint32Array } {
  const handle: unknown = Reflect.get(stream, "_handle");
  const left: unknown = Reflect.get(stream, "_writeState");
  if (!isHandle(handle) || !(left instanceof Uint32Array) || left.length !== 2) {
    throw new Error("The zlib streams of this runtime cannot be driven synchronously");
  }
  return { handle, left };
}

function isHandle(value: unknown): value is ZlibHandle {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof Reflect.get(value, "writeSync") === "function" &&
    typeof Reflect.get(value, "onerror") === "function"
  );
}
