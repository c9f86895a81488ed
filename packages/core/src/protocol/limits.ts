import { InvalidOptionError } from "../errors.js";

/** What one connection may cost. Every limit is finite by default. */
export interface ConnectionLimits {
  /** Bytes of a frame, and of a message in fragments; 1009 above. Default 1 MiB. */
  readonly maxFrameSize: number;
  /** Fragments in a message, empty ones too; 1008 above. Default 16,384. */
  readonly maxFragments: number;
}

/**
 * Bytes held for unfinished messages and unparsed chunks, shared by all connections of a process: many small hoards
 * weigh as much as a large one.
 */
export class RetainedBytes {
  #used = 0;

  constructor(readonly limit: number) {}

  get used(): number {
    return this.#used;
  }

  /** Whether there was room; then the bytes are counted until `release`. */
  take(bytes: number): boolean {
    if (this.#used + bytes > this.limit) return false;
    this.#used += bytes;
    return true;
  }

  release(bytes: number): void {
    this.#used -= bytes;
  }
}

/** The codec counts payload bytes in 31 bits. */
const LARGEST_FRAME = 0x7fff_ffff;

/** @throws InvalidOptionError (`INVALID_OPTION`) when `value` is not a whole number of bytes from 0 to 2^31 - 1. */
export function checkMaxFrameSize(value: number, option: string): void {
  if (Number.isInteger(value) && value >= 0 && value <= LARGEST_FRAME) return;
  throw new InvalidOptionError(option, value, `a whole number of bytes from 0 to ${LARGEST_FRAME}`);
}
