import { createServer } from "node:http";
import express from "express";
import { expect, it } from "vitest";
import { connect } from "../support/client.js";
import { echo, route } from "../support/serve.js";
import { attachable, listen } from "./attach.js";

it("Express keeps its HTTP side, and sessions are served beside it", async () => {
  const web = express();
  web.get("/", (_, response) => void response.send("a page of Express"));
  const server = createServer(web);
  const app = await attachable(route(echo));
  app.attach(server);
  const at = await listen(server);

  expect(await (await connect(at)).askText("hi")).toBe("hi");
  expect(await (await fetch(at.http("/"))).text()).toBe("a page of Express");
  expect((await fetch(at.http("/nowhere"))).status).toBe(404);
  await expect(connect(at, "/nowhere")).rejects.toThrow("404");
});
