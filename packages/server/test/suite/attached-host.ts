import { createServer } from "node:http";
import { expect, onTestFinished } from "vitest";
import type { ApplicationModule } from "../../src/index.js";
import { application } from "../../src/index.js";
import { listen } from "../attach/attach.js";
import { handshake } from "../support/peer.js";
import type { Logged } from "../support/serve.js";
import type { Host, Served } from "./host.js";
import { openSocket } from "./socket-host.js";

/** Somebody else's HTTP server with the application attached to it, and peers that are sockets. */
export async function serveAttached(
  module: ApplicationModule,
  codec: Host["codec"],
  readPath: "shared" | "data",
): Promise<Served> {
  const log: Logged[] = [];
  const note = (error: unknown, message: string): void => void log.push({ error, message });
  const app = await application(module, { codec, readPath, logger: { error: note, warn: note } });
  expect([app.codec.backend, app.readPath.path]).toEqual([codec, readPath]);
  onTestFinished(async () => {
    await app.stop({ gracePeriod: 0, timeout: "1s" });
    expect(log).toEqual([]);
  });
  const server = createServer();
  app.attach(server);
  const { port } = await listen(server);
  return {
    application: app.application,
    open: (path = "/", headers = {}) => openSocket(port, handshake(path, headers)),
    stop: (options) => app.stop(options),
    takeLog: () => log.splice(0),
  };
}
