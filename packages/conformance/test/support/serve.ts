import type {
  ApplicationModule,
  ApplicationModules,
  EmbeddedServer,
  RawWebSocketHandler,
  ServerConfig,
  WebSocketHandler,
  WebSocketOptions,
} from "@sluice/server";
import { embeddedServer, WebSockets } from "@sluice/server";
import { expect, onTestFinished } from "vitest";
import type { Setup } from "./setups.js";

/** Something that the server logged. */
export interface Logged {
  readonly level: "error" | "warn";
  readonly cause: unknown;
  readonly message: string;
}

/** A server that runs for one test, on a free port of 127.0.0.1. */
export interface Served {
  readonly server: EmbeddedServer;
  readonly port: number;
  /** Open sessions, and handshakes at their gate. */
  readonly sessions: number;
  /** Bytes held for unfinished messages and unparsed input. */
  readonly retained: number;
  /** What was logged so far. What a test does not take, it did not expect. */
  takeLog(): Logged[];
}

/** Serves on a setup, and makes sure that it is the one that runs. */
export async function serve(
  { config: chosen }: Setup,
  modules: ApplicationModules,
  config: ServerConfig = {},
): Promise<Served> {
  const log: Logged[] = [];
  const logger = {
    error: (cause: unknown, message: string) => void log.push({ level: "error", cause, message }),
    warn: (cause: unknown, message: string) => void log.push({ level: "warn", cause, message }),
  };
  const server = embeddedServer({ host: "127.0.0.1", port: 0, logger, ...config, ...chosen }, modules);
  onTestFinished(async () => {
    await server.stop({ gracePeriod: 0, timeout: "1s" });
    expect(log).toEqual([]);
  });
  await server.start();
  expect({ codec: server.codec.backend, readPath: server.readPath.path }).toEqual(chosen);
  const [{ port }] = await server.resolvedConnectors();
  return {
    server,
    port,
    get sessions() {
      return server.application.plugin(WebSockets).sessions.size;
    },
    get retained() {
      return server.application.plugin(WebSockets).retained.used;
    },
    takeLog: () => log.splice(0),
  };
}

/** A module with one WebSocket route, at `/`. */
export function route(handler: WebSocketHandler<"">, options: WebSocketOptions = {}): ApplicationModule {
  return (app) => {
    app.install(WebSockets, options);
    app.routing((routing) => void routing.webSocket("/", handler));
  };
}

/** A module with one raw WebSocket route, at `/`. */
export function rawRoute(handler: RawWebSocketHandler<"">, options: WebSocketOptions = {}): ApplicationModule {
  return (app) => {
    app.install(WebSockets, options);
    app.routing((routing) => void routing.webSocketRaw("/", handler));
  };
}

/** Sends every message back as it came. */
export const echo: WebSocketHandler<""> = async (session) => {
  for await (const frame of session.incoming) await session.send(frame);
};
