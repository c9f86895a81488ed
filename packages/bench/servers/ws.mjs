/* ws. With WS_NO_BUFFER_UTIL=1 it unmasks without bufferutil. See serve.mjs. */
import { createRequire } from "node:module";
import { WebSocketServer } from "ws";
import { HOST, readArguments, readBurst, ready } from "./serve.mjs";

const FAST = { zlibDeflateOptions: { level: 1 } };
const NO_TAKEOVER = { serverNoContextTakeover: true, clientNoContextTakeover: true, threshold: 0 };

/** @type {Record<Exclude<import("./serve.mjs").Mode, "deflate-default">, import("ws").ServerOptions["perMessageDeflate"]>} */
const DEFLATE = {
  echo: false,
  flow: false,
  deflate: true,
  "deflate-fast": FAST,
  "deflate-no-takeover": NO_TAKEOVER,
  "deflate-no-takeover-fast": { ...NO_TAKEOVER, ...FAST },
  "deflate-tuned": {
    zlibDeflateOptions: { chunkSize: 1024, memLevel: 7, level: 3 },
    zlibInflateOptions: { chunkSize: 10 * 1024 },
    clientNoContextTakeover: true,
    serverNoContextTakeover: true,
    serverMaxWindowBits: 10,
    concurrencyLimit: 10,
    threshold: 1024,
  },
};

const { port, mode } = readArguments("ws", [
  "echo",
  "flow",
  "deflate",
  "deflate-fast",
  "deflate-no-takeover",
  "deflate-no-takeover-fast",
  "deflate-tuned",
]);
const server = new WebSocketServer({ host: HOST, port, perMessageDeflate: DEFLATE[mode] }, () => ready(about()));

server.on("connection", (socket) => {
  if (mode !== "flow") {
    socket.on("message", (data, binary) => socket.send(data, { binary }));
    return;
  }
  socket.on("message", (/** @type {Buffer} */ data) => {
    const burst = readBurst(data);
    if (burst === undefined) {
      socket.send(data);
      return;
    }
    for (let index = 0; index < burst.count; index++) {
      for (const client of server.clients) client.send(burst.payload);
    }
  });
});

function about() {
  const require = createRequire(import.meta.url);
  const { version } = require("ws/package.json");
  if (process.env["WS_NO_BUFFER_UTIL"] !== undefined) return `ws ${version} without bufferutil`;
  const native = require("bufferutil").unmask.toString().includes("[native code]");
  const { version: ofBufferutil } = require("bufferutil/package.json");
  return `ws ${version} with bufferutil ${ofBufferutil}${native ? "" : ", its JavaScript fallback"}`;
}
