import type { Server } from "node:http";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { expect, it, onTestFinished } from "vitest";
import { connect } from "../support/client.js";
import { echo, route } from "../support/serve.js";
import { attachable, reached } from "./attach.js";

it("Hono keeps its HTTP side, and sessions are served beside it", async () => {
  const web = new Hono();
  web.get("/", (context) => context.text("a page of Hono"));
  const server = await new Promise<Server>((resolve) => {
    const made = serve({ fetch: web.fetch, hostname: "127.0.0.1", port: 0 }, () => resolve(made as Server));
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const app = await attachable(route(echo));
  app.attach(server);
  const at = reached(server);

  expect(await (await connect(at)).askText("hi")).toBe("hi");
  expect(await (await fetch(at.http("/"))).text()).toBe("a page of Hono");
  expect((await fetch(at.http("/nowhere"))).status).toBe(404);
  await expect(connect(at, "/nowhere")).rejects.toThrow("404");
});
