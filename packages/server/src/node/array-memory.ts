import { v8, vm } from "./builtin.js";

/** What the engine and the allocator do for the memory of arrays. */
export interface Engine {
  /** Bytes that arrays hold, also those that nobody refers to any more. */
  held(): number;
  /** Frees what the young ones among them hold. */
  collectYoung(): void;
  /** Has the allocator keep some of what is freed for what comes next. */
  keepFreed(): void;
}

/** A chunk of fewer bytes makes no arrays that matter. */
export const LARGE_INPUT: number = 16 * 1024;

/** After as many bytes of large input the engine is looked at. */
const STEP = 24 * 1024 * 1024;

/** Bytes that arrays may hold before what is young is collected. */
const MUCH = 40 * 1024 * 1024;

/**
 * Looks after the memory of large payloads, which die young, and which the engine would leave lying until it has to go
 * through all of its heap. ARCHITECTURE.md has the figures.
 */
export class ArrayMemory {
  readonly #engine: Engine;
  #left = STEP;
  #used = false;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** A chunk of LARGE_INPUT bytes or more came, of which arrays are going to be made. */
  arrived(size: number): void {
    if (!this.#used) {
      this.#used = true;
      this.#engine.keepFreed();
    }
    this.#left -= size;
    if (this.#left > 0) return;
    this.#left = STEP;
    if (this.#engine.held() >= MUCH) this.#engine.collectYoung();
  }
}

/** Of the process. */
export const ARRAY_MEMORY: ArrayMemory = new ArrayMemory(nodeEngine());

/**
 * What Node is built on. Up to version 12, V8 collects what is young whenever 32 MiB of arrays are. Later versions
 * would only with more than the 64 MiB at which they begin to mark all of the heap.
 */
export function nodeEngine(): Engine {
  const leavesMuch = Number.parseInt(process.versions.v8, 10) >= 13;
  let collect: (() => void) | undefined;
  return {
    held: () => (leavesMuch ? v8().getHeapStatistics().external_memory : 0),
    collectYoung() {
      collect ??= youngCollection();
      collect();
    },
    keepFreed,
  };
}

/** V8 has a function for it, which only contexts see that are made while a flag is set. */
function youngCollection(): () => void {
  try {
    const collect = shown() ?? shownMeanwhile();
    return () => void collect?.({ type: "minor" });
  } catch {
    return () => undefined;
  }
}

/** What `--expose-gc` shows. */
type Collect = (options: { readonly type: "minor" }) => void;

function shown(): Collect | undefined {
  return vm().runInNewContext("globalThis.gc") as Collect | undefined;
}

function shownMeanwhile(): Collect | undefined {
  v8().setFlagsFromString("--expose-gc");
  try {
    return shown();
  } finally {
    v8().setFlagsFromString("--no-expose-gc");
  }
}

/** Just below the most that glibc takes for a sign: see `keepFreed`. */
const SIGN = 31 * 1024 * 1024;

/**
 * glibc gives what is free at the end of its heap back to the system, and every page of it costs a fault when it is
 * wanted again. How much it keeps is twice the largest block that it had mapped by itself and that was freed. So one
 * is, which nobody ever writes to: it takes no memory. Elsewhere nothing comes of it.
 */
function keepFreed(): void {
  if (process.platform === "linux") Buffer.alloc(SIGN);
}
