/** A request's cookies (RFC 6265 section 5.4). Ktor: `RequestCookies`. */
export class RequestCookies implements Iterable<readonly [name: string, value: string]> {
  readonly #values = new Map<string, string>();

  /** @internal @param lines those of the `Cookie` header; browsers send one. */
  constructor(lines: readonly string[]) {
    for (const pair of lines.flatMap((line) => line.split(";"))) {
      const equals = pair.indexOf("=");
      if (equals === -1) continue;
      const name = pair.slice(0, equals).trim();
      // Of two with one name, browsers send the one with the longer path first.
      if (name !== "" && !this.#values.has(name)) this.#values.set(name, decode(pair.slice(equals + 1).trim()));
    }
  }

  /** The value, percent-decoded where it can be; `undefined` where there is no such cookie. */
  get(name: string): string | undefined {
    return this.#values.get(name);
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  entries(): IterableIterator<readonly [name: string, value: string]> {
    return this.#values.entries();
  }

  [Symbol.iterator](): IterableIterator<readonly [name: string, value: string]> {
    return this.entries();
  }
}

function decode(text: string): string {
  const value = text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
  if (!value.includes("%")) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
