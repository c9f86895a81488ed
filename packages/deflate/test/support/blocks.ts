/** Writes DEFLATE by hand, right or wrong (RFC 1951 section 3.1.1). */
export class BlockWriter {
  readonly #bytes: number[] = [];
  #count = 0;

  /** The lowest bit first. */
  bits(value: number, count: number): this {
    for (let index = 0; index < count; index++) {
      if (this.#count % 8 === 0) this.#bytes.push(0);
      const last = this.#bytes.length - 1;
      this.#bytes[last] = (this.#bytes[last] ?? 0) | (((value >>> index) & 1) << (this.#count % 8));
      this.#count += 1;
    }
    return this;
  }

  /** The first bit of a code first; nothing where the symbol has none. */
  symbol(lengths: readonly number[], symbol: number): this {
    const length = lengths[symbol] ?? 0;
    const code = canonicalCodes(lengths)[symbol] ?? 0;
    for (let index = length - 1; index >= 0; index--) this.bits(code >>> index, 1);
    return this;
  }

  /** With the extra bits that belong to it (RFC 1951 section 3.2.5). */
  distance(lengths: readonly number[], distance: number): this {
    const zeroBased = distance - 1;
    const extra = Math.max(0, 30 - Math.clz32(zeroBased));
    const symbol = extra === 0 ? zeroBased : 2 * extra + (zeroBased >>> extra);
    return this.symbol(lengths, symbol).bits(zeroBased, extra);
  }

  /** A block as it is, up to 65,535 bytes. */
  stored(bytes: Uint8Array): this {
    this.bits(0, 3).align().bits(bytes.length, 16).bits(~bytes.length, 16);
    for (const byte of bytes) this.bits(byte, 8);
    return this;
  }

  /** Up to a whole byte. */
  align(): this {
    while (this.#count % 8 !== 0) this.bits(0, 1);
    return this;
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}

const known = new WeakMap<readonly number[], readonly number[]>();

/** RFC 1951 section 3.2.2. Lengths do not change once they were used. */
function canonicalCodes(lengths: readonly number[]): readonly number[] {
  const before = known.get(lengths);
  if (before !== undefined) return before;
  const next = Array<number>(16).fill(0);
  for (let length = 1; length < 16; length++) {
    const shorter = lengths.filter((other) => other === length - 1 && other > 0).length;
    next[length] = 2 * ((next[length - 1] ?? 0) + shorter);
  }
  const codes = lengths.map((length) => {
    const code = next[length] ?? 0;
    next[length] = code + 1;
    return code;
  });
  known.set(lengths, codes);
  return codes;
}

export const FIXED_LITERALS: readonly number[] = Array.from({ length: 288 }, (_, symbol) =>
  symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8,
);
export const FIXED_DISTANCES: readonly number[] = Array<number>(32).fill(5);
export const END_OF_BLOCK = 256;

/** The order of RFC 1951 section 3.2.7. */
const LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
/** Extra bits of the symbols 16, 17 and 18. */
const REPEAT_BITS = [2, 3, 7];

/** A length of a code, or one of the symbols 16 to 18 with what its extra bits say. */
export type CodeLength = number | readonly [symbol: number, extra: number];

/** Codes as a block brings them. */
export interface Codes {
  /** How many literals and lengths, and how many distances it announces. */
  readonly literals: number;
  readonly distances: number;
  /** Of the symbols 0 to 18. */
  readonly lengthCodes: readonly number[];
  readonly lengths: readonly CodeLength[];
}

/** The beginning of a block with codes of its own, up to the first symbol. */
export function writeCodes(writer: BlockWriter, codes: Codes, isFinal = false): void {
  writer.bits(isFinal ? 1 : 0, 1).bits(2, 2);
  writer
    .bits(codes.literals - 257, 5)
    .bits(codes.distances - 1, 5)
    .bits(19 - 4, 4);
  for (const symbol of LENGTH_ORDER) writer.bits(codes.lengthCodes[symbol] ?? 0, 3);
  for (const length of codes.lengths) {
    const [symbol, extra] = typeof length === "number" ? [length, 0] : length;
    writer.symbol(codes.lengthCodes, symbol);
    if (symbol >= 16) writer.bits(extra, REPEAT_BITS[symbol - 16] ?? 0);
  }
}

/** A code for code lengths that has all of them, with four or five bits. */
export const PLAIN_LENGTH_CODES: readonly number[] = Array.from({ length: 19 }, (_, symbol) => (symbol < 13 ? 4 : 5));

/** Lengths from what has a code. */
export function codeLengths(size: number, lengths: Readonly<Record<number, number>>): number[] {
  return Array.from({ length: size }, (_, symbol) => lengths[symbol] ?? 0);
}

/** The symbols of two literals, and of the length 3. */
export const [A, B, THREE] = [65, 66, 257];
export const FOUR_CODES = codeLengths(258, { [A]: 2, [B]: 2, [END_OF_BLOCK]: 2, [THREE]: 2 });
/** One code of each length up to 15, and a second one of 15 bits. */
export const DEEP = [15, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1];
export const DEEP_LITERALS = [0, ...DEEP.slice(1), ...codeLengths(241, { [END_OF_BLOCK - 16]: 15 })];

/** A block with codes of its own, and the beginning of the next. */
export interface Block {
  readonly literals?: readonly number[];
  readonly distances?: readonly number[];
  readonly lengthCodes?: readonly number[];
  /** As they are written, where that is not one after the other. */
  readonly lengths?: readonly CodeLength[];
  /** Literals, lengths, and bits as they are. */
  readonly symbols?: readonly (number | string)[];
}

export function dynamicPayload({
  literals = FOUR_CODES,
  distances = [1, 1],
  lengthCodes = PLAIN_LENGTH_CODES,
  lengths = [...literals, ...distances],
  symbols = [],
}: Block): Uint8Array {
  const writer = new BlockWriter();
  writeCodes(writer, { literals: literals.length, distances: distances.length, lengthCodes, lengths });
  for (const symbol of symbols) {
    if (typeof symbol === "number") writer.symbol(literals, symbol);
    else for (const bit of symbol) writer.bits(Number(bit), 1);
  }
  return writer.symbol(literals, END_OF_BLOCK).bits(0, 3).bytes();
}

/** A block with fixed codes: literals, and lengths without extra bits, each with a distance behind it, without extra bits too. */
export function fixedPayload(symbols: readonly number[]): Uint8Array {
  const writer = new BlockWriter().bits(2, 3);
  for (const [index, symbol] of symbols.entries()) {
    writer.symbol((symbols[index - 1] ?? 0) > END_OF_BLOCK ? FIXED_DISTANCES : FIXED_LITERALS, symbol);
  }
  return writer.symbol(FIXED_LITERALS, END_OF_BLOCK).bits(0, 3).bytes();
}
