import { readdir, readFile } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";

const ROOT = new URL("../", import.meta.url);

async function sources(folder: string, ending: RegExp): Promise<string[]> {
  const names = await readdir(new URL(folder, ROOT), { recursive: true });
  const files = names.filter((name) => ending.test(name));
  expect(files).not.toEqual([]);
  return Promise.all(files.map((name) => readFile(new URL(`${folder}/${name}`, ROOT), "utf8")));
}

/** Runs in a thread whose Node globals are gone before the package is loaded. */
const BARE = `
  const { parentPort, workerData } = require("node:worker_threads");
  for (const name of ["Buffer", "process", "global", "setImmediate", "clearImmediate", "atob", "btoa"]) delete globalThis[name];
  import(workerData).then((codecs) => {
    const create = codecs.createCodec ?? codecs.createTypeScriptCodec;
    const codec = create();
    const cursor = new codecs.FrameCursor({ role: "server", maxFrameSize: 1000 });
    cursor.end = codec.encodeText(codec.readBuffer, 0, 0x81, "größer", 0x01020304);
    const count = codec.parse(cursor, 256);
    const [, offset, length] = codec.descriptors;
    const text = codec.decodeText(codec.readBuffer, offset, offset + length, false);
    parentPort.postMessage({ backend: codec.backend, count, text, bare: typeof Buffer + typeof process });
  }).catch((error) => parentPort.postMessage(String(error)));
`;

function runBare(entry: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(BARE, { eval: true, workerData: new URL(entry, ROOT).href });
    worker.once("message", (message) => {
      resolve(message);
      void worker.terminate();
    });
    worker.once("error", reject);
  });
}

describe("without Node", () => {
  it.each([
    ["src", /(?<!\.gen)\.ts$/],
    ["dist", /\.js$/],
  ])("%s imports nothing from node: and names no global of Node", async (folder, ending) => {
    for (const source of await sources(folder, ending)) {
      const code = source.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
      expect(code).not.toMatch(/["']node:|\brequire\(|\bBuffer\b|\bprocess\b|\bglobal\b|\bsetImmediate\b/);
    }
  });

  it("the package runs on WebAssembly", async () => {
    expect(await runBare("dist/index.js")).toEqual({
      backend: "wasm",
      count: 1,
      text: "größer",
      bare: "undefinedundefined",
    });
  });

  it("the TypeScript entry point runs, and never loads the module", async () => {
    expect(await runBare("dist/typescript/index.js")).toMatchObject({
      backend: "typescript",
      count: 1,
      text: "größer",
    });
    const seen = new Map<string, string>();
    const follow = async (url: URL): Promise<void> => {
      if (seen.has(url.href)) return;
      const source = await readFile(url, "utf8");
      seen.set(url.href, source);
      for (const [, target = ""] of source.matchAll(/from "(\.[^"]+)"/g)) await follow(new URL(target, url));
    };
    await follow(new URL("dist/typescript/index.js", ROOT));
    expect(seen.size).toBeGreaterThan(1);
    // "\0asm" in base64, which is how every module begins.
    expect([...seen.values()].join("\n")).not.toMatch(/"AGFzb|\bWebAssembly\b/);
    expect(await readFile(new URL("dist/index.js", ROOT), "utf8")).toMatch(/"AGFzb/);
  });
});
