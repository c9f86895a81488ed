import { expect, it } from "vitest";
import { bounded, WebSockets } from "../../src/index.js";
import { testApplication, VirtualTime } from "../../src/testing.js";
import { echo, route } from "../support/serve.js";
import { signal } from "../support/until.js";
import { rawRoute } from "./raw-route.js";

/** What must not happen is waited for in a time of its own: a day passes at once. */
const DAY = "24h";

it("pings are off with pingPeriod 0", async () => {
  const time = new VirtualTime();
  await testApplication(
    route(echo, { pingPeriod: 0, timeout: "1s" }),
    async ({ client }) => {
      await client.webSocketRaw("/", async (session) => {
        await time.advance(DAY);
        expect(session.incoming.tryReceive()).toMatchObject({ ok: false, closed: false });
        await session.send("still here");
        expect((await session.incoming.receive()).type).toBe("text");
      });
    },
    { platform: time },
  );
});

it("a raw session sends no pings of its own", async () => {
  const time = new VirtualTime();
  await testApplication(
    rawRoute(async (session) => void (await session.incoming.receive()), { pingPeriod: "5s", timeout: "5s" }),
    async ({ client }) => {
      await client.webSocketRaw("/", async (session) => {
        await time.advance(DAY);
        expect(session.incoming.tryReceive()).toMatchObject({ ok: false, closed: false });
        await session.send("now you may end");
        expect((await session.incoming.receive()).type).toBe("close");
      });
    },
    { platform: time },
  );
});

it("a client that the server does not read is not timed out", async () => {
  const time = new VirtualTime();
  const gate = signal();
  const texts: string[] = [];
  await testApplication(
    (app) => {
      app.install(WebSockets, { pingPeriod: "15s", timeout: "15s", channels: { incoming: bounded(1) } });
      app.routing((routing) => {
        routing.webSocket("/", async (session) => {
          await gate.promise;
          for await (const message of session.incoming) if (message.type === "text") texts.push(message.readText());
        });
      });
    },
    async ({ client }) => {
      await client.webSocketRaw("/", async (session) => {
        for (let index = 0; index < 5; index++) await session.send(`${index}`);
        await time.advance("5m");
        expect(session.isActive).toBe(true);
        gate.resolve();
      });
    },
    { platform: time },
  );
  expect(texts).toEqual(["0", "1", "2", "3", "4"]);
});
