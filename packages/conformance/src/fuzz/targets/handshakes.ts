import { createServer } from "node:http";
import { WebSocketDeflate } from "@sluice/deflate";
import { application, WebSockets } from "@sluice/server";
import { expectSame } from "../difference.js";
import { judge, requestText } from "../handshake/judge.js";
import { MemorySocket } from "../handshake/memory-socket.js";
import type { HandshakeInput } from "../handshake/requests.js";
import { drawRequest } from "../handshake/requests.js";
import { drawCuts } from "../streams/damage.js";
import { chunks } from "../streams/read-alike.js";
import type { FuzzTarget } from "../target.js";

/** A Close of a client, and a text message in front of one. */
const TAILS: readonly Uint8Array[] = [
  new Uint8Array(0),
  Uint8Array.of(0x88, 0x80, 1, 2, 3, 4),
  Uint8Array.of(0x81, 0x81, 1, 2, 3, 4, 0x60, 0x88, 0x80, 1, 2, 3, 4),
  Uint8Array.of(0x83),
];

/**
 * Requests to an application on a server of `node:http`, each on a connection of its own that is handed to the server: what
 * is checked is the whole way from bytes to the answer, and nothing may fail on it.
 */
export const handshakes = async (): Promise<FuzzTarget<HandshakeInput>> => {
  const failures: unknown[] = [];
  const app = await application(
    (module) => {
      module.install(WebSockets, { pingPeriod: 0, extensions: [WebSocketDeflate()] });
      module.routing((routes) => {
        routes.webSocket("/", async (session) => {
          for await (const frame of session.incoming) await session.send(frame);
        });
        for (const protocol of ["chat.v1", "chat.v2"]) routes.webSocket("/chat", { protocol }, () => undefined);
        routes.webSocket("/listed", { origins: ["https://listed.example", "null"] }, () => undefined);
        routes.webSocketRaw("/raw", () => undefined);
      });
    },
    // Origins that are refused are warned of, as they should be.
    { logger: { error: (failure: unknown) => void failures.push(failure), warn: () => undefined } },
  );
  const server = createServer((_request, response) => void response.writeHead(404).end());
  app.attach(server);
  return {
    generate(random) {
      const request = drawRequest(random);
      const tail = random.pick(TAILS);
      return { ...request, tail, cuts: drawCuts(random, requestText(request).length + tail.length) };
    },
    async check(input) {
      const socket = new MemorySocket();
      server.emit("connection", socket);
      const bytes = Buffer.concat([Buffer.from(requestText(input), "latin1"), input.tail]);
      for (const [from, to] of chunks(input.cuts, bytes.length)) if (to > from) socket.push(bytes.subarray(from, to));
      socket.push(null);
      await socket.over;
      socket.destroy();
      judge(input, socket.written);
      expectSame("failures in the log", failures.map(String).join("\n"), "");
    },
    async close() {
      await app.stop({ gracePeriod: 0, timeout: "1s" });
      server.close();
    },
  };
};
