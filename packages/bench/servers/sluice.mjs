/* Sluice by its public API, with default options. See serve.mjs. */
import { createRequire } from "node:module";
import { embeddedServer, Frame, MutableSharedFlow, WebSockets } from "@sluice/server";
import { HOST, readArguments, readBurst, ready } from "./serve.mjs";

const { port, mode } = readArguments("sluice", ["echo", "flow"]);

/** @type {MutableSharedFlow<Frame>} */
const messages = MutableSharedFlow({ extraBufferCapacity: 64 });

/** @type {Record<"echo" | "flow", import("@sluice/server").WebSocketHandler<string>>} */
const handlers = {
  echo: async (session) => {
    for await (const frame of session.incoming) await session.send(frame);
  },
  flow: async (session) => {
    session.launch((signal) => messages.collect((frame) => session.send(frame), { signal }));
    for await (const frame of session.incoming) {
      const burst = readBurst(frame.data);
      if (burst === undefined) await session.send(frame);
      else for (let index = 0; index < burst.count; index++) await messages.emit(new Frame.Binary(burst.payload));
    }
  },
};

const server = embeddedServer({ host: HOST, port }, (app) => {
  app.install(WebSockets);
  app.routing((routing) => {
    routing.webSocket("/", handlers[mode]);
  });
});
await server.start();
const { version } = createRequire(import.meta.url)("@sluice/server/package.json");
ready(`Sluice ${version}, codec ${server.codec.backend}, read path ${server.readPath.path}`);
