import { once } from "node:events";
import type { WebSocketDeflateOptions } from "@sluice/deflate";
import { deflatePath } from "@sluice/deflate";
import { describe, expect, test } from "vitest";
import type { PerMessageDeflateOptions } from "ws";
import { WebSocket } from "ws";
import type { Peer } from "./conversation.js";
import { converse, largeMessages, messages } from "./conversation.js";
import { Incoming } from "./incoming.js";
import { serveEcho } from "./server.js";

const PATHS =
  deflatePath() === "synchronous" ? (["synchronous", "asynchronous"] as const) : (["asynchronous"] as const);

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

const TAKEOVERS = [false, true].flatMap((server) => [false, true].map((client) => ({ server, client })));

describe.each(PATHS)("the client of ws, and the %s path", (path) => {
  describe.each(TAKEOVERS)("without context takeover: of the server $server, of the client $client", (noTakeover) => {
    test.each(["client", "server"])("as the %s asks, in every window and with every threshold", async (asking) => {
      let total = 0;
      for (const threshold of [0, 700]) {
        for (const serverMaxWindowBits of [undefined, 9, 12, 15] as const) {
          for (const clientMaxWindowBits of [undefined, 8, 9, 15] as const) {
            const takeovers = {
              ...(noTakeover.server ? { server: true } : {}),
              ...(noTakeover.client ? { client: true } : {}),
            };
            const windows = {
              ...(serverMaxWindowBits === undefined ? {} : { serverMaxWindowBits }),
              ...(clientMaxWindowBits === undefined ? {} : { clientMaxWindowBits }),
            };
            const deflate: WebSocketDeflateOptions = { path, compressIfBiggerThan: threshold };
            const { port } = await serveEcho({
              deflate:
                asking === "client"
                  ? deflate
                  : {
                      ...deflate,
                      ...windows,
                      serverNoContextTakeOver: noTakeover.server,
                      clientNoContextTakeOver: noTakeover.client,
                    },
            });
            const peer = await connect(
              port,
              asking === "server"
                ? { threshold }
                : {
                    threshold,
                    ...windows,
                    ...(takeovers.server ? { serverNoContextTakeover: true } : {}),
                    ...(takeovers.client ? { clientNoContextTakeover: true } : {}),
                  },
            );
            expect(peer.socket.extensions).toBe("permessage-deflate");
            total += await converse(peer, messages(60, total));
            peer.socket.close();
          }
        }
      }
      expect(total).toBe(2 * 4 * 4 * 60);
    });

    test("thousands of messages, and some of 1 MiB", async () => {
      // What does not compress is longer than it was: by 2 KiB, of ws with a window of 2^13 bytes.
      const { port } = await serveEcho({
        webSockets: { maxFrameSize: 2 ** 20 + 4096 },
        deflate: {
          path,
          compressIfBiggerThan: 0,
          serverNoContextTakeOver: noTakeover.server,
          clientNoContextTakeOver: noTakeover.client,
        },
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
