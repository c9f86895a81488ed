import { InvalidOptionError } from "@sluice/core";
import type { Deflater } from "./deflater.js";
import type { Inflater } from "./inflater.js";
import type { CompressionOptions } from "./options.js";
import { checkCompressionOptions, integer } from "./options.js";
import type { DeflateWindowBits, WindowBits } from "./parameters.js";
import type { DeflatePath } from "./zlib/context.js";
import { OwnContext, SharedContexts } from "./zlib/context-source.js";
import { DeflateContext } from "./zlib/deflate-context.js";
import { InflateContext } from "./zlib/inflate-context.js";
import { ZlibDeflater, ZlibInflater } from "./zlib/messages.js";
import { synchronousWorks } from "./zlib/synchronous.js";

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
 * Compression with Node's zlib, for all sessions of an application: it holds the contexts that those without context
 * takeover share.
 */
export class ZlibCompression {
  /** The path that was asked for, or the one that {@link deflatePath} found. */
  readonly path: DeflatePath;
  readonly #level: number;
  readonly #memLevel: number;
  readonly #sharedDeflate = new Map<DeflateWindowBits, SharedContexts<DeflateContext>>();
  #sharedInflate: SharedContexts<InflateContext> | undefined;

  /**
   * @param path to insist on one. Default: {@link deflatePath}.
   * @throws `InvalidOptionError` `INVALID_OPTION`, also for "synchronous" where it does not work.
   */
  constructor(options: CompressionOptions = {}, path: DeflatePath = deflatePath()) {
    checkCompressionOptions(options);
    if (path === "synchronous" && !synchronousWorks()) {
      throw new InvalidOptionError("path", path, '"asynchronous": this runtime has no synchronous contexts');
    }
    this.path = path;
    this.#level = options.compressionLevel ?? -1;
    this.#memLevel = options.memLevel ?? 8;
  }

  /** @throws `InvalidOptionError` `INVALID_OPTION` for window bits other than 9 to 15: zlib cannot do 8. */
  deflater({ windowBits, contextTakeover }: Direction<DeflateWindowBits>): Deflater {
    integer("windowBits", windowBits, 9, 15);
    const settings = { level: this.#level, memLevel: this.#memLevel, windowBits };
    const create = (): DeflateContext => new DeflateContext(settings, this.path);
    if (contextTakeover) return new ZlibDeflater(new OwnContext(create));
    const shared = this.#sharedDeflate.get(windowBits) ?? new SharedContexts(create, this.#kept);
    this.#sharedDeflate.set(windowBits, shared);
    return new ZlibDeflater(shared);
  }

  /** @throws `InvalidOptionError` `INVALID_OPTION` for window bits other than 8 to 15 */
  inflater({ windowBits, contextTakeover }: Direction<WindowBits>): Inflater {
    integer("windowBits", windowBits, 8, 15);
    if (contextTakeover) return new ZlibInflater(new OwnContext(() => new InflateContext(windowBits, this.path)));
    // The largest window restores what was made with any.
    this.#sharedInflate ??= new SharedContexts(() => new InflateContext(15, this.path), this.#kept);
    return new ZlibInflater(this.#sharedInflate);
  }

  /** Synchronous work needs one context at a time; on threads there are four of them in Node. */
  get #kept(): number {
    return this.path === "synchronous" ? 1 : 4;
  }
}
