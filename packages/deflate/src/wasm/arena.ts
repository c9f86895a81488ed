import { BINARY } from "./binary.gen.js";
import { CONTEXTS, INPUT_SIZE } from "./layout.js";

/** What the module exports: addresses and lengths in bytes. Nothing there checks a range. */
interface FlateExports {
  readonly memory: WebAssembly.Memory;
  prepare(context: number, size: number): number;
  deflate(context: number, size: number, first: number, last: number): number;
  remember(context: number, size: number): void;
  inflate(context: number, size: number, room: number): number;
  inflateMore(context: number, room: number): number;
}

const PAGE: number = 64 * 1024;
/** Pages that a memory grows by. */
const STEP = 16;

/** Compiling takes some milliseconds and the module has no state, so the process does it once. */
let compiled: WebAssembly.Module | undefined;

/**
 * An instance of the module, and the contexts in its memory. Memory never shrinks, so there are several, none larger than
 * 64 MiB, and one without contexts is let go.
 */
export class Arena {
  /** What the module exports, each by itself: the engine looks up anything that a module exports, whenever it is asked for. */
  readonly prepare: FlateExports["prepare"];
  readonly deflate: FlateExports["deflate"];
  readonly remember: FlateExports["remember"];
  readonly inflate: FlateExports["inflate"];
  readonly inflateMore: FlateExports["inflateMore"];
  readonly #memory: WebAssembly.Memory;
  /** The memory, as it is now: growing makes others. */
  bytes: Uint8Array;
  words: Uint32Array;
  /** How many contexts there are. */
  used = 0;
  /** Where there was a context, by its size. */
  readonly #free = new Map<number, number[]>();
  #top = CONTEXTS;

  /** @throws what the engine says where it has no WebAssembly, no SIMD, or no memory for it */
  constructor() {
    compiled ??= new WebAssembly.Module(Buffer.from(BINARY, "base64"));
    // The build compiled exactly these functions; WebAssembly's own types cannot know them.
    const exports = new WebAssembly.Instance(compiled).exports as unknown as FlateExports;
    this.prepare = exports.prepare;
    this.deflate = exports.deflate;
    this.remember = exports.remember;
    this.inflate = exports.inflate;
    this.inflateMore = exports.inflateMore;
    this.#memory = exports.memory;
    this.bytes = new Uint8Array(this.#memory.buffer);
    this.words = new Uint32Array(this.#memory.buffer);
  }

  /** Memory for a context, with anything in it; `undefined` where there is none left. `size` is a multiple of 16. */
  take(size: number): number | undefined {
    const address = this.#free.get(size)?.pop() ?? this.#grow(size);
    if (address !== undefined) this.used += 1;
    return address;
  }

  give(address: number, size: number): void {
    this.used -= 1;
    const free = this.#free.get(size);
    if (free === undefined) this.#free.set(size, [address]);
    else free.push(address);
  }

  #grow(size: number): number | undefined {
    const address = this.#top;
    const missing = address + size - this.bytes.length;
    if (missing > 0) {
      try {
        this.#memory.grow(Math.max(STEP, Math.ceil(missing / PAGE)));
      } catch {
        return undefined;
      }
      this.bytes = new Uint8Array(this.#memory.buffer);
      this.words = new Uint32Array(this.#memory.buffer);
    }
    this.#top = address + size;
    return address;
  }
}

/** A context's place. */
export interface Place {
  readonly arena: Arena;
  readonly address: number;
  readonly size: number;
}

/** In the order in which they are filled. */
const arenas: Arena[] = [];

/** @throws what the engine says where it has no memory left */
export function takePlace(bytes: number): Place {
  const size = (bytes + 15) & ~15;
  for (const arena of arenas) {
    const address = arena.take(size);
    if (address !== undefined) return { arena, address, size };
  }
  const arena = new Arena();
  arenas.push(arena);
  const address = arena.take(size);
  if (address === undefined) throw new RangeError(`No memory for a context of ${size} bytes`);
  return { arena, address, size };
}

export function givePlace({ arena, address, size }: Place): void {
  arena.give(address, size);
  if (arena.used > 0 || arenas.length === 1) return;
  const index = arenas.indexOf(arena);
  if (index >= 0) arenas.splice(index, 1);
}

let obstacle: string | null | undefined;

/** What keeps this process from it, found out once; `undefined` where it works. */
export function wasmObstacle(): string | undefined {
  obstacle ??= findObstacle();
  return obstacle ?? undefined;
}

function findObstacle(): string | null {
  if (typeof WebAssembly === "undefined") return "this runtime has no WebAssembly";
  try {
    givePlace(takePlace(INPUT_SIZE));
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
