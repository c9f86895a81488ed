import { trimSpace } from "./token.js";

/** A request's headers by lower-case name, each with its lines in order. */
export class RequestHeaders {
  readonly #lines = new Map<string, string[]>();

  /** `rawHeaders` holds names and values in turn, as in Node. */
  constructor(rawHeaders: readonly string[]) {
    for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
      const name = (rawHeaders[index] ?? "").toLowerCase();
      const value = trimSpace(rawHeaders[index + 1] ?? "");
      const lines = this.#lines.get(name);
      if (lines === undefined) this.#lines.set(name, [value]);
      else lines.push(value);
    }
  }

  /** Every line of a header; none where it is not there. `name` is in lower case. */
  all(name: string): readonly string[] {
    return this.#lines.get(name) ?? [];
  }

  has(name: string): boolean {
    return this.#lines.has(name);
  }

  /** The lines of a list as one value (RFC 9110 section 5.3), or `undefined` where the header is not there. */
  joined(name: string): string | undefined {
    return this.#lines.get(name)?.join(", ");
  }
}
