import type { Backend, Codec } from "../../src/index.js";
import { createCodec } from "../../src/index.js";

/** Both backends, for `describe.each`: what one owes, the other owes. */
export const BACKENDS: readonly Backend[] = ["wasm", "typescript"];

/** A codec that really runs on `backend`: "wasm" never falls back. */
export function codecOf(backend: Backend): Codec {
  const codec = createCodec({ backend });
  if (codec.backend !== backend) throw new Error(`asked for ${backend}, got ${codec.backend}`);
  return codec;
}
