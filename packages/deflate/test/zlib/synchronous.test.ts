import { createDeflateRaw, createInflateRaw } from "node:zlib";
import { afterEach, expect, test, vi } from "vitest";

afterEach(() => {
  vi.restoreAllMocks();
  vi.doUnmock("node:zlib");
  vi.resetModules();
});

test.each<[string, (stream: object) => void]>([
  ["has no handle", (stream) => Reflect.set(stream, "_handle", null)],
  ["has another state", (stream) => Reflect.set(stream, "_writeState", [0, 0])],
  ["has a handle that writes nothing", (stream) => Reflect.set(stream, "_handle", { writeSync() {}, onerror() {} })],
  [
    "has a handle that throws",
    (stream) =>
      Reflect.set(stream, "_handle", {
        writeSync() {
          throw new Error("no");
        },
        onerror() {},
      }),
  ],
])("where a stream %s, the path is asynchronous and says so", async (_what, spoil) => {
  vi.resetModules();
  vi.doMock("node:zlib", async (original) => {
    const zlib = await original<typeof import("node:zlib")>();
    const spoiled = <S extends object>(stream: S): S => {
      spoil(stream);
      // Nothing of the stream is left to close.
      Reflect.set(stream, "close", () => {});
      return stream;
    };
    return {
      ...zlib,
      createDeflateRaw: () => spoiled(createDeflateRaw()),
      createInflateRaw: () => spoiled(createInflateRaw()),
    };
  });
  vi.stubGlobal("WebAssembly", undefined);
  const { deflatePath, Compression } = await import("../../src/compression.js");
  expect(deflatePath()).toBe("asynchronous");
  expect(new Compression().path).toBe("asynchronous");
  // Asking for another and not getting it is an error.
  for (const path of ["wasm", "synchronous"] as const) {
    expect(() => new Compression({}, path)).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", option: "path" }),
    );
  }
});

test("it is tried out once, and takes no step on a closed context", async () => {
  const { SynchronousDrive, synchronousWorks } = await import("../../src/zlib/synchronous.js");
  expect(synchronousWorks()).toBe(synchronousWorks());
  const stream = createDeflateRaw();
  if (synchronousWorks()) {
    const drive = new SynchronousDrive(stream);
    stream.close();
    expect(drive.step(Uint8Array.of(1), 0, 1, new Uint8Array(100), 100)).toMatchObject({ code: "CLOSED" });
  }
  stream.close();
});
