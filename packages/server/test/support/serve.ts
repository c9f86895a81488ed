import { expect, onTestFinished } from "vitest";
import type {
  ApplicationModule,
  ApplicationModules,
  EmbeddedServer,
  ServerConfig,
  WebSocketHandler,
  WebSocketOptions,
} from "../../src/index.js";
import { embeddedServer, WebSockets } from "../../src/index.js";

/** Something that the server logged. */
export interface Logged {
  readonly error: unknown;
  readonly message: string;
}

/** A server that runs for one test, on a free port of 127.0.0.1. */
export interface Served {
  readonly server: EmbeddedServer;
  readonly port: number;
  /** `ws://` or `wss://` with `path`. */
  url(path: string): string;
  /** What was logged so far. What a test does not take, it did not expect. */
  takeLog(): Logged[];
}

export async function serve(modules: ApplicationModules, config: ServerConfig = {}): Promise<Served> {
  const log: Logged[] = [];
  const note = (error: unknown, message: string): void => void log.push({ error, message });
  const server = embeddedServer(
    { host: "127.0.0.1", port: 0, logger: { error: note, warn: note }, ...config },
    modules,
  );
  onTestFinished(async () => {
    await server.stop({ gracePeriod: 0, timeout: "1s" });
    expect(log).toEqual([]);
  });
  await server.start();
  const [{ port, type }] = await server.resolvedConnectors();
  const scheme = type === "HTTPS" ? "wss" : "ws";
  return { server, port, url: (path) => `${scheme}://127.0.0.1:${port}${path}`, takeLog: () => log.splice(0) };
}

/** A module with one WebSocket route, at `/`. */
export function route(handler: WebSocketHandler<"">, options: WebSocketOptions = {}): ApplicationModule {
  return (app) => {
    app.install(WebSockets, options);
    app.routing((routing) => void routing.webSocket("/", handler));
  };
}

/** Sends every message back as it came. */
export const echo: WebSocketHandler<""> = async (session) => {
  for await (const frame of session.incoming) await session.send(frame);
};
