import type { Codec } from "./codec.js";
import type { BackendChoice, CodecSelection } from "./selection.js";
import type { TextAccess } from "./text-access.js";
import { TypeScriptCodec } from "./typescript/backend.js";
import { WasmCodec } from "./wasm/backend.js";
import type { CodecExports } from "./wasm/instance.js";
import { instantiate, instantiateAsync } from "./wasm/instance.js";
import { webTextAccess } from "./web-text-access.js";

/** What `createCodec` and `load` take. */
export interface CodecOptions {
  /**
   * "auto" takes WebAssembly, and TypeScript where WebAssembly does not run. "wasm" never falls back. Default "auto".
   */
  readonly backend?: BackendChoice;
  /** How bytes become strings and back. Default: `TextDecoder` and `TextEncoder`. */
  readonly text?: TextAccess;
}

/** "wasm" was asked for and cannot run here. `cause` is what the engine threw. */
export class CodecUnavailableError extends Error {
  override readonly name: string = "CodecUnavailableError";
  /** Stable, for programs. */
  readonly code = "CODEC_UNAVAILABLE";

  constructor(cause: unknown) {
    super(`The WebAssembly codec cannot run here: ${messageOf(cause)}`, { cause });
  }
}

/**
 * Creates a codec with memory of its own, 960 KiB, which never grows: one serves a whole process. `codec.selection` tells
 * what was chosen and why. The module is compiled on the first call and kept.
 *
 * @throws CodecUnavailableError when `backend` is "wasm" and WebAssembly cannot run: there is no SIMD, a content security
 * policy forbids it, or, on a browser's main thread, only asynchronous compilation is allowed (see `load`).
 * @throws RangeError when `backend` is none of the three.
 */
export function createCodec(options: CodecOptions = {}): Codec {
  const { asked, text } = resolve(options);
  if (asked === "typescript") return typescriptCodec(asked, text);
  try {
    return wasmCodec(instantiate(), asked, text);
  } catch (cause) {
    return withoutWasm(asked, text, cause);
  }
}

/** `createCodec` for browsers that compile a module only asynchronously. The same options, results and errors. */
export async function load(options: CodecOptions = {}): Promise<Codec> {
  const { asked, text } = resolve(options);
  if (asked === "typescript") return typescriptCodec(asked, text);
  try {
    return wasmCodec(await instantiateAsync(), asked, text);
  } catch (cause) {
    return withoutWasm(asked, text, cause);
  }
}

function resolve(options: CodecOptions): { asked: BackendChoice; text: TextAccess } {
  const asked = options.backend ?? "auto";
  if (asked !== "auto" && asked !== "wasm" && asked !== "typescript") {
    throw new RangeError(`backend ${String(asked)} is none of "auto", "wasm" and "typescript"`);
  }
  return { asked, text: options.text ?? webTextAccess };
}

function wasmCodec(exports: CodecExports, asked: BackendChoice, text: TextAccess): Codec {
  const reason = asked === "auto" ? "WebAssembly runs here." : "The WebAssembly backend was asked for.";
  return new WasmCodec(exports, { asked, chosen: "wasm", reason }, text);
}

function withoutWasm(asked: BackendChoice, text: TextAccess, cause: unknown): Codec {
  if (asked === "wasm") throw new CodecUnavailableError(cause);
  return typescriptCodec(asked, text, `WebAssembly cannot run here: ${messageOf(cause)}`);
}

function typescriptCodec(asked: BackendChoice, text: TextAccess, reason?: string): Codec {
  const selection: CodecSelection = {
    asked,
    chosen: "typescript",
    reason: reason ?? "The TypeScript backend was asked for.",
  };
  return new TypeScriptCodec(selection, text);
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
