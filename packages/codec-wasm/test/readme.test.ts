import { readFile } from "node:fs/promises";
import { expect, it, vi } from "vitest";

const ROOT = new URL("../", import.meta.url);

it("the example in the README runs, and prints what it says", async () => {
  const readme = await readFile(new URL("README.md", ROOT), "utf8");
  const example = /```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
  expect(example.split("\n").length).toBeLessThan(16);
  const entry = JSON.stringify(new URL("dist/index.js", ROOT).href);
  const source = example.replace('"@sluice/codec-wasm"', entry);
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(source)}`);
  expect(log.mock.calls).toEqual([["wasm", "grüß dich"]]);
  log.mockRestore();
});
