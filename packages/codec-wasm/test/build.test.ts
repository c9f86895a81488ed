import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { expect, it } from "vitest";
import { compile, inline, SOURCE } from "../scripts/build-wasm.mjs";
import { DESCRIPTOR_WORDS, MAX_DESCRIPTORS, READ_BUFFER_SIZE, SLAB_SIZE } from "../src/index.js";
import {
  DESCRIPTORS,
  READ_BUFFER,
  Result,
  SCRATCH,
  SCRATCH_SIZE,
  SLAB,
  STATE,
  State,
  StateDouble,
} from "../src/wasm/layout.js";

const ROOT = new URL("../", import.meta.url);

function hash(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The numbers that assembly/layout.ts defines. */
async function assemblyLayout(): Promise<Map<string, number>> {
  const source = await readFile(new URL("assembly/layout.ts", ROOT), "utf8");
  const entries = [...source.matchAll(/^export const (\w+): usize = (\d+);$/gm)];
  return new Map(entries.map(([, name = "", value]) => [name, Number(value)]));
}

it("compiles to the same bytes every time, and to those that are inlined", { timeout: 60_000 }, async () => {
  const first = await compile();
  const second = await compile();
  expect(hash(second)).toBe(hash(first));
  expect(hash(await readFile(SOURCE, "utf8"))).toBe(hash(inline(first)));
});

it("imports nothing, exports what the backend calls, and never grows", async () => {
  const { BINARY } = await import("../src/wasm/binary.gen.js");
  const module = new WebAssembly.Module(Buffer.from(BINARY, "base64"));
  expect(WebAssembly.Module.imports(module)).toEqual([]);
  const exported = WebAssembly.Module.exports(module).map(({ name, kind }) => `${kind} ${name}`);
  expect(exported.sort()).toEqual([
    "function mask",
    "function parse",
    "function unmaskText",
    "function utf16",
    "memory memory",
  ]);
  const { memory } = new WebAssembly.Instance(module).exports as { memory: WebAssembly.Memory };
  expect(memory.buffer.byteLength).toBe(15 * 65_536);
  expect(() => memory.grow(1)).toThrow(RangeError);
});

it("has one memory map on both sides, with slack behind every area", async () => {
  const assembly = await assemblyLayout();
  for (const [name, address] of Object.entries({ STATE, DESCRIPTORS, READ_BUFFER, SLAB, SCRATCH })) {
    expect([name, assembly.get(name)]).toEqual([name, address]);
  }
  const words = (name: string): number => (assembly.get(`STATE_${name}`) ?? Number.NaN) / 4;
  expect(State).toEqual({
    headerLength: words("HEADER_LENGTH"),
    header0: words("HEADER"),
    header1: words("HEADER") + 1,
    header2: words("HEADER") + 2,
    header3: words("HEADER") + 3,
    frame: words("FRAME"),
    remaining: words("REMAINING"),
    key: words("KEY"),
    message: words("MESSAGE"),
    utf8: words("UTF8"),
    error: words("ERROR"),
    errorAt: words("ERROR_AT"),
  });
  expect(StateDouble).toEqual({
    messageSize: words("MESSAGE_SIZE") / 2,
    errorLength: words("ERROR_LENGTH") / 2,
  });
  const slack = 16;
  const descriptorsEnd = DESCRIPTORS + MAX_DESCRIPTORS * DESCRIPTOR_WORDS * 4;
  expect(descriptorsEnd + slack).toBeLessThanOrEqual(READ_BUFFER);
  expect(READ_BUFFER + READ_BUFFER_SIZE + slack).toBeLessThanOrEqual(SLAB);
  expect(SLAB + SLAB_SIZE + slack).toBeLessThanOrEqual(SCRATCH);
  expect(SCRATCH + SCRATCH_SIZE + slack).toBeLessThanOrEqual(15 * 65_536);
  expect(Result.position).toBeGreaterThanOrEqual(READ_BUFFER_SIZE);
  expect(Result.count).toBeGreaterThanOrEqual(MAX_DESCRIPTORS);
});

it("leaves nothing behind but the inlined module", async () => {
  const generated = (await readdir(ROOT, { recursive: true })).filter(
    (name) => !name.startsWith("node_modules") && /\.(wasm|wat|map|gen\.ts)$/.test(name) && !name.startsWith("dist"),
  );
  expect(generated).toEqual(["src/wasm/binary.gen.ts"]);
  expect((await stat(SOURCE)).isFile()).toBe(true);
});
