/*
 * Compiles assembly/ to WebAssembly and writes it as base64 into src/wasm/binary.gen.ts. The same input gives the same
 * bytes: nothing of the machine, the path or the time goes in.
 *
 * node scripts/build-wasm.mjs            writes the file
 * compile() and inline()                 for the test that builds twice
 */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import asc from "assemblyscript/asc";

const ROOT = new URL("../", import.meta.url);
export const SOURCE = new URL("src/wasm/binary.gen.ts", ROOT);

const FLAGS = [
  "-O3",
  "--converge",
  "--noAssert",
  ["--uncheckedBehavior", "always"],
  ["--runtime", "stub"],
  ["--enable", "simd"],
  ["--enable", "bulk-memory"],
  // Without this the module would import env.abort.
  ["--use", "abort="],
  // The memory map is assembly/layout.ts's: static data at STATIC, and 15 pages that never become more.
  ["--memoryBase", "1024"],
  ["--initialMemory", "15"],
  ["--maximumMemory", "15"],
].flat();

/**
 * Compiles the module. Nothing is written to disk.
 *
 * @returns {Promise<Uint8Array>}
 */
export async function compile() {
  /** @type {Uint8Array | undefined} */
  let binary;
  const { error, stderr } = await asc.main(["assembly/index.ts", "--outFile", "codec.wasm", ...FLAGS], {
    readFile: (name, base) =>
      readFile(new URL(name, pathToFileURL(`${base === "." ? fileURLToPath(ROOT) : base}/`)), "utf8").catch(() => null),
    writeFile: (name, contents) => {
      if (name.endsWith(".wasm")) binary = contents;
    },
    listFiles: () => [],
  });
  if (error !== null || binary === undefined) {
    throw new Error(`AssemblyScript does not compile:\n${stderr.toString()}`, { cause: error });
  }
  return binary;
}

/**
 * The TypeScript source that holds the module.
 *
 * @param {Uint8Array} binary
 */
export function inline(binary) {
  const lines = Buffer.from(binary)
    .toString("base64")
    .match(/.{1,112}/g);
  return `// Written by scripts/build-wasm.mjs from assembly/. ${binary.length} bytes.\nexport const BINARY: string = [\n${(
    lines ?? []
  )
    .map((line) => `  "${line}",`)
    .join("\n")}\n].join("");\n`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await writeFile(SOURCE, inline(await compile()));
}
