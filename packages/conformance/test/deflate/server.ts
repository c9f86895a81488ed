import type { WebSocketDeflateOptions } from "@sluice/deflate";
import { WebSocketDeflate } from "@sluice/deflate";
import type { EmbeddedServer, Frame, WebSocketOptions } from "@sluice/server";
import { MutableSharedFlow, WebSockets } from "@sluice/server";
import { serve } from "../support/serve.js";
import type { Setup } from "../support/setups.js";
import { oneSetup } from "../support/setups.js";

export interface EchoOptions {
  readonly setup?: Setup;
  readonly deflate?: WebSocketDeflateOptions;
  readonly webSockets?: WebSocketOptions;
}

export interface Echo {
  readonly port: number;
  readonly server: EmbeddedServer;
  /** What ended the sessions that ended with an error, where a handler reads. */
  readonly errors: readonly unknown[];
  /** The sessions that are open. */
  readonly sessions: ReadonlySet<object>;
}

/** An echo server with compression, on any port, until the test is over. `/raw` and `/broadcast` are what they say. */
export async function serveEcho({
  setup = oneSetup[0] as Setup,
  deflate = {},
  webSockets = {},
}: EchoOptions = {}): Promise<Echo> {
  const errors: unknown[] = [];
  const sessions = new Set<object>();
  const broadcast = MutableSharedFlow<Frame>({ extraBufferCapacity: 64 });
  const { server, port } = await serve(setup, (app) => {
    app.install(WebSockets, { ...webSockets, extensions: [WebSocketDeflate(deflate)] });
    app.routing((routing) => {
      routing.webSocket("/", async (session) => {
        sessions.add(session);
        try {
          for await (const frame of session.incoming) await session.send(frame);
        } catch (error) {
          errors.push(error);
        } finally {
          sessions.delete(session);
        }
      });
      routing.webSocketRaw("/raw", { negotiateExtensions: true }, async (session) => {
        for await (const frame of session.incoming) {
          if (frame.type === "close") return;
          await session.send(frame);
        }
      });
      routing.webSocket("/broadcast", async (session) => {
        session.launch((signal) => broadcast.collect((frame) => session.send(frame), { signal }));
        for await (const frame of session.incoming) await broadcast.emit(frame);
      });
    });
  });
  return { port, server, errors, sessions };
}
