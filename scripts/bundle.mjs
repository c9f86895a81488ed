/*
 * Bundles the package in the working directory: src/a.ts becomes dist/a.js for each dist/a.js that `exports` names, and
 * what several of these share becomes files of its own, so that no class is there twice. `tsc -b` writes the types.
 *
 *   node ../../scripts/bundle.mjs
 */
import { readdir, readFile, rm } from "node:fs/promises";
import { join, sep } from "node:path";
import { rolldown } from "rolldown";

const { exports } = JSON.parse(await readFile("package.json", "utf8"));
const files = Object.values(exports).flatMap((target) => target.default ?? []);
const entries = files.map((file) => file.replace(/^\.\/dist\/(.+)\.js$/, "$1"));

const bundle = await rolldown({
  input: Object.fromEntries(entries.map((entry) => [entry, `./src/${entry}.ts`])),
  // Other packages, and Node.
  external: (source, _importer, isResolved) => !isResolved && !source.startsWith("."),
  tsconfig: "tsconfig.build.json",
  onLog: (level, log) => {
    if (level === "warn") throw new Error(log.message);
  },
  experimental: { attachDebugInfo: "none" },
});
const { output } = await bundle.write({
  dir: "dist",
  chunkFileNames: "chunks/[name].js",
  // Docstrings are in the types, and comments in src/, where the maps lead. All that bundlers of users read stays.
  comments: { annotation: true, jsdoc: false, legal: false },
  // One character beyond Latin-1, and V8 keeps a file of two bytes a character.
  charset: "ascii",
  minifyInternalExports: false,
  sourcemap: true,
  sourcemapExcludeSources: true,
});
await bundle.close();

// What an earlier build left is not published: files that go by other names now, and types of sources that are gone.
const written = new Set(output.map(({ fileName }) => fileName));
const sources = new Set(await filesOf("src"));
for (const file of await filesOf("dist")) {
  const typed = /^(.+)\.d\.ts(\.map)?$/.exec(file)?.[1];
  const isLeft = typed === undefined ? /\.js(\.map)?$/.test(file) && !written.has(file) : !sources.has(`${typed}.ts`);
  if (isLeft) await rm(join("dist", file));
}

/** @param {string} folder */
async function filesOf(folder) {
  return (await readdir(folder, { recursive: true })).map((file) => file.split(sep).join("/"));
}
