import { InvalidOptionError } from "@sluice/core";
import type { CompressionOptions } from "./config.js";
import type { DeflateSettings, DeflatingContext, InflatingContext } from "./contexts/context.js";
import { OwnContext, SharedContexts } from "./contexts/context-source.js";
import { LentContexts } from "./contexts/lent-contexts.js";
import { ContextDeflater, ContextInflater } from "./contexts/messages.js";
import type { Deflater } from "./deflater.js";
import type { Inflater } from "./inflater.js";
import type { DeflateWindowBits, WindowBits } from "./parameters.js";
import { wasmObstacle } from "./wasm/arena.js";
import { WasmDeflateContext } from "./wasm/deflate-context.js";
import { WasmInflateContext } from "./wasm/inflate-context.js";
import { DeflateContext } from "./zlib/deflate-context.js";
import { InflateContext } from "./zlib/inflate-context.js";
import { synchronousWorks } from "./zlib/synchronous.js";
import { ThreadPlaces } from "./zlib/thread-places.js";

/**
 * How messages are compressed: "wasm" with this package's own compressor, on the event loop; "synchronous" with zlib, there
 * too; "asynchronous" with zlib, on threads. Large messages go to threads on every path.
 */
export type DeflatePath = "wasm" | "synchronous" | "asynchronous";

/** What was negotiated for one direction of a session. */
export interface Direction<Bits extends WindowBits> {
  readonly windowBits: Bits;
  /** Whether a message may point back into those before it. */
  readonly contextTakeover: boolean;
}

/**
 * Which path this process compresses on by default: "wasm" where there is WebAssembly with vectors, otherwise "synchronous"
 * where Node lets a context of zlib be driven so, otherwise "asynchronous". Each is tried out once, at the first question.
 */
export function deflatePath(): DeflatePath {
  if (wasmObstacle() === undefined) return "wasm";
  return synchronousWorks() ? "synchronous" : "asynchronous";
}

/** What is in the way of a path here. */
function obstacleTo(path: DeflatePath): string | undefined {
  if (path === "wasm") return wasmObstacle();
  return path === "synchronous" && !synchronousWorks() ? "this runtime has no synchronous contexts" : undefined;
}

/**
 * Compression for all sessions of an installation: it holds the contexts that they share, and their places on the thread
 * pool.
 */
export class Compression {
  /** The path that was asked for, or the one that {@link deflatePath} found. */
  readonly path: DeflatePath;
  readonly #level: number;
  readonly #memLevel: number;
  readonly #threads: ThreadPlaces;
  /** How many contexts that sessions share are kept while nobody uses them. */
  readonly #kept: number;
  readonly #sharedDeflate = new Map<DeflateWindowBits, SharedContexts<DeflatingContext>>();
  readonly #lentDeflate = new Map<DeflateWindowBits, LentContexts<DeflatingContext>>();
  readonly #sharedInflate: SharedContexts<InflatingContext>;

  /**
   * @param path to insist on one. Default: {@link deflatePath}.
   * @throws `InvalidOptionError` `INVALID_OPTION` for one that does not work here.
   */
  constructor(
    { compressionLevel = -1, memLevel = 6, maxThreads = 2 }: CompressionOptions = {},
    path: DeflatePath = deflatePath(),
  ) {
    const obstacle = obstacleTo(path);
    if (obstacle !== undefined) throw new InvalidOptionError("path", path, `"asynchronous": ${obstacle}`);
    this.path = path;
    this.#level = compressionLevel;
    this.#memLevel = memLevel;
    this.#threads = new ThreadPlaces(maxThreads);
    // Work on the event loop needs one context at a time, and threads one each.
    this.#kept = path === "asynchronous" ? maxThreads : 1;
    // The largest window restores what was made with any.
    this.#sharedInflate = new SharedContexts(() => this.#inflating(15), this.#kept);
  }

  deflater({ windowBits, contextTakeover }: Direction<DeflateWindowBits>): Deflater {
    const settings = { level: this.#level, memLevel: this.#memLevel, windowBits, contextTakeover };
    const create = (): DeflatingContext => this.#deflating(settings);
    if (contextTakeover) {
      const lent = this.#lentDeflate.get(windowBits) ?? new LentContexts(create, monotonicTime);
      this.#lentDeflate.set(windowBits, lent);
      return new ContextDeflater(lent.source());
    }
    const shared = this.#sharedDeflate.get(windowBits) ?? new SharedContexts(create, this.#kept);
    this.#sharedDeflate.set(windowBits, shared);
    return new ContextDeflater(shared);
  }

  inflater({ windowBits, contextTakeover }: Direction<WindowBits>): Inflater {
    if (!contextTakeover) return new ContextInflater(this.#sharedInflate);
    return new ContextInflater(new OwnContext(() => this.#inflating(windowBits)));
  }

  #deflating(settings: DeflateSettings): DeflatingContext {
    return this.path === "wasm"
      ? new WasmDeflateContext(settings, this.#threads)
      : new DeflateContext(settings, this.path, this.#threads);
  }

  #inflating(windowBits: WindowBits): InflatingContext {
    return this.path === "wasm"
      ? new WasmInflateContext(windowBits, this.#threads)
      : new InflateContext(windowBits, this.path, this.#threads);
  }
}

function monotonicTime(): number {
  return performance.now();
}
