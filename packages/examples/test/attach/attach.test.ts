import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { withExpress } from "../../src/attach/with-express.js";
import { withFastify } from "../../src/attach/with-fastify.js";
import { withHono } from "../../src/attach/with-hono.js";
import { Client } from "../client.js";

/** Listens on a free port until the test is over; gives where. */
async function listen({ server, stop }: { server: Server; stop(): Promise<void> }): Promise<string> {
  onTestFinished(async () => {
    await stop();
    server.close();
    server.closeAllConnections();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return `127.0.0.1:${port}`;
}

describe.each([
  { name: "Express", start: withExpress },
  { name: "Fastify", start: withFastify },
  { name: "Hono", start: withHono },
])("with $name", ({ name, start }) => {
  test("requests are answered while a session lives, which gets 1001 in the end", async () => {
    const served = await start();
    const address = await listen(served);
    const client = await Client.connect(`ws://${address}/echo`);
    expect(await (await fetch(`http://${address}/`)).text()).toBe(`Hello from ${name}`);
    expect(await client.askText("hello")).toBe("hello");
    const stopped = served.stop();
    expect(await client.closed).toBe(1001);
    await stopped;
  });

  test("a session where no route is gets 404", async () => {
    const address = await listen(await start());
    await expect(Client.connect(`ws://${address}/elsewhere`)).rejects.toThrow("404");
  });
});
