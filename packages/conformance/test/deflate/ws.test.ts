import { once } from "node:events";
import type { DeflateWindowBits, WebSocketDeflateOptions, WindowBits } from "@sluice/deflate";
import { describe, expect, test } from "vitest";
import type { PerMessageDeflateOptions } from "ws";
import { WebSocket } from "ws";
import type { Peer } from "./conversation.js";
import { converse, largeMessages, messages } from "./conversation.js";
import { Incoming } from "./incoming.js";
import { PATHS } from "./paths.js";
import { serveEcho } from "./server.js";

async function connect(
  port: number,
  perMessageDeflate: PerMessageDeflateOptions,
): Promise<Peer & { socket: WebSocket }> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { perMessageDeflate });
  const incoming = new Incoming();
  socket.on("message", (data: Buffer, isBinary) => {
    incoming.put(isBinary ? Uint8Array.from(data) : data.toString());
  });
  socket.on("error", (error) => incoming.end(error.message));
  socket.on("close", (code) => incoming.end(`closed with ${code}`));
  await once(socket, "open");
  return { socket, send: (message) => socket.send(message), next: () => incoming.next() };
}

/** Every window of both sides, and none that is asked for. */
const WINDOWS = [undefined, 9, 10, 11, 12, 13, 14, 15].flatMap((server) =>
  [undefined, 8, 9, 10, 11, 12, 13, 14, 15].map((client) => ({
    ...(server === undefined ? {} : { serverMaxWindowBits: server as DeflateWindowBits }),
    ...(client === undefined ? {} : { clientMaxWindowBits: client as WindowBits }),
  })),
);

const TAKEOVERS = [false, true].flatMap((server) => [false, true].map((client) => ({ server, client })));

describe.each(PATHS)("the client of ws, and the %s path", (path) => {
  describe.each(TAKEOVERS)("without context takeover: of the server $server, of the client $client", (noTakeover) => {
    const perMessageDeflate: PerMessageDeflateOptions = {
      ...(noTakeover.server ? { serverNoContextTakeover: true } : {}),
      ...(noTakeover.client ? { clientNoContextTakeover: true } : {}),
    };
    const deflate: WebSocketDeflateOptions = {
      path,
      serverNoContextTakeOver: noTakeover.server,
      clientNoContextTakeOver: noTakeover.client,
    };

    test.each([0, 700])("as the client asks, in every window, both compressing from %s bytes on", async (threshold) => {
      const { port } = await serveEcho({ deflate: { path, compressIfBiggerThan: threshold } });
      for (const windows of WINDOWS) {
        const peer = await connect(port, { threshold, ...perMessageDeflate, ...windows });
        expect(peer.socket.extensions).toBe("permessage-deflate");
        expect(await converse(peer, messages(40))).toBe(40);
        peer.socket.close();
      }
    });

    test.each([0, 700])("as the server asks, in every window, both compressing from %s bytes on", async (threshold) => {
      for (const windows of path !== "asynchronous" ? WINDOWS : WINDOWS.filter((_, index) => index % 5 === 0)) {
        const { port, server } = await serveEcho({
          deflate: { ...deflate, ...windows, compressIfBiggerThan: threshold },
        });
        const peer = await connect(port, { threshold });
        expect(peer.socket.extensions).toBe("permessage-deflate");
        expect(await converse(peer, messages(40))).toBe(40);
        peer.socket.close();
        await server.stop();
      }
    });

    test("thousands of messages, and some of 1 MiB", async () => {
      // What does not compress is longer than it was: by 2 KiB, of ws with a window of 2^13 bytes.
      const { port } = await serveEcho({
        webSockets: { maxFrameSize: 2 ** 20 + 4096 },
        deflate: { ...deflate, compressIfBiggerThan: 0 },
      });
      const peer = await connect(port, { threshold: 0 });
      expect(await converse(peer, messages(2000))).toBe(2000);
      expect(await converse(peer, largeMessages(), 2)).toBe(4);
      expect(await converse(peer, messages(100, 5))).toBe(100);
      peer.socket.close();
    });
  });
});

test("the client of ws is not held to compress, nor the server", async () => {
  for (const [deflate, threshold] of [
    [{ compressIf: () => false }, 0],
    [{ compressIfBiggerThan: 0 }, 1_000_000],
  ] as const) {
    const { port } = await serveEcho({ deflate });
    const peer = await connect(port, { threshold });
    expect(await converse(peer, messages(200))).toBe(200);
    peer.socket.close();
  }
});
