/* Bun's own server: run it with Bun, which `npm run bench:server` fetches where it is missing. See serve.mjs. */
import { HOST, readArguments, readBurst, ready, refuse } from "./serve.mjs";

const { port, mode } = readArguments("bun", ["echo", "flow", "deflate", "deflate-no-takeover"]);
if (globalThis.Bun === undefined) refuse("bun.mjs runs in Bun, not in Node");

/** @type {Partial<Record<import("./serve.mjs").Mode, "dedicated" | "shared">>} */
const COMPRESSOR = { deflate: "dedicated", "deflate-no-takeover": "shared" };
const compressor = COMPRESSOR[mode];
const compress = compressor !== undefined;
const EVERYBODY = "everybody";

const server = Bun.serve({
  hostname: HOST,
  port,
  fetch: (request, self) => (self.upgrade(request) ? undefined : new Response("WebSockets only", { status: 426 })),
  websocket: {
    perMessageDeflate: compressor === undefined ? false : { compress: compressor, decompress: compressor },
    idleTimeout: 0,
    open: (socket) => {
      if (mode === "flow") socket.subscribe(EVERYBODY);
    },
    message: (socket, message) => {
      const burst = mode === "flow" && typeof message !== "string" ? readBurst(message) : undefined;
      if (burst === undefined) {
        socket.send(message, compress);
        return;
      }
      for (let index = 0; index < burst.count; index++) server.publish(EVERYBODY, burst.payload);
    },
  },
});
ready(`Bun ${Bun.version}`);
