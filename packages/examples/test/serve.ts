import type { ApplicationModule } from "@sluice/server";
import { embeddedServer } from "@sluice/server";
import { expect, onTestFinished } from "vitest";

/** Serves a module on a free port until the test is over; gives the address of a path. It expects nothing in the log. */
export async function serve(module: ApplicationModule): Promise<(path: string) => string> {
  const log: unknown[] = [];
  const note = (error: unknown): void => void log.push(error);
  const server = embeddedServer({ host: "127.0.0.1", port: 0, logger: { error: note, warn: note } }, module);
  onTestFinished(async () => {
    await server.stop({ gracePeriod: 0, timeout: "1s" });
    expect(log).toEqual([]);
  });
  await server.start();
  const [connector] = await server.resolvedConnectors();
  return (path) => `ws://127.0.0.1:${connector?.port}${path}`;
}
