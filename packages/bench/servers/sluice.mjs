/* Sluice by its public API, with default options but for those of compression that others have. See serve.mjs. */
import { createRequire } from "node:module";
import { embeddedServer, Frame, MutableSharedFlow, WebSockets } from "@sluice/server";
import { HOST, readArguments, readBurst, ready } from "./serve.mjs";

const { port, mode } = readArguments("sluice", [
  "echo",
  "flow",
  "deflate",
  "deflate-default",
  "deflate-fast",
  "deflate-no-takeover",
  "deflate-no-takeover-fast",
]);

/** Windows and memory as the others have them, so that messages become as small. */
const SAME_RATIO = /** @type {const} */ ({ serverMaxWindowBits: 15, memLevel: 8 });

/** @type {import("@sluice/deflate").WebSocketDeflateOptions} */
const NO_TAKEOVER = { serverNoContextTakeOver: true, clientNoContextTakeOver: true, compressIfBiggerThan: 0 };

/** @type {Record<typeof mode, import("@sluice/deflate").WebSocketDeflateOptions | undefined>} */
const DEFLATE = {
  echo: undefined,
  flow: undefined,
  deflate: SAME_RATIO,
  "deflate-default": {},
  "deflate-fast": { ...SAME_RATIO, compressionLevel: 1 },
  "deflate-no-takeover": NO_TAKEOVER,
  "deflate-no-takeover-fast": { ...NO_TAKEOVER, compressionLevel: 1 },
};

/** @type {MutableSharedFlow<Frame>} */
const messages = MutableSharedFlow({ extraBufferCapacity: 64 });

/** @type {import("@sluice/server").WebSocketHandler<string>} */
const echo = async (session) => {
  for await (const frame of session.incoming) await session.send(frame);
};

/** @type {import("@sluice/server").WebSocketHandler<string>} */
const flow = async (session) => {
  session.launch((signal) => messages.collect((frame) => session.send(frame), { signal }));
  for await (const frame of session.incoming) {
    const burst = readBurst(frame.data);
    if (burst === undefined) await session.send(frame);
    else for (let index = 0; index < burst.count; index++) await messages.emit(new Frame.Binary(burst.payload));
  }
};

const deflate = DEFLATE[mode];
// As whoever compresses nothing has it: not loaded.
const extensions = deflate === undefined ? [] : [(await import("@sluice/deflate")).WebSocketDeflate(deflate)];

const server = embeddedServer({ host: HOST, port }, (app) => {
  app.install(WebSockets, { extensions });
  app.routing((routing) => {
    routing.webSocket("/", mode === "flow" ? flow : echo);
  });
});
await server.start();
const { version } = createRequire(import.meta.url)("@sluice/server/package.json");
ready(`Sluice ${version}, codec ${server.codec.backend}, read path ${server.readPath.path}`);
