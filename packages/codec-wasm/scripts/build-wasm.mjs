/*
 * Compiles assembly/ into src/wasm/binary.gen.ts.
 *
 *   node scripts/build-wasm.mjs
 */
import { compileAssembly, inlineAssembly, writeWhenRun } from "../../../scripts/assembly.mjs";

const ROOT = new URL("../", import.meta.url);
export const SOURCE = new URL("src/wasm/binary.gen.ts", ROOT);
export const inline = inlineAssembly;

/** The memory never becomes more than it begins with. */
export function compile() {
  return compileAssembly(ROOT, { initial: 15, maximum: 15 });
}

await writeWhenRun(import.meta.url, SOURCE, compile);
