import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { compile, inline, SOURCE } from "../../scripts/build-wasm.mjs";
import { INFLATE_ERRORS } from "../../src/wasm/inflate-errors.js";
import {
  CONTEXTS,
  DEFLATE_HEADER,
  DeflateWord,
  INPUT,
  INPUT_SIZE,
  OUTPUT,
  STATE,
  State,
} from "../../src/wasm/layout.js";

const ASSEMBLY = new URL("../../assembly/", import.meta.url);

function hash(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The numbers that a file of assembly/ defines, also those that are another and some more. */
async function constants(file: string): Promise<Map<string, number>> {
  const source = await readFile(new URL(file, ASSEMBLY), "utf8");
  const found = new Map<string, number>();
  for (const [, name = "", first = "", second = "0"] of source.matchAll(
    /const (\w+): (?:usize|i32|u32) = ([\w-]+)(?: \+ (\d+))?;$/gm,
  )) {
    found.set(name, (found.get(first) ?? Number(first)) + Number(second));
  }
  return found;
}

it("compiles to the same bytes every time, and to those that are inlined", { timeout: 60_000 }, async () => {
  const first = await compile();
  const second = await compile();
  expect(hash(second)).toBe(hash(first));
  expect(hash(await readFile(SOURCE, "utf8"))).toBe(hash(inline(first)));
});

it("imports nothing, and exports what contexts call", async () => {
  const { BINARY } = await import("../../src/wasm/binary.gen.js");
  const module = new WebAssembly.Module(Buffer.from(BINARY, "base64"));
  expect(WebAssembly.Module.imports(module)).toEqual([]);
  const exported = WebAssembly.Module.exports(module).map(({ name, kind }) => `${kind} ${name}`);
  expect(exported.sort()).toEqual([
    "function deflate",
    "function inflate",
    "function inflateMore",
    "function prepare",
    "function remember",
    "memory memory",
  ]);
});

it("has one memory map on both sides, with no area in another", async () => {
  const map = await constants("layout.ts");
  for (const [name, address] of Object.entries({ STATE, INPUT, INPUT_SIZE, OUTPUT, CONTEXTS })) {
    expect([name, map.get(name)]).toEqual([name, address]);
  }
  expect(State).toEqual({
    from: (map.get("STATE_FROM") ?? Number.NaN) / 4,
    to: (map.get("STATE_TO") ?? Number.NaN) / 4,
  });
  const address = (name: string): number => map.get(name) ?? Number.NaN;
  expect(address("INFLATE_TABLES") + 33_088).toBeLessThanOrEqual(address("HUFFMAN_TABLES"));
  expect(address("HUFFMAN_RANKS") + 4 * 1024).toBeLessThanOrEqual(address("SYMBOLS"));
  // A part of a message is at most as long as the largest buffer, and each of its bytes a symbol.
  const part = 2 ** 16;
  expect(address("SYMBOLS") + 4 * (part + 1)).toBeLessThanOrEqual(address("DEFLATE_TABLES"));
  expect(address("TEXT_HEADER") + 64).toBeLessThanOrEqual(address("LITERAL_LENGTHS"));
  expect(address("TOLD_LENGTHS") + 4 * 320).toBeLessThanOrEqual(address("EXTRA_BITS"));
  expect(address("MATCH_LENGTHS") + 4 * 256).toBeLessThanOrEqual(INPUT);
  expect(INPUT + INPUT_SIZE + 300).toBeLessThanOrEqual(OUTPUT);
  expect(OUTPUT + part + 300).toBeLessThanOrEqual(CONTEXTS);
});

it("has the words of a compressing context on both sides", async () => {
  const places = await constants("deflate-context.ts");
  const names = {
    position: "POSITION",
    base: "BASE",
    window: "WINDOW",
    capacity: "CAPACITY",
    hashShift: "HASH_SHIFT",
    chain: "CHAIN",
    nice: "NICE",
    lazy: "LAZY",
    good: "GOOD",
    aloneBelow: "ALONE_BELOW",
    atOnceBelow: "AT_ONCE_BELOW",
  };
  const words = Object.entries(names).map(([word, name]) => [word, (places.get(name) ?? Number.NaN) / 4]);
  expect(Object.fromEntries(words)).toEqual(DeflateWord);
  expect(places.get("HEADS")).toBe(DEFLATE_HEADER);
});

it("has words for every error of the other side", async () => {
  const results = await constants("inflate-result.ts");
  const errors = [...results.values()].filter((value) => value < 0);
  expect(errors.length).toBeGreaterThan(10);
  expect(errors.sort()).toEqual([...INFLATE_ERRORS.keys()].sort());
});
