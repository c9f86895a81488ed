import { trimSpace } from "./token.js";

const NONE: readonly string[] = [];

/** A request's headers by name, each with its lines in order. There are few, and each is looked for once or twice. */
export class RequestHeaders {
  readonly #raw: readonly string[];

  /** `rawHeaders` holds names and values in turn, as in Node. */
  constructor(rawHeaders: readonly string[]) {
    this.#raw = rawHeaders;
  }

  /** Every line of a header; none where it is not there. `name` is in lower case. */
  all(name: string): readonly string[] {
    const first = this.#find(name, 0);
    if (first < 0) return NONE;
    const lines: string[] = [];
    for (let index = first; index >= 0; index = this.#find(name, index + 2)) lines.push(this.#value(index));
    return lines;
  }

  has(name: string): boolean {
    return this.#find(name, 0) >= 0;
  }

  /** The lines of a list as one value (RFC 9110 section 5.3), or `undefined` where the header is not there. */
  joined(name: string): string | undefined {
    const lines = this.all(name);
    return lines.length > 1 ? lines.join(", ") : lines[0];
  }

  /** Where the next line of a header has its name, from an even place on; -1 where there is none. */
  #find(name: string, from: number): number {
    for (let index = from; index + 1 < this.#raw.length; index += 2) {
      const each = this.#raw[index] as string;
      if (each.length === name.length && each.toLowerCase() === name) return index;
    }
    return -1;
  }

  #value(index: number): string {
    return trimSpace(this.#raw[index + 1] as string);
  }
}
