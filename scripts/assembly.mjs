/*
 * Compiles the assembly/ of a package to WebAssembly and writes it as base64 into its src/wasm/binary.gen.ts. The same
 * input gives the same bytes: nothing of the machine, the path or the time goes in.
 */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import asc from "assemblyscript/asc";

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
  // The memory map is the package's own, in assembly/layout.ts: static data at STATIC.
  ["--memoryBase", "1024"],
].flat();

/**
 * Compiles the module of the package at `root`. Nothing is written to disk.
 *
 * @param {URL} root
 * @param {{ initial: number, maximum: number }} pages of 64 KiB that the module begins with, and may have
 * @returns {Promise<Uint8Array>}
 */
export async function compileAssembly(root, { initial, maximum }) {
  /** @type {Uint8Array | undefined} */
  let binary;
  const pages = ["--initialMemory", String(initial), "--maximumMemory", String(maximum)];
  const { error, stderr } = await asc.main(["assembly/index.ts", "--outFile", "module.wasm", ...FLAGS, ...pages], {
    readFile: (name, base) =>
      readFile(new URL(name, pathToFileURL(`${base === "." ? fileURLToPath(root) : base}/`)), "utf8").catch(() => null),
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
 * The TypeScript source that holds a module.
 *
 * @param {Uint8Array} binary
 */
export function inlineAssembly(binary) {
  const lines = Buffer.from(binary)
    .toString("base64")
    .match(/.{1,112}/g);
  // One constant: bundlers see that it does nothing, and leave it out where no WebAssembly is used.
  return `// Written by scripts/build-wasm.mjs from assembly/. ${binary.length} bytes.\nexport const BINARY: string =\n${(
    lines ?? []
  )
    .map((line) => `  "${line}"`)
    .join(" +\n")};\n`;
}

/**
 * Writes `source` when `script` is what Node was started with.
 *
 * @param {string} script the `import.meta.url` of the caller
 * @param {URL} source
 * @param {() => Promise<Uint8Array>} compile
 */
export async function writeWhenRun(script, source, compile) {
  if (process.argv[1] === undefined || script !== pathToFileURL(process.argv[1]).href) return;
  await writeFile(source, inlineAssembly(await compile()));
}
