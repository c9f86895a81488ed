import { InvalidOptionError } from "@sluice/core";
import type { CompressionOptions } from "./config.js";
import type { Deflater } from "./deflater.js";
import type { Inflater } from "./inflater.js";
import type { DeflateWindowBits, WindowBits } from "./parameters.js";
import type { DeflatePath } from "./zlib/context.js";
import { OwnContext, SharedContexts } from "./zlib/context-source.js";
import { DeflateContext } from "./zlib/deflate-context.js";
import { InflateContext } from "./zlib/inflate-context.js";
import { LentContexts } from "./zlib/lent-contexts.js";
import { ZlibDeflater, ZlibInflater } from "./zlib/messages.js";
import { synchronousWorks } from "./zlib/synchronous.js";
import { ThreadPlaces } from "./zlib/thread-places.js";

/** What was negotiated for one direction of a session. */
export interface Direction<Bits extends WindowBits> {
  readonly windowBits: Bits;
  /** Whether a message may point back into those before it. */
  readonly contextTakeover: boolean;
}

/**
 * Which path this process compresses on by default: "synchronous" where Node lets a context be driven so, which is tried
 * out once, at the first question; otherwise "asynchronous", which costs more for each message.
 */
export function deflatePath(): DeflatePath {
  return synchronousWorks() ? "synchronous" : "asynchronous";
}

/**
 * Compression with Node's zlib, for all sessions of an installation: it holds the contexts that they share, and their
 * places on the thread pool.
 */
export class ZlibCompression {
  /** The path that was asked for, or the one that {@link deflatePath} found. */
  readonly path: DeflatePath;
  readonly #level: number;
  readonly #memLevel: number;
  readonly #threads: ThreadPlaces;
  /** How many contexts that sessions share are kept while nobody uses them. */
  readonly #kept: number;
  readonly #sharedDeflate = new Map<DeflateWindowBits, SharedContexts<DeflateContext>>();
  readonly #lentDeflate = new Map<DeflateWindowBits, LentContexts<DeflateContext>>();
  readonly #sharedInflate: SharedContexts<InflateContext>;

  /**
   * @param path to insist on one. Default: {@link deflatePath}.
   * @throws `InvalidOptionError` `INVALID_OPTION` for "synchronous" where it does not work.
   */
  constructor(
    { compressionLevel = -1, memLevel = 6, maxThreads = 2 }: CompressionOptions = {},
    path: DeflatePath = deflatePath(),
  ) {
    if (path === "synchronous" && !synchronousWorks()) {
      throw new InvalidOptionError("path", path, '"asynchronous": this runtime has no synchronous contexts');
    }
    this.path = path;
    this.#level = compressionLevel;
    this.#memLevel = memLevel;
    this.#threads = new ThreadPlaces(maxThreads);
    // Synchronous work needs one context at a time, and threads one each.
    this.#kept = path === "synchronous" ? 1 : maxThreads;
    // The largest window restores what was made with any.
    this.#sharedInflate = new SharedContexts(() => new InflateContext(15, path, this.#threads), this.#kept);
  }

  deflater({ windowBits, contextTakeover }: Direction<DeflateWindowBits>): Deflater {
    const settings = { level: this.#level, memLevel: this.#memLevel, windowBits };
    const create = (): DeflateContext => new DeflateContext(settings, this.path, this.#threads);
    if (contextTakeover) {
      const lent = this.#lentDeflate.get(windowBits) ?? new LentContexts(create, monotonicTime);
      this.#lentDeflate.set(windowBits, lent);
      return new ZlibDeflater(lent.source());
    }
    const shared = this.#sharedDeflate.get(windowBits) ?? new SharedContexts(create, this.#kept);
    this.#sharedDeflate.set(windowBits, shared);
    return new ZlibDeflater(shared);
  }

  inflater({ windowBits, contextTakeover }: Direction<WindowBits>): Inflater {
    if (!contextTakeover) return new ZlibInflater(this.#sharedInflate);
    return new ZlibInflater(new OwnContext(() => new InflateContext(windowBits, this.path, this.#threads)));
  }
}

function monotonicTime(): number {
  return performance.now();
}
