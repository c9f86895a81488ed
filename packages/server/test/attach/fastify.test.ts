import { fastify } from "fastify";
import { expect, it, onTestFinished } from "vitest";
import { connect } from "../support/client.js";
import { echo, route } from "../support/serve.js";
import { attachable, reached } from "./attach.js";

it("Fastify keeps its HTTP side, and sessions are served beside it until it closes", async () => {
  const web = fastify();
  web.get("/", () => "a page of Fastify");
  const app = await attachable(route(echo));
  app.attach(web.server);
  web.addHook("preClose", () => app.stop());
  await web.listen({ host: "127.0.0.1", port: 0 });
  onTestFinished(() => web.close());
  const at = reached(web.server);

  const client = await connect(at);
  expect(await client.askText("hi")).toBe("hi");
  expect(await (await fetch(at.http("/"))).text()).toBe("a page of Fastify");
  expect((await fetch(at.http("/nowhere"))).status).toBe(404);
  await expect(connect(at, "/nowhere")).rejects.toThrow("404");

  await web.close();
  expect((await client.closed).code).toBe(1001);
});
