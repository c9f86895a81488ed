import { readFileSync } from "node:fs";
import { BINARY } from "../../src/wasm/binary.gen.js";

/** What the numbers that assembly/inflate-result.ts defines are called. */
const OUTCOMES: ReadonlyMap<number, string> = new Map(
  [...constants("inflate-result.ts", "i32")].map(([name, value]) => [value, name]),
);
const LAYOUT: ReadonlyMap<string, number> = constants("layout.ts", "usize");

const INPUT: number = address("INPUT");
const OUTPUT: number = address("OUTPUT");
const CONTEXTS: number = address("CONTEXTS");
const STATE: number = address("STATE");
const INFLATE_TABLES: number = address("INFLATE_TABLES");
const HUFFMAN_TABLES: number = address("HUFFMAN_TABLES");

const HEADER_SIZE = 16;
const SLACK = 320;
const PAGE = 64 * 1024;
/** The most that a copy passes the room by. */
const LONGEST_COPY = 258;

export interface Inflated {
  /** `DONE`, or the name of an error. */
  readonly outcome: string;
  readonly output: Uint8Array;
  /** What each call gave. */
  readonly sizes: readonly number[];
}

interface Exports {
  readonly memory: WebAssembly.Memory;
  inflate(context: number, size: number, room: number): number;
  inflateMore(context: number, room: number): number;
}

/** The module as it is built, with one context, driven as src/wasm drives it. */
export class InflateModule {
  readonly #exports: Exports;
  readonly #memory: Uint8Array;
  readonly #words: Uint32Array;
  readonly #context: number = CONTEXTS + 4096;
  readonly #window: number;
  readonly #capacity: number;

  constructor(window: number, capacity: number = 2 * window) {
    const module = new WebAssembly.Module(Buffer.from(BINARY, "base64"));
    this.#exports = new WebAssembly.Instance(module).exports as unknown as Exports;
    this.#exports.memory.grow(Math.ceil((2 * 4096 + HEADER_SIZE + capacity + SLACK) / PAGE));
    this.#memory = new Uint8Array(this.#exports.memory.buffer);
    this.#words = new Uint32Array(this.#exports.memory.buffer);
    this.#window = window;
    this.#capacity = capacity;
    this.reset();
  }

  /** How far back the next message may refer. */
  get history(): number {
    return this.#words[this.#context / 4 + 1] ?? Number.NaN;
  }

  /** The context begins anew, with what came before, all of which it may refer to. */
  reset(before: Uint8Array = new Uint8Array()): void {
    this.#memory.set(before, this.#context + HEADER_SIZE);
    this.#words.set([before.length, before.length, this.#capacity, this.#window], this.#context / 4);
  }

  /** Without context takeover. */
  forget(): void {
    this.#words[this.#context / 4 + 1] = 0;
  }

  /** A message. `behind` is what the input has been used for before. */
  inflate(payload: Uint8Array, room: number | (() => number) = 0xffff_ffff, behind?: number): Inflated {
    const nextRoom = typeof room === "number" ? () => room : room;
    if (behind !== undefined) this.#memory.fill(behind, INPUT, OUTPUT);
    this.#memory.set(payload, INPUT);
    const pieces: Uint8Array[] = [];
    let bound = nextRoom();
    let result = this.#exports.inflate(this.#context, payload.length, bound);
    for (;;) {
      const [from = 0, to = 0] = this.#words.subarray(STATE / 4, STATE / 4 + 2);
      if (to - from > bound + LONGEST_COPY) throw new Error(`${to - from} bytes came where ${bound} were asked for`);
      if (result === 1 && to === from && bound > 0 && pieces.at(-1)?.length === 0) throw new Error("it does not go on");
      pieces.push(this.#memory.slice(from, to));
      if (result !== 1) break;
      bound = nextRoom();
      result = this.#exports.inflateMore(this.#context, bound);
    }
    return {
      outcome: OUTCOMES.get(result) ?? String(result),
      output: pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Uint8Array.from(Buffer.concat(pieces)),
      sizes: pieces.map(({ length }) => length),
    };
  }

  /** All that inflating has no business to write to. */
  foreignMemory(): Uint8Array {
    const end = this.#context + HEADER_SIZE + this.#capacity + SLACK;
    return Uint8Array.from(
      Buffer.concat([
        this.#memory.subarray(0, STATE),
        this.#memory.subarray(STATE + 8, INFLATE_TABLES),
        this.#memory.subarray(HUFFMAN_TABLES, INPUT),
        this.#memory.subarray(OUTPUT, this.#context),
        this.#memory.subarray(end),
      ]),
    );
  }

  /** Makes what it must not write to conspicuous. Static data stays. */
  markForeignMemory(): void {
    this.#memory.fill(0xa5, HUFFMAN_TABLES, INPUT);
    this.#memory.fill(0xa5, OUTPUT, this.#context);
    this.#memory.fill(0xa5, this.#context + HEADER_SIZE + this.#capacity + SLACK);
  }
}

function constants(file: string, type: string): Map<string, number> {
  const source = readFileSync(new URL(`../../assembly/${file}`, import.meta.url), "utf8");
  const found = source.matchAll(new RegExp(`^export const (\\w+): ${type} = (-?\\d+);$`, "gm"));
  return new Map([...found].map(([, name = "", value]) => [name, Number(value)]));
}

function address(name: string): number {
  const value = LAYOUT.get(name);
  if (value === undefined) throw new Error(`assembly/layout.ts has no ${name}`);
  return value;
}
