import { afterEach, describe, expect, it, vi } from "vitest";
import type { TextAccess } from "../src/index.js";
import { CodecUnavailableError, createCodec, load } from "../src/index.js";
import { createTypeScriptCodec } from "../src/typescript/index.js";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

describe("createCodec", () => {
  it("takes WebAssembly where nothing is asked for, and says so", () => {
    const codec = createCodec();
    expect(codec.backend).toBe("wasm");
    expect(codec.selection).toEqual({ asked: "auto", chosen: "wasm", reason: "WebAssembly runs here." });
  });

  it.each(["wasm", "typescript"] as const)("takes %s where it is asked for", (backend) => {
    const codec = createCodec({ backend });
    expect(codec.backend).toBe(backend);
    expect(codec.selection).toMatchObject({ asked: backend, chosen: backend });
    expect(codec.selection.reason).toContain("asked for");
  });

  it("gives each codec its own memory, sized once", () => {
    for (const backend of ["wasm", "typescript"] as const) {
      const one = createCodec({ backend });
      const other = createCodec({ backend });
      one.slab[0] = 1;
      other.slab[0] = 2;
      expect([one.slab[0], one.slab.length, one.readBuffer.length]).toEqual([1, 262_144, 524_288]);
      expect(one.descriptors).toHaveLength(1_024);
    }
  });

  it("uses the text access it is handed", () => {
    const packing = { pack: () => "packed", unpack: () => undefined };
    const text: TextAccess = { decode: () => "decoded", encode: () => 3, byteLength: () => 7, packing };
    for (const backend of ["wasm", "typescript"] as const) {
      const codec = createCodec({ backend, text });
      expect(codec.decodeText(codec.slab, 0, 1, true)).toBe("decoded");
      expect(codec.textSize("x")).toBe(7);
      expect(codec.packing).toBe(packing);
      expect(codec.encodeText(codec.slab, 0, 0x81, "x", undefined)).toBe(5);
    }
  });

  it("refuses a backend it does not know", () => {
    expect(() => createCodec({ backend: "native" as "wasm" })).toThrow(RangeError);
    expect(() => createCodec({ backend: "native" as "wasm" })).toThrow("native");
  });
});

describe("where WebAssembly cannot run", () => {
  /** The module keeps what it compiled, so each test loads it anew. */
  async function freshModule(): Promise<typeof import("../src/index.js")> {
    vi.resetModules();
    return await import("../src/index.js");
  }

  function forbidCompilation(): void {
    vi.stubGlobal("WebAssembly", {
      Module: class {
        constructor() {
          throw new Error("refused by the content security policy");
        }
      },
      compile: () => Promise.reject(new Error("refused by the content security policy")),
    });
  }

  it("auto falls back to TypeScript and says why", async () => {
    const fresh = await freshModule();
    forbidCompilation();
    for (const codec of [fresh.createCodec(), await fresh.load()]) {
      expect(codec.backend).toBe("typescript");
      expect(codec.selection).toEqual({
        asked: "auto",
        chosen: "typescript",
        reason: "WebAssembly cannot run here: refused by the content security policy",
      });
    }
  });

  it("wasm throws CodecUnavailableError with a stable code and the engine's cause", async () => {
    const fresh = await freshModule();
    forbidCompilation();
    let thrown: unknown;
    try {
      fresh.createCodec({ backend: "wasm" });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(fresh.CodecUnavailableError);
    expect(thrown).toMatchObject({
      name: "CodecUnavailableError",
      code: "CODEC_UNAVAILABLE",
      cause: { message: "refused by the content security policy" },
    });
    await expect(fresh.load({ backend: "wasm" })).rejects.toMatchObject({ code: "CODEC_UNAVAILABLE" });
    expect(CodecUnavailableError.prototype).toBeInstanceOf(Error);
  });

  it("auto falls back where there is no WebAssembly at all", async () => {
    const fresh = await freshModule();
    vi.stubGlobal("WebAssembly", undefined);
    expect(fresh.createCodec().backend).toBe("typescript");
    expect(() => fresh.createCodec({ backend: "wasm" })).toThrow("cannot run here");
  });

  it("typescript asks nothing of WebAssembly", async () => {
    const fresh = await freshModule();
    vi.stubGlobal("WebAssembly", undefined);
    expect(fresh.createCodec({ backend: "typescript" }).backend).toBe("typescript");
    expect((await fresh.load({ backend: "typescript" })).backend).toBe("typescript");
  });
});

describe("load", () => {
  it("compiles asynchronously where synchronous compilation is refused", async () => {
    vi.resetModules();
    const fresh = await import("../src/index.js");
    const { compile, instantiate } = WebAssembly;
    vi.stubGlobal("WebAssembly", { compile, instantiate });
    expect(() => fresh.createCodec({ backend: "wasm" })).toThrow(fresh.CodecUnavailableError);
    const codec = await fresh.load({ backend: "wasm" });
    expect(codec.selection).toMatchObject({ asked: "wasm", chosen: "wasm" });
    codec.mask(codec.slab, 0, 4, 0x0101_0101);
    expect(codec.slab[3]).toBe(1);
  });

  it("gives what createCodec gives", async () => {
    expect((await load()).selection).toEqual(createCodec().selection);
    expect((await load({ backend: "typescript" })).backend).toBe("typescript");
  });
});

it("the TypeScript entry point gives the same codec", () => {
  const codec = createTypeScriptCodec();
  expect(codec.backend).toBe("typescript");
  expect(codec.selection).toEqual(createCodec({ backend: "typescript" }).selection);
});
