import { WebSocketDeflate } from "@sluice/deflate";
import type { Application, EmbeddedServer } from "@sluice/server";
import { embeddedServer, WebSockets } from "@sluice/server";

/** Sends every data message back as it came. `send` waits while the peer does not read, and so nothing piles up. */
export function echo(app: Application, path: string): void {
  app.routing((routing) => {
    routing.webSocket(path, async (session) => {
      for await (const frame of session.incoming) await session.send(frame);
    });
  });
}

export interface EchoOptions {
  readonly host?: string | undefined;
  readonly port: number;
  /** The largest message that is taken, in bytes. */
  readonly maxMessage: number;
  /** Whether every message is compressed, where the client offers permessage-deflate. Default false. */
  readonly deflate?: boolean;
}

/** A server that does nothing but echo, for anyone and as fast as they like: for other implementations' tests. */
export function echoServer({ host = "0.0.0.0", port, maxMessage, deflate = false }: EchoOptions): EmbeddedServer {
  return embeddedServer({ host, port }, (app) => {
    app.install(WebSockets, {
      maxFrameSize: maxMessage,
      maxFragments: Number.POSITIVE_INFINITY,
      maxRetainedBytes: Number.POSITIVE_INFINITY,
      maxConnections: Number.POSITIVE_INFINITY,
      origins: "*",
      // A peer that does not read does not answer pings either, and is waited for all the same.
      pingPeriod: 0,
      maxPause: "24h",
      extensions: deflate ? [WebSocketDeflate({ compressIfBiggerThan: 0 })] : [],
    });
    echo(app, "/");
  });
}
