import { expect, it } from "vitest";
import type { ApplicationModule } from "../../src/index.js";
import { ApplicationCall, CloseReason, WebSockets } from "../../src/index.js";
import { testApplication } from "../../src/testing.js";
import { echo, route } from "../support/serve.js";

/** Ends a test's request, session or handler in its own time. */
const failing = new Error("the handler failed");

it("gives what the block gives", async () => {
  expect(await testApplication(route(echo), async () => await Promise.resolve(42))).toBe(42);
});

it("runs the module before the block, and waits for it", async () => {
  const order: string[] = [];
  await testApplication(
    async () => {
      await Promise.resolve();
      order.push("module");
    },
    () => void order.push("block"),
  );
  expect(order).toEqual(["module", "block"]);
});

it("fails with what the module fails with", async () => {
  const test = testApplication(
    () => Promise.reject(failing),
    () => expect.unreachable(),
  );
  await expect(test).rejects.toBe(failing);
});

it("fails with what the block fails with, and stops the application nevertheless", async () => {
  let reason: CloseReason | null | undefined;
  const module = route(async (session) => {
    for await (const frame of session.incoming) await session.send(frame);
    reason = await session.closeReason;
  });
  const test = testApplication(module, async ({ client }) => {
    const session = await client.webSocketSession("/");
    await session.send("are you there?");
    await session.incoming.receive();
    throw failing;
  });
  await expect(test).rejects.toBe(failing);
  expect(reason).toEqual(new CloseReason(1006));
});

it("fails with what a handler of a session threw", async () => {
  const test = testApplication(
    route(() => Promise.reject(failing)),
    ({ client }) =>
      client.webSocket("/", async (session) => {
        expect((await session.closeReason)?.code).toBe(1011);
      }),
  );
  await expect(test).rejects.toBe(failing);
});

it("fails with what a handler of a request threw, after its answer", async () => {
  const statuses: number[] = [];
  const module: ApplicationModule = (app) => {
    app.routing((routing) => void routing.get("/", () => Promise.reject(failing)));
  };
  const test = testApplication(module, async ({ client }) => void statuses.push((await client.get("/")).status));
  await expect(test).rejects.toBe(failing);
  expect(statuses).toEqual([500]);
});

it("fails with everything that several handlers threw", async () => {
  const test = testApplication(
    route((session) => Promise.reject(new Error(session.call.request.uri))),
    async ({ client }) => {
      for (const uri of ["/?one", "/?two"]) await client.webSocket(uri, (session) => session.closeReason);
    },
  );
  await expect(test).rejects.toMatchObject({ errors: [{ message: "/?one" }, { message: "/?two" }] });
});

it("leaves out the errors that the test took", async () => {
  await testApplication(
    route(() => Promise.reject(failing)),
    async ({ client, takeErrors }) => {
      await client.webSocket("/", (session) => session.closeReason);
      expect(takeErrors()).toEqual([{ error: failing, message: expect.stringContaining("webSocket(/)") }]);
      expect(takeErrors()).toEqual([]);
    },
  );
});

it("hands on to a logger what the application logs", async () => {
  const logged: unknown[] = [];
  const logger = { error: (error: unknown) => void logged.push(error), warn: () => undefined };
  await testApplication(
    route(() => Promise.reject(failing)),
    async ({ client, takeErrors }) => {
      await client.webSocket("/", (session) => session.closeReason);
      takeErrors();
    },
    { logger },
  );
  expect(logged).toEqual([failing]);
});

it("cuts the sessions that the test left open, and waits for their handlers", async () => {
  const reasons: unknown[] = [];
  const module = route(async (session) => {
    for await (const frame of session.incoming) await session.send(frame);
    reasons.push(await session.closeReason);
  });
  await testApplication(module, async ({ client }) => {
    for (let index = 0; index < 3; index++) await client.webSocketSession("/");
  });
  expect(reasons).toEqual([new CloseReason(1006), new CloseReason(1006), new CloseReason(1006)]);
});

it("fails when a handler does not end with its session", async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const test = testApplication(
    route(() => held),
    async ({ client }) => void (await client.webSocketSession("/")),
    { stop: { gracePeriod: 0, timeout: 0 } },
  );
  await expect(test).rejects.toMatchObject({ code: "HANDLERS_STILL_RUNNING", sessions: 1, requests: 0 });
  release();
});

it("stops within the test as a server does: with 1001", async () => {
  await testApplication(route(echo), async ({ client, stop }) => {
    const session = await client.webSocketSession("/");
    const stopped = stop();
    await expect(session.incoming.receive()).rejects.toMatchObject({ code: "CLOSED_RECEIVE_CHANNEL" });
    expect((await session.closeReason)?.code).toBe(1001);
    await stopped;
    await expect(client.webSocketSession("/")).rejects.toMatchObject({ code: "HANDSHAKE_REFUSED", status: 503 });
    expect((await client.get("/")).status).toBe(503);
  });
});

it("gives the application itself", async () => {
  await testApplication(route(echo), ({ application }) => {
    expect(application.pluginOrNull(WebSockets)).not.toBeNull();
  });
});

it.each(["wasm", "typescript"] as const)("runs on the codec it is told: %s", async (codec) => {
  const backend = await testApplication(route(echo), ({ application }) => application.environment.codec.backend, {
    codec,
  });
  expect(backend).toBe(codec);
});

it.each([
  ["a codec that is none", () => testApplication(route(echo), () => undefined, { codec: "rust" as "wasm" })],
  ["a module that is none", () => testApplication({} as ApplicationModule, () => undefined)],
])("refuses %s", async (_, run) => {
  await expect(run()).rejects.toMatchObject({ code: "INVALID_OPTION" });
});

it("runs tests side by side, each with an application of its own", async () => {
  const module = route((session) => session.send(String(ApplicationCall.name.length)));
  const texts = await Promise.all(
    Array.from({ length: 20 }, () =>
      testApplication(module, ({ client }) => client.webSocket("/", (session) => session.incoming.receive())),
    ),
  );
  expect(texts).toHaveLength(20);
});
