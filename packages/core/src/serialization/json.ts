import { InvalidOptionError, show } from "../errors.js";
import { Frame } from "../frame.js";
import type { WebSocketContentConverter } from "./content-converter.js";
import { messageOf, WebSocketDeserializeError, WebSocketSerializeError } from "./content-converter.js";

/** What `jsonConverter` takes. */
export interface JsonConverterOptions {
  /** How deep arrays and objects of a received message may nest: `[[]]` is 2 deep. Default 64. */
  readonly maxDepth?: number;
  /** Whether binary messages are read too, as UTF-8. What is sent is text all the same. Default false. */
  readonly binary?: boolean;
}

/**
 * Reads and writes JSON (RFC 8259) in text messages.
 *
 * - What is sent is what `JSON.stringify` makes of a value, where it makes anything at all.
 * - Of two members with one name the later counts (RFC 8259 section 4 leaves it open).
 * - A message with a member named `__proto__` is refused: copied with `Object.assign`, it would change a prototype.
 * - How long a message may be, `maxFrameSize` of the session says.
 *
 * ```ts
 * app.install(WebSockets, { contentConverter: jsonConverter() });
 * ```
 *
 * @throws InvalidOptionError (`INVALID_OPTION`) when `maxDepth` is no whole number from 1.
 */
export function jsonConverter(options: JsonConverterOptions = {}): WebSocketContentConverter {
  const { maxDepth = 64, binary = false } = options;
  if (!(Number.isInteger(maxDepth) && maxDepth >= 1)) {
    throw new InvalidOptionError("maxDepth", maxDepth, "a whole number from 1");
  }
  return {
    isApplicable: (frame) => frame.fin && (frame.type === "text" || (binary && frame.type === "binary")),
    serialize: (value) => new Frame.Text(textOf(value)),
    deserialize(frame) {
      const text = read(frame);
      if (exceeds(maxDepth, text)) {
        throw new WebSocketDeserializeError(`The JSON is nested deeper than maxDepth (${maxDepth})`, { frame });
      }
      const value = parse(text, frame);
      if (mayNameProto(text) && namesProto(value)) {
        throw new WebSocketDeserializeError("The JSON has a member named __proto__", { frame });
      }
      return value;
    },
  };
}

function textOf(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    throw new WebSocketSerializeError(`The value has no JSON: ${messageOf(error)}`, { value, cause: error });
  }
  // `undefined`, a function or a symbol, given or returned by `toJSON`.
  if (text === undefined) throw new WebSocketSerializeError(`JSON has nothing for ${show(value)}`, { value });
  return text;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function read(frame: Frame): string {
  if (frame.type === "text") return frame.readText();
  try {
    return decoder.decode(frame.data);
  } catch (error) {
    throw new WebSocketDeserializeError("The message is not UTF-8", { frame, cause: error });
  }
}

function parse(text: string, frame: Frame): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new WebSocketDeserializeError(`The message is not JSON: ${messageOf(error)}`, { frame, cause: error });
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Whether the text opens more than `maxDepth` arrays and objects inside each other. Exact up to the first error in the
 * syntax, and the parser comes no further than that.
 */
function exceeds(maxDepth: number, text: string): boolean {
  // Every level has two brackets.
  if (text.length < 2 * (maxDepth + 1)) return false;
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    switch (text.charCodeAt(index)) {
      case QUOTE:
        index = endOfString(text, index);
        break;
      case 0x5b: // [
      case 0x7b: // {
        if (++depth > maxDepth) return true;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth--;
        break;
      default:
    }
  }
  return false;
}

/** Where the string that opens at `start` has its closing quote, or the end of the text. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let escapes = end;
    while (text.charCodeAt(escapes - 1) === BACKSLASH) escapes--;
    if ((end - escapes) % 2 === 0) return end;
  }
  return text.length;
}

/** False where no name can be `__proto__`: written out it is in the text, escaped it has a `\u00`. */
function mayNameProto(text: string): boolean {
  return text.includes("__proto__") || text.includes("\\u00");
}

function namesProto(root: unknown): boolean {
  const left: unknown[] = [root];
  for (let value = left.pop(); value !== undefined; value = left.pop()) {
    if (typeof value !== "object" || value === null) continue;
    if (Object.hasOwn(value, "__proto__")) return true;
    for (const member of Object.values(value)) {
      if (typeof member === "object") left.push(member);
    }
  }
  return false;
}
