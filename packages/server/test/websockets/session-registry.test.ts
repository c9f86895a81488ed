import { describe, expect, it } from "vitest";
import { WebSockets } from "../../src/index.js";
import { connect } from "../support/client.js";
import { echo, route, serve } from "../support/serve.js";
import { until } from "../support/until.js";

describe("the registry of sessions", () => {
  it("holds every open session and none that has ended", async () => {
    const served = await serve(route(echo));
    const { sessions, retained } = served.server.application.plugin(WebSockets);
    expect(sessions.size).toBe(0);
    const clients = await Promise.all(Array.from({ length: 10 }, () => connect(served)));
    expect(sessions.size).toBe(10);
    for (const [index, client] of clients.entries()) {
      if (index % 2 === 0) client.socket.terminate();
      else await client.close();
    }
    await until(() => sessions.size === 0);
    expect(retained.used).toBe(0);
  });

  it("is empty after a stop, and lets no one in", async () => {
    const served = await serve(route(echo));
    await connect(served);
    const { sessions } = served.server.application.plugin(WebSockets);
    expect(sessions.isStopping).toBe(false);
    await served.server.stop();
    expect(sessions.isStopping).toBe(true);
    expect(sessions.size).toBe(0);
  });
});
