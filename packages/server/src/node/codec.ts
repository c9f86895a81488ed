import type { BackendChoice, Codec } from "@sluice/codec-wasm";
import { createCodec } from "@sluice/codec-wasm";
import { nodeTextAccess } from "./text-access.js";

const codecs = new Map<BackendChoice, Codec>();

/**
 * The process's codec for a choice of backend: one serves every server in it.
 *
 * @throws CodecUnavailableError (`CODEC_UNAVAILABLE`) when "wasm" is asked for and cannot run.
 */
export function processCodec(backend: BackendChoice): Codec {
  let codec = codecs.get(backend);
  if (codec === undefined) {
    codec = createCodec({ backend, text: nodeTextAccess() });
    codecs.set(backend, codec);
  }
  return codec;
}
