import type { Server } from "node:http";
import { expect, onTestFinished } from "vitest";
import type { ApplicationConfig, ApplicationModules, AttachableApplication } from "../../src/index.js";
import { application } from "../../src/index.js";
import type { Served } from "../support/serve.js";

/** An application that stops at the end of the test, and must not have logged anything. */
export async function attachable(
  modules: ApplicationModules,
  config: ApplicationConfig = {},
): Promise<AttachableApplication> {
  const log: unknown[] = [];
  const note = (...what: unknown[]): void => void log.push(what);
  const app = await application(modules, { logger: { error: note, warn: note }, ...config });
  onTestFinished(async () => {
    await app.stop({ gracePeriod: 0, timeout: "1s" });
    expect(log).toEqual([]);
  });
  return app;
}

/** Where somebody else's server is reached. */
export type Reached = Pick<Served, "port" | "url"> & {
  /** `http://` or `https://` with `path`. */
  http(path: string): string;
};

/** Lets a server listen on a free port of 127.0.0.1 until the end of the test. */
export async function listen(server: Server, tls = false): Promise<Reached> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return reached(server, tls);
}

export function reached(server: Server, tls = false): Reached {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const s = tls ? "s" : "";
  return {
    port,
    url: (path) => `ws${s}://127.0.0.1:${port}${path}`,
    http: (path) => `http${s}://127.0.0.1:${port}${path}`,
  };
}
