import { constants, deflateRawSync, inflateRawSync } from "node:zlib";

const TAIL = Uint8Array.of(0, 0, 0xff, 0xff);

/** What `node:zlib` sends for one message with an empty window. */
export function oracleDeflate(message: Uint8Array, options: { level?: number; windowBits?: number } = {}): Uint8Array {
  if (message.length === 0) return Uint8Array.of(0);
  const bytes = deflateRawSync(message, { ...options, finishFlush: constants.Z_SYNC_FLUSH });
  return Uint8Array.from(bytes.subarray(0, -4));
}

/** What `node:zlib` makes of messages of one context, all at once; it throws where they are corrupt. */
export function oracleInflate(payloads: readonly Uint8Array[]): Uint8Array {
  const whole = Buffer.concat(payloads.flatMap((payload) => [payload, TAIL]));
  return Uint8Array.from(inflateRawSync(whole, { finishFlush: constants.Z_SYNC_FLUSH }));
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

/** JSON of `length` bytes, different for each `seed`. */
export function json(length: number, seed = 0): Uint8Array {
  const parts: string[] = [];
  let size = 0;
  for (let index = 0; size < length; index++) {
    const number = (index + 1) * 7919 + seed * 104_729;
    const part = JSON.stringify({ id: number, user: `user-${number % 997}`, text: `said ${Math.sin(number)}` });
    parts.push(part);
    size += part.length;
  }
  return Uint8Array.from(Buffer.from(parts.join(",")).subarray(0, length));
}

/** Bytes that do not compress, the same every time. */
export function noise(length: number, seed = 1): Uint8Array {
  let state = seed * 2_654_435_761 + 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

/**
 * Reads the messages of one direction with `node:zlib`, which refuses what points back further than the window: its
 * output is so small that all of it comes through the window.
 */
export class OracleInflater {
  readonly #windowBits: number;
  readonly #contextTakeover: boolean;
  /** The messages of the context so far, as they were compressed, and how long they are. */
  #payloads: Uint8Array[] = [];
  #size = 0;

  constructor(windowBits: number, contextTakeover: boolean) {
    this.#windowBits = windowBits;
    this.#contextTakeover = contextTakeover;
  }

  inflate(payload: Uint8Array): Uint8Array {
    if (!this.#contextTakeover) {
      this.#payloads = [];
      this.#size = 0;
    }
    this.#payloads.push(payload, TAIL);
    const options = { windowBits: this.#windowBits, chunkSize: 64, finishFlush: constants.Z_SYNC_FLUSH };
    const whole = inflateRawSync(Buffer.concat(this.#payloads), options);
    const message = whole.subarray(this.#size);
    this.#size = whole.length;
    return message;
  }
}
