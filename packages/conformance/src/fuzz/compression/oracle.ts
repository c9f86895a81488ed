import type { ZlibOptions } from "node:zlib";
import { constants, deflateRawSync, inflateRawSync } from "node:zlib";

/**
 * What `node:zlib` makes of one compressed message: its bytes, or what is wrong. A message that ends within a block is "open":
 * zlib would wait for the rest.
 */
export type Restored = { readonly bytes: Uint8Array; readonly open: boolean } | Refused;

export interface Refused {
  readonly wrong: Wrong;
  /** Whether what comes in front of that is too much already. Zlib looks on where nothing more comes of it. */
  isTooBigBefore(): boolean;
}

/** "either" where a message is corrupt, or open, so close behind the bound that both are true of one piece of output. */
export type Wrong = "corrupt" | "too big" | "either";

/** The bytes that RFC 7692 section 7.2.2 appends, and one that begins another block. */
const TAIL = Uint8Array.of(0, 0, 0xff, 0xff);
const NEXT = Uint8Array.of(0);
/** Empty blocks that end a stream, as zlib writes them and as it could: one of them might be what an open block waits for. */
const LAST = [Uint8Array.of(3, 0), Uint8Array.of(1, 0, 0, 0xff, 0xff)] as const;
const SMALLEST_CHUNK = 64;
/** The most that the product makes at once. */
const PIECE = 64 * 1024;
/** How many blocks with BFINAL the product takes in one message. */
const MOST_FINALS = 1024;

/**
 * Restores messages with zlib's one-shot functions: each message together with all those before it, from the beginning. Where
 * a message has blocks with BFINAL, each ends a stream, and its window with it (RFC 7692 section 7.2.3.4).
 */
export class RestoringOracle {
  readonly #takeover: boolean;
  /** What went into the stream, and how much came out of it. */
  #before: Uint8Array = new Uint8Array(0);
  #made = 0;

  constructor(takeover: boolean) {
    this.#takeover = takeover;
  }

  restore(payload: Uint8Array, limit: number): Restored {
    if (!this.#takeover) this.#begin();
    let rest: Uint8Array = Buffer.concat([payload, TAIL]);
    const parts: Uint8Array[] = [];
    let size = 0;
    let finals = 0;
    do {
      const room = this.#made + limit - size;
      const input = Buffer.concat([this.#before, rest]);
      const outcome = oneStream(input, room);
      if (typeof outcome === "string") return refused(outcome, input, room);
      const part = outcome.bytes.subarray(this.#made);
      parts.push(part);
      size += part.length;
      if (outcome.ended) {
        finals++;
        rest = rest.subarray(outcome.consumed - this.#before.length);
        this.#begin();
      } else {
        this.#before = Buffer.concat([this.#before, rest]);
        this.#made = outcome.bytes.length;
        rest = rest.subarray(rest.length);
      }
      if (finals > MOST_FINALS) return refused("corrupt", input, room);
    } while (rest.length > 0);
    return { bytes: Buffer.concat(parts), open: this.#before.length > 0 && isOpen(this.#before, this.#made) };
  }

  #begin(): void {
    this.#before = new Uint8Array(0);
    this.#made = 0;
  }
}

interface Stream {
  readonly bytes: Uint8Array;
  readonly consumed: number;
  /** A block with BFINAL was the last. */
  readonly ended: boolean;
}

function oneStream(input: Uint8Array, room: number): Stream | Wrong {
  const outcome = inflated(input, room);
  if (outcome === "too big") {
    const further = inflated(input, room + PIECE);
    const isEither = typeof further === "string" ? further === "corrupt" : isOpen(input, further.bytes.length);
    return isEither ? "either" : outcome;
  }
  if (outcome === "corrupt" && room + 1 < SMALLEST_CHUNK) return "either";
  if (typeof outcome === "string" || outcome.consumed < input.length) return outcome;
  // Whether it ended just there, only a byte more can tell.
  const further = inflated(Buffer.concat([input, NEXT]), room + 1);
  return { ...outcome, ended: typeof further !== "string" && further.consumed === input.length };
}

function refused(wrong: Wrong, input: Uint8Array, room: number): Refused {
  const isTooBigBefore = (): boolean =>
    Array.from(input, (_, size) => inflated(input.subarray(0, size), room)).includes("too big");
  return { wrong, isTooBigBefore };
}

/** Whether a stream of which `made` bytes came goes on within a block. */
function isOpen(input: Uint8Array, made: number): boolean {
  return LAST.some((block) => {
    const whole = Buffer.concat([input, block]);
    const outcome = inflated(Buffer.concat([whole, NEXT]), made + SMALLEST_CHUNK);
    return typeof outcome === "string" || outcome.consumed !== whole.length;
  });
}

function inflated(input: Uint8Array, room: number): Stream | "corrupt" | "too big" {
  // One chunk of what may come and a byte more: so that nothing behind it is looked at.
  const chunkSize = Math.max(SMALLEST_CHUNK, room + 1);
  const options = { finishFlush: constants.Z_SYNC_FLUSH, chunkSize, maxOutputLength: Math.max(1, room), info: true };
  try {
    // With `info` the answer is not what its type says: it has the engine, which knows how much it took.
    const { buffer, engine } = inflateRawSync(input, options) as unknown as {
      readonly buffer: Uint8Array;
      readonly engine: { readonly bytesWritten: number };
    };
    if (buffer.length > room) return "too big";
    return { bytes: buffer, consumed: engine.bytesWritten, ended: engine.bytesWritten < input.length };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE" ? "too big" : "corrupt";
  }
}

/** A message as a client sends it, behind those that made up `window`. */
export function compressed(message: Uint8Array, window: Uint8Array, options: ZlibOptions): Uint8Array {
  const dictionary = window.length > 0 ? { dictionary: window } : {};
  const bytes = deflateRawSync(message, { finishFlush: constants.Z_SYNC_FLUSH, ...dictionary, ...options });
  return options.finishFlush === constants.Z_FINISH ? bytes : bytes.subarray(0, -TAIL.length);
}
