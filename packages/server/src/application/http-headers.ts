import { RequestHeaders } from "../handshake/headers.js";

/** A request's headers. Names are in any case. Ktor: `Headers`. */
export class HttpHeaders implements Iterable<readonly [name: string, value: string]> {
  readonly #lines: RequestHeaders;
  readonly #rawHeaders: readonly string[];

  /** @internal */
  constructor(rawHeaders: readonly string[]) {
    this.#lines = new RequestHeaders(rawHeaders);
    this.#rawHeaders = rawHeaders;
  }

  /** The value, its lines joined with `", "` (RFC 9110 section 5.3); `undefined` where the header is not there. */
  get(name: string): string | undefined {
    return this.#lines.joined(name.toLowerCase());
  }

  /** The value of each line, in order; none where the header is not there. */
  getAll(name: string): readonly string[] {
    return this.#lines.all(name.toLowerCase());
  }

  has(name: string): boolean {
    return this.#lines.has(name.toLowerCase());
  }

  /** Each line, in order: its name in lower case, and its value. */
  *entries(): IterableIterator<readonly [name: string, value: string]> {
    for (let index = 0; index + 1 < this.#rawHeaders.length; index += 2) {
      yield [(this.#rawHeaders[index] ?? "").toLowerCase(), this.#rawHeaders[index + 1] ?? ""];
    }
  }

  [Symbol.iterator](): IterableIterator<readonly [name: string, value: string]> {
    return this.entries();
  }
}
