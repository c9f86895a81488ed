import type { DecodeOptions } from "cborg";
import { Token, Tokenizer, Type } from "cborg";

/** An array, a map or a tag whose items are still coming. */
interface Open {
  readonly isMap: boolean;
  /** Items that it has, keys and values of maps counted each; `Infinity` until a break. */
  readonly size: number;
  seen: number;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes of an item's head by the low five bits of its first byte (RFC 8949 section 3). */
const HEAD: readonly number[] = [2, 3, 5, 9];

/**
 * cborg's tokenizer, which also refuses what its decoder lets pass: nesting without an end, the key `__proto__`, text that
 * is not UTF-8 (section 5.3.1), and a break where no break can be (section 3.2.1).
 */
export class GuardedTokenizer extends Tokenizer {
  readonly #maxDepth: number;
  readonly #open: Open[] = [];

  constructor(bytes: Uint8Array, options: DecodeOptions, maxDepth: number) {
    super(bytes, options);
    this.#maxDepth = maxDepth;
  }

  override next(): Token {
    const start = this.pos();
    const token = super.next();
    const { type } = token;
    if (Type.equals(type, Type.break)) {
      this.#break();
      this.#complete();
      return token;
    }
    if (Type.equals(type, Type.array)) {
      this.#enter(false, token.value);
    } else if (Type.equals(type, Type.map)) {
      this.#enter(true, token.value * 2);
    } else if (Type.equals(type, Type.tag)) {
      this.#enter(false, 1);
    } else {
      const text = Type.equals(type, Type.string) ? this.#text(token, start) : undefined;
      if (text?.value === "__proto__" && this.#atKey()) throw new Error("the key __proto__ is not allowed");
      this.#complete();
      return text ?? token;
    }
    return token;
  }

  #enter(isMap: boolean, size: number): void {
    if (this.#open.length === this.#maxDepth) throw new Error(`nested deeper than maxDepth (${this.#maxDepth})`);
    if (size === 0) this.#complete();
    else this.#open.push({ isMap, size, seen: 0 });
  }

  #atKey(): boolean {
    const inner = this.#open.at(-1);
    return inner?.isMap === true && inner.seen % 2 === 0;
  }

  #break(): void {
    const inner = this.#open.pop();
    if (inner?.size !== Number.POSITIVE_INFINITY || (inner.isMap && inner.seen % 2 === 1)) {
      throw new Error("a break where an item has to be");
    }
  }

  /** An item is complete, and with it those that it was the last one of. */
  #complete(): void {
    for (let inner = this.#open.at(-1); inner !== undefined; inner = this.#open.at(-1)) {
      if (++inner.seen < inner.size) return;
      this.#open.pop();
    }
  }

  /** The text as it was written: cborg's own puts U+FFFD for what is not UTF-8, and drops a byte order mark. */
  #text(token: Token, start: number): Token {
    const info = (this.data[start] ?? 0) & 0x1f;
    const from = start + (HEAD[info - 24] ?? 1);
    const marked = this.data[from] === 0xef && this.data[from + 1] === 0xbb && this.data[from + 2] === 0xbf;
    if (!marked && !token.value.includes("\ufffd")) return token;
    return new Token(Type.string, decoder.decode(this.data.subarray(from, this.pos())), token.encodedLength);
  }
}
