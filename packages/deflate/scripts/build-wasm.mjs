/*
 * Compiles assembly/ into src/wasm/binary.gen.ts.
 *
 *   node scripts/build-wasm.mjs
 */
import { compileAssembly, inlineAssembly, writeWhenRun } from "../../../scripts/assembly.mjs";

const ROOT = new URL("../", import.meta.url);
export const SOURCE = new URL("src/wasm/binary.gen.ts", ROOT);
export const inline = inlineAssembly;

/** Contexts take what they need, up to 64 MiB. */
export function compile() {
  return compileAssembly(ROOT, { initial: 12, maximum: 1024 });
}

await writeWhenRun(import.meta.url, SOURCE, compile);
