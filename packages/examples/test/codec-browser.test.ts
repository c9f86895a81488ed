import { readFile } from "node:fs/promises";
import type { Server } from "node:http";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished } from "vitest";
import { browserTest } from "./browser.js";

declare global {
  var codecPackage: typeof import("@sluice/codec-wasm");
}

const PAGE = `<!doctype html>
<title>Codec</title>
<script type="module">
  import * as codecPackage from "./index.js";
  globalThis.codecPackage = codecPackage;
</script>`;

/** Serves the codec as its package holds it, and a page that loads it. */
async function serveCodec(): Promise<string> {
  const entry = pathToFileURL(createRequire(import.meta.url).resolve("@sluice/codec-wasm"));
  const server: Server = createServer((request, response) => {
    const path = request.url ?? "/";
    if (path === "/") {
      response.setHeader("content-type", "text/html; charset=utf-8").end(PAGE);
      return;
    }
    readFile(new URL(`.${path}`, entry)).then(
      (bytes) => response.setHeader("content-type", "text/javascript").end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

browserTest.for(["wasm", "typescript"] as const)(
  "in a browser the codec runs on the backend %s, loaded at once and asynchronously",
  async (backend, { browser }) => {
    const page = await browser.newPage();
    await page.goto(await serveCodec());
    const runs = await page.evaluate(async (backend) => {
      const { createCodec, FrameCursor, load } = codecPackage;
      const options = { backend };
      return [createCodec(options), await load(options)].map((codec) => {
        const text = "Grüße, 世界";
        const size = codec.encodeText(codec.readBuffer, 0, 0x81, text, 0x04030201);
        const cursor = new FrameCursor({ role: "server", maxFrameSize: 1024 });
        cursor.start = 0;
        cursor.end = size;
        const pieces = codec.parse(cursor, 1);
        const [, offset = 0, length = 0] = codec.descriptors;

        const bytes = new Uint8Array([1, 2, 3, 4, 5]);
        codec.mask(bytes, 0, 5, 0x04030201);
        return {
          backend: codec.backend,
          pieces,
          text: codec.decodeText(codec.readBuffer, offset, offset + length, false),
          masked: [...bytes],
          wellFormed: codec.validateUtf8(new TextEncoder().encode(text), 0, length),
          // ED A0 is the beginning of a surrogate: the byte at 1 cannot follow.
          malformed: codec.validateUtf8(new Uint8Array([0xed, 0xa0, 0x80]), 0, 3),
        };
      });
    }, backend);
    const run = {
      backend,
      pieces: 1,
      text: "Grüße, 世界",
      masked: [0, 0, 0, 0, 4],
      wellFormed: 0,
      malformed: -2,
    };
    expect(runs).toEqual([run, run]);
  },
);
