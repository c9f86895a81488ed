/*
 * `@sluice/codec-wasm/typescript`: the TypeScript backend alone. Nothing here imports the WebAssembly module, so a bundle
 * or a runtime that cannot have it does not carry it either.
 */
import type { Codec } from "../codec.js";
import type { TextAccess } from "../text-access.js";
import { webTextAccess } from "../web-text-access.js";
import { TypeScriptCodec } from "./backend.js";

export { type Backend, type Codec, headerSize, MAX_HEADER_SIZE, READ_BUFFER_SIZE, SLAB_SIZE } from "../codec.js";
export { FrameCursor, type FrameCursorOptions, type Role } from "../cursor.js";
export { DESCRIPTOR_WORDS, Info, MAX_DESCRIPTORS } from "../descriptor.js";
export { ParseError } from "../parse-error.js";
export type { BackendChoice, CodecSelection } from "../selection.js";
export type { BytePacking, TextAccess } from "../text-access.js";

/** What `createTypeScriptCodec` takes. */
export interface TypeScriptCodecOptions {
  /** How bytes become strings and back. Default: `TextDecoder` and `TextEncoder`. */
  readonly text?: TextAccess;
}

/** Creates a codec that runs in TypeScript and allocates its memory, 512 KiB, at once. */
export function createTypeScriptCodec(options: TypeScriptCodecOptions = {}): Codec {
  return new TypeScriptCodec(
    { asked: "typescript", chosen: "typescript", reason: "The TypeScript backend was asked for." },
    options.text ?? webTextAccess,
  );
}
