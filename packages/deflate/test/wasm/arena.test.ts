import { afterEach, expect, test, vi } from "vitest";

const MIB = 2 ** 20;

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** Those of a process that has none yet. */
async function arenas(): Promise<typeof import("../../src/wasm/arena.js")> {
  vi.resetModules();
  return import("../../src/wasm/arena.js");
}

test("places do not overlap, also where memory grows, and a free one is used again", async () => {
  const { takePlace, givePlace } = await arenas();
  const places = Array.from({ length: 60 }, (_, index) => takePlace(30_000 + 16 * index));
  let end = 0;
  for (const { arena, address, size } of places) {
    expect(address).toBeGreaterThanOrEqual(end);
    end = address + size;
    expect(arena.bytes.length).toBeGreaterThanOrEqual(end);
    expect(arena.words.length * 4).toBe(arena.bytes.length);
  }
  const [, , third] = places;
  if (third === undefined) return expect.fail("there are sixty");
  givePlace(third);
  expect(takePlace(30_000 + 32).address).toBe(third.address);
});

test("a full memory is followed by another, and one that nobody uses is let go", async () => {
  const { takePlace, givePlace } = await arenas();
  const first = takePlace(30 * MIB);
  const second = takePlace(30 * MIB);
  const third = takePlace(30 * MIB);
  expect(second.arena === first.arena).toBe(true);
  expect(third.arena === first.arena).toBe(false);
  givePlace(first);
  givePlace(second);
  expect(takePlace(30 * MIB).arena === third.arena).toBe(true);
  expect(takePlace(30 * MIB).arena === first.arena).toBe(false);
});

test("a place larger than any memory is an error", async () => {
  const { takePlace } = await arenas();
  expect(() => takePlace(65 * MIB)).toThrow(RangeError);
});

test("where there is no WebAssembly it says what is in the way, once and for all", async () => {
  const { wasmObstacle } = await arenas();
  vi.stubGlobal("WebAssembly", undefined);
  expect(wasmObstacle()).toContain("WebAssembly");
  vi.unstubAllGlobals();
  expect(wasmObstacle()).toContain("WebAssembly");
});
