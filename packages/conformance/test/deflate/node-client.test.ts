import type { WebSocketDeflateOptions } from "@sluice/deflate";
import type { MessageEvent } from "undici";
import { WebSocket as UndiciWebSocket } from "undici";
import { describe, expect, test } from "vitest";
import type { Peer } from "./conversation.js";
import { converse, largeMessages, messages } from "./conversation.js";
import { Incoming } from "./incoming.js";
import { PATHS } from "./paths.js";
import { serveEcho } from "./server.js";

/** Node's own client, and before Node 22 the package that it comes from. */
async function connect(port: number): Promise<Peer & { close(): void; readonly extensions: string }> {
  const own: unknown = Reflect.get(globalThis, "WebSocket");
  const WebSocket = (own ?? UndiciWebSocket) as typeof UndiciWebSocket;
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
  socket.binaryType = "arraybuffer";
  const incoming = new Incoming();
  socket.addEventListener("message", ({ data }: MessageEvent<string | ArrayBuffer>) => {
    incoming.put(typeof data === "string" ? data : new Uint8Array(data));
  });
  socket.addEventListener("close", ({ code }) => incoming.end(`closed with ${code}`));
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", reject);
  });
  return {
    extensions: socket.extensions,
    send: (message) => socket.send(message),
    next: () => incoming.next(),
    close: () => socket.close(),
  };
}

describe.each(PATHS)("Node's own client, and the %s path", (path) => {
  test.each<[string, WebSocketDeflateOptions]>([
    ["by default", {}],
    ["without context takeover", { serverNoContextTakeOver: true, clientNoContextTakeOver: true }],
    ["with small windows", { serverMaxWindowBits: 9, clientMaxWindowBits: 8 }],
    ["with the largest windows", { serverMaxWindowBits: 15, clientMaxWindowBits: 15 }],
  ])("%s: thousands of messages, and some of 1 MiB", async (_how, options) => {
    const { port } = await serveEcho({ deflate: { path, compressIfBiggerThan: 0, ...options } });
    const peer = await connect(port);
    expect(peer.extensions).toContain("permessage-deflate");
    expect(await converse(peer, messages(2000))).toBe(2000);
    expect(await converse(peer, largeMessages(), 2)).toBe(4);
    expect(await converse(peer, messages(100, 5))).toBe(100);
    peer.close();
  });
});
