import type { InflateRaw } from "node:zlib";
import { createInflateRaw } from "node:zlib";
import { SynchronousDrive } from "../../src/zlib/synchronous.js";
import { concat } from "./oracle.js";

const TAIL = Uint8Array.of(0, 0, 0xff, 0xff);
/** A last block without anything, which zlib takes wherever a block may begin, and a byte that it leaves then. */
const LAST_BLOCK = Uint8Array.of(3, 0, 0);

export interface Verdict {
  /** What zlib makes of the message, or `undefined` where it is corrupt or ends within a block. */
  readonly output: Uint8Array | undefined;
  /** What zlib does not like about it. Where it does not end with a block, there is nothing. */
  readonly error: string | undefined;
  /** It ends with a block only as it came, without its tail (RFC 7692 section 7.2.3.4). */
  readonly withoutTail: boolean;
}

/** What zlib says of messages, each with an empty window. */
export class Judge {
  readonly #stream: InflateRaw;
  readonly #drive: SynchronousDrive;
  readonly #scratch: Uint8Array;

  /** With `room` for one byte, every reference goes through the window, and none may reach behind it. */
  constructor(windowBits = 15, room: number = 64 * 1024) {
    this.#stream = createInflateRaw({ windowBits });
    this.#drive = new SynchronousDrive(this.#stream);
    this.#scratch = new Uint8Array(room);
  }

  close(): void {
    this.#stream.close();
  }

  message(payload: Uint8Array): Verdict {
    const { output, error } = this.#blocks(concat(payload, TAIL));
    if (output !== undefined || error !== undefined) return { output, error, withoutTail: false };
    const bare = this.#blocks(payload);
    return { output: bare.output, error, withoutTail: bare.output !== undefined };
  }

  /** One stream after the other, up to the end of a block at the end of the input. */
  #blocks(input: Uint8Array): Pick<Verdict, "output" | "error"> {
    const pieces: Uint8Array[] = [];
    let rest = input;
    for (;;) {
      this.#stream.reset();
      const { error, consumed } = this.#feed(rest, pieces);
      if (error !== undefined) return { output: undefined, error };
      rest = rest.subarray(consumed);
      if (rest.length > 0) continue;
      const size = pieces.length;
      const probe = this.#feed(LAST_BLOCK, pieces);
      // All of it is taken, or none where a last block was the end of the stream already.
      const ends =
        pieces.length === size && probe.error === undefined && (probe.consumed === 0 || probe.consumed === 2);
      return { output: ends ? concat(...pieces) : undefined, error: undefined };
    }
  }

  #feed(input: Uint8Array, pieces: Uint8Array[]): { error?: string; consumed: number } {
    let consumed = 0;
    for (;;) {
      const failure = this.#drive.step(input, consumed, input.length, this.#scratch, this.#scratch.length);
      if (failure !== undefined && failure.code !== "Z_BUF_ERROR") return { error: failure.message, consumed };
      consumed += this.#drive.consumed;
      const { produced } = this.#drive;
      if (produced > 0) pieces.push(this.#scratch.slice(0, produced));
      if (produced < this.#scratch.length) return { consumed };
    }
  }
}

/** What assembly/inflate-result.ts calls an error of zlib. */
export function named(error: string | undefined): string {
  return (error ?? "ends within a block").toUpperCase().replaceAll(/[^A-Z]+/g, "_");
}
