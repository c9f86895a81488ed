import { expect, it } from "vitest";
import type { Frame } from "../../src/index.js";
import { Frame as Frames, PingTimeoutError } from "../../src/index.js";
import { testApplication, VirtualTime } from "../../src/testing.js";
import { echo, route } from "../support/serve.js";

it("brings the server's pings when their time has come", async () => {
  const time = new VirtualTime();
  const test = testApplication(
    route(echo, { pingPeriod: "30s", timeout: "15s" }),
    async ({ client }) => {
      const session = await client.webSocketRawSession("/");
      await time.advance("29s");
      expect(session.incoming.tryReceive().ok).toBe(false);
      await time.advance("1s");
      const ping = await session.incoming.receive();
      await session.send(pongFor(ping));
      await time.advance("29s");
      expect(session.isActive).toBe(true);
    },
    { platform: time },
  );
  await test;
  expect(time.timers).toBe(0);
});

it("ends a session whose client is silent", async () => {
  const time = new VirtualTime();
  const thrown: unknown[] = [];
  const handler = route(
    async (session) => {
      try {
        await echo(session);
      } catch (error) {
        thrown.push(error);
      }
    },
    { pingPeriod: "30s", timeout: "15s" },
  );
  await testApplication(
    handler,
    async ({ client }) => {
      const session = await client.webSocketRawSession("/");
      await time.advance("45s");
      expect((await session.closeReason)?.code).toBe(1011);
    },
    { platform: time },
  );
  expect(thrown).toEqual([expect.any(PingTimeoutError)]);
});

it("fires timers in their order, each at its moment, and not those that were cancelled", async () => {
  const time = new VirtualTime();
  const fired: string[] = [];
  const note = (name: string) => () => void fired.push(`${name} at ${time.now()}`);
  time.setTimer(20, note("second"));
  time.setTimer(10, () => {
    note("first")();
    time.setTimer(15, note("third"));
  });
  time.setTimer(12, note("cancelled")).cancel();
  time.setTimer(31, note("too late"));
  await time.advance(30);
  expect(fired).toEqual(["first at 10", "second at 20", "third at 25"]);
  expect([time.now(), time.timers]).toEqual([30, 1]);
});

it("refuses what is no duration", async () => {
  await expect(new VirtualTime().advance("soon" as "1s")).rejects.toMatchObject({ code: "INVALID_OPTION" });
});

function pongFor(ping: Frame): Frame {
  expect(ping.type).toBe("ping");
  return new Frames.Pong(ping.data);
}
