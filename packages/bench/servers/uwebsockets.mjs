/* uWebSockets.js, which `npm run bench:server` fetches where it is missing. See serve.mjs. */
import { createRequire } from "node:module";
import { HOST, MAX_MESSAGE, readArguments, readBurst, ready, refuse } from "./serve.mjs";

const { port, mode } = readArguments("uwebsockets", ["echo", "flow", "deflate", "deflate-no-takeover"]);
// Where src/contenders/peers.ts puts it.
const require = createRequire(new URL("../node_modules/.cache/peers/uwebsockets/package.json", import.meta.url));

/** @returns {import("uwebsockets").Library} */
function load() {
  try {
    return require("uwebsockets");
  } catch (error) {
    // Its own error names the versions of Node that it is built for; behind that is what the loader said, if anything.
    const lines = /** @type {Error} */ (error).message.split("\n");
    return refuse(lines.find((line) => line.startsWith("Error: ")) ?? lines[0] ?? "uwebsockets does not load");
  }
}

const uws = load();

/** @type {Partial<Record<import("./serve.mjs").Mode, number>>} */
const COMPRESSION = {
  deflate: uws.DEDICATED_COMPRESSOR_256KB | uws.DEDICATED_DECOMPRESSOR_32KB,
  "deflate-no-takeover": uws.SHARED_COMPRESSOR | uws.SHARED_DECOMPRESSOR,
};
const compression = COMPRESSION[mode] ?? uws.DISABLED;
const compress = compression !== uws.DISABLED;
const EVERYBODY = "everybody";

const app = uws.App();
app.ws("/*", {
  compression,
  maxPayloadLength: MAX_MESSAGE,
  maxBackpressure: 16 * MAX_MESSAGE,
  idleTimeout: 0,
  open: (socket) => {
    if (mode === "flow") socket.subscribe(EVERYBODY);
  },
  message: (socket, message, binary) => {
    const burst = mode === "flow" ? readBurst(new Uint8Array(message)) : undefined;
    if (burst === undefined) {
      socket.send(message, binary, compress);
      return;
    }
    for (let index = 0; index < burst.count; index++) app.publish(EVERYBODY, burst.payload, true);
  },
});
app.listen(HOST, port, (listening) => {
  if (!listening) refuse(`Port ${port} on ${HOST} is in use`);
  ready(`uWebSockets.js, npm uwebsockets ${require("uwebsockets/package.json").version}`);
});
