import type { WebSocketDeflateOptions } from "@sluice/deflate";
import { WebSocketDeflate } from "@sluice/deflate";
import type { EmbeddedServer, WebSocketOptions } from "@sluice/server";
import { embeddedServer, WebSockets } from "@sluice/server";
import { onTestFinished } from "vitest";

export interface EchoOptions {
  readonly codec?: "wasm" | "typescript";
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

/** An echo server with compression, on any port, until the test is over. */
export async function serveEcho({ codec = "wasm", deflate = {}, webSockets = {} }: EchoOptions = {}): Promise<Echo> {
  const errors: unknown[] = [];
  const sessions = new Set<object>();
  const server = embeddedServer({ port: 0, host: "127.0.0.1", codec }, (app) => {
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
    });
  });
  await server.start();
  onTestFinished(() => server.stop());
  const [{ port } = { port: 0 }] = await server.resolvedConnectors();
  return { port, server, errors, sessions };
}
