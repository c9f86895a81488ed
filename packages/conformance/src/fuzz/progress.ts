import { closeSync, openSync, readFileSync, writeSync } from "node:fs";

/*
 * Where a worker is, in a file: a process that hangs, or is gone at once, cannot tell any more. A write of eight bytes takes
 * a microsecond or two, less than any input.
 */

/** Writes down where the worker is. */
export class ProgressWriter {
  readonly #file: number;
  readonly #place = new Float64Array(1);

  constructor(path: string) {
    this.#file = openSync(path, "w");
  }

  enter(place: number): void {
    this.#place[0] = place;
    writeSync(this.#file, this.#place, 0, this.#place.byteLength, 0);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** Where the worker is, or was; `undefined` before its first input. */
export function readProgress(path: string): number | undefined {
  const bytes = readFileSync(path);
  return bytes.length < 8 ? undefined : (new Float64Array(bytes.buffer, bytes.byteOffset, 1)[0] as number);
}
