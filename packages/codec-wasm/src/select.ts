import type { Codec } from "./codec.js";
import type { BackendChoice, CodecSelection } from "./selection.js";
import type { TextAccess } from "./text-access.js";
import { TypeScriptCodec } from "./typescript/backend.js";
import { webTextAccess } from "./web-text-access.js";

export type { BackendChoice, CodecSelection };

/** What `createCodec` and `load` take. */
export interface CodecOptions {
  /** Default "auto". */
  readonly backend?: BackendChoice;
  /** How bytes become strings and back. Default: `TextDecoder` and `TextEncoder`. */
  readonly text?: TextAccess;
}

/** The backend that was asked for cannot run here. `cause` holds what the engine said. */
export class CodecUnavailableError extends Error {
  override readonly name: string = "CodecUnavailableError";
  /** Stable. */
  readonly code = "CODEC_UNAVAILABLE";
}

/** Creates a codec, synchronously. */
export function createCodec(options: CodecOptions = {}): Codec {
  const asked = options.backend ?? "auto";
  if (asked === "wasm") throw new CodecUnavailableError("The WebAssembly backend is not built yet.");
  return new TypeScriptCodec({ asked, chosen: "typescript", reason: "Not built yet." }, options.text ?? webTextAccess);
}

/** The same, asynchronously. */
export async function load(options: CodecOptions = {}): Promise<Codec> {
  return createCodec(options);
}
