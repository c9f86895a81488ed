import type { Backend, Codec } from "@sluice/codec-wasm";
import { createCodec } from "@sluice/codec-wasm";

/** Both backends, for `describe.each`: what one owes, the other owes. */
export const BACKENDS: readonly Backend[] = ["wasm", "typescript"];

/** A codec that really runs on `backend`. */
export function codecOf(backend: Backend): Codec {
  const codec = createCodec({ backend });
  if (codec.backend !== backend) throw new Error(`asked for ${backend}, got ${codec.backend}`);
  return codec;
}
