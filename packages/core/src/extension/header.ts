import { SluiceError } from "../errors.js";

/**
 * One element of `Sec-WebSocket-Extensions`: an offer in a request, an answer in a response (RFC 6455 section 9.1).
 * Ktor: `WebSocketExtensionHeader`.
 */
export interface WebSocketExtensionHeader {
  /** A token, as it came: `permessage-deflate`. */
  readonly name: string;
  /** In the order of the header, repeated ones included: whether a repetition means anything is the extension's to say. */
  readonly parameters: readonly WebSocketExtensionParameter[];
}

/** A parameter of an extension. */
export interface WebSocketExtensionParameter {
  readonly name: string;
  /** A token, without the quotes that it may have had; `null` where the parameter has no value. */
  readonly value: string | null;
}

/** `Sec-WebSocket-Extensions` breaks the grammar of RFC 6455 section 9.1. A server answers with 400. */
export class MalformedExtensionHeaderError extends SluiceError {
  readonly code = "MALFORMED_EXTENSION_HEADER";
  readonly header: string;
  /** Where in `header`, in UTF-16 units from 0; its length when something is missing at the end. */
  readonly position: number;

  constructor(expected: string, header: string, position: number) {
    super(`Sec-WebSocket-Extensions: expected ${expected} at position ${position}`);
    this.header = header;
    this.position = position;
  }
}

/**
 * Reads `Sec-WebSocket-Extensions`. Lines of a header that was split are joined with `", "` before (RFC 9110 section
 * 5.3). Ktor: `parseWebSocketExtensions`.
 *
 * ```
 * extension-list  = 1#extension
 * extension       = token *( ";" extension-param )
 * extension-param = token [ "=" ( token | quoted-string ) ]   ; the quoted string is a token once unquoted
 * ```
 *
 * Spaces and tabs may stand around `,`, `;` and `=`. Empty elements are refused, as they are in the header of the
 * subprotocols: no client may send them. Each character is looked at once, whatever the input.
 *
 * @throws {@link MalformedExtensionHeaderError} `MALFORMED_EXTENSION_HEADER`
 * @example
 * ```ts
 * parseWebSocketExtensions('permessage-deflate; client_max_window_bits; server_max_window_bits="10"');
 * // [{ name: "permessage-deflate", parameters: [
 * //   { name: "client_max_window_bits", value: null }, { name: "server_max_window_bits", value: "10" } ] }]
 * ```
 */
export function parseWebSocketExtensions(header: string): WebSocketExtensionHeader[] {
  const scanner = new Scanner(header);
  const extensions: WebSocketExtensionHeader[] = [];
  do {
    const name = scanner.token("an extension name");
    const parameters: WebSocketExtensionParameter[] = [];
    while (scanner.skip(";")) {
      const parameter = scanner.token("a parameter name");
      const value = scanner.skip("=") ? scanner.tokenOrQuoted("a parameter value") : null;
      parameters.push({ name: parameter, value });
    }
    extensions.push({ name, parameters });
  } while (scanner.skip(","));
  scanner.end('",", ";" or the end');
  return extensions;
}

/**
 * Writes `Sec-WebSocket-Extensions`: what {@link parseWebSocketExtensions} reads back as the same list. An empty list
 * gives `""`, which stands for no header at all.
 *
 * @throws {@link MalformedExtensionHeaderError} `MALFORMED_EXTENSION_HEADER` for a name or value that is not a token, so
 * that nothing written here can break out of its header.
 */
export function printWebSocketExtensions(extensions: readonly WebSocketExtensionHeader[]): string {
  let header = "";
  const append = (text: string, what: string): void => {
    const start = header.length;
    header += text;
    const length = tokenLength(text, 0);
    if (length === 0 || length < text.length) throw new MalformedExtensionHeaderError(what, header, start + length);
  };
  for (const { name, parameters } of extensions) {
    if (header !== "") header += ", ";
    append(name, "an extension name");
    for (const parameter of parameters) {
      header += "; ";
      append(parameter.name, "a parameter name");
      if (parameter.value === null) continue;
      header += "=";
      append(parameter.value, "a parameter value");
    }
  }
  return header;
}

/** Goes over a header once, from left to right. */
class Scanner {
  readonly #header: string;
  #position = 0;

  constructor(header: string) {
    this.#header = header;
  }

  token(what: string): string {
    this.#skipSpace();
    const start = this.#position;
    const length = tokenLength(this.#header, start);
    if (length === 0) this.#fail(what);
    this.#position = start + length;
    return this.#header.slice(start, this.#position);
  }

  tokenOrQuoted(what: string): string {
    return this.skip('"') ? this.#quoted() : this.token(what);
  }

  /** Goes past `character`, and says whether it was there. */
  skip(character: string): boolean {
    this.#skipSpace();
    if (this.#header[this.#position] !== character) return false;
    this.#position += 1;
    return true;
  }

  end(what: string): void {
    this.#skipSpace();
    if (this.#position < this.#header.length) this.#fail(what);
  }

  /** What follows an opening quote, up to and past the closing one (RFC 9110 section 5.6.4). */
  #quoted(): string {
    let value = "";
    for (;;) {
      if (this.#header[this.#position] === '"' && value !== "") {
        this.#position += 1;
        return value;
      }
      if (this.#header[this.#position] === "\\") this.#position += 1;
      const character = this.#header[this.#position];
      if (character === undefined || !isTokenCode(character.charCodeAt(0))) this.#fail("a token in the quotes");
      value += character;
      this.#position += 1;
    }
  }

  #skipSpace(): void {
    for (;;) {
      const character = this.#header[this.#position];
      if (character !== " " && character !== "\t") return;
      this.#position += 1;
    }
  }

  #fail(expected: string): never {
    throw new MalformedExtensionHeaderError(expected, this.#header, this.#position);
  }
}

/** How many characters from `start` on are those of a token. */
function tokenLength(text: string, start: number): number {
  let end = start;
  while (end < text.length && isTokenCode(text.charCodeAt(end))) end += 1;
  return end - start;
}

const TOKEN_CODES: ReadonlySet<number> = new Set(
  Array.from("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", (character) =>
    character.charCodeAt(0),
  ),
);

/** `tchar` of RFC 9110 section 5.6.2, the same set as in RFC 2616, to which RFC 6455 refers. */
function isTokenCode(code: number): boolean {
  return TOKEN_CODES.has(code);
}
