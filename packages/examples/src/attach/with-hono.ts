import type { Server } from "node:http";
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { application, WebSockets } from "@sluice/server";
import { Hono } from "hono";

/** Hono answers requests, and Sluice has the WebSockets. */
export async function withHono(): Promise<{ server: Server; stop(): Promise<void> }> {
  const web = new Hono();
  web.get("/", (context) => context.text("Hello from Hono"));

  const sluice = await application((app) => {
    app.install(WebSockets);
    app.routing((routing) => {
      routing.webSocket("/echo", async (session) => {
        for await (const frame of session.incoming) await session.send(frame);
      });
    });
  });

  const server = createServer(getRequestListener(web.fetch));
  sluice.attach(server);
  return { server, stop: () => sluice.stop() };
}
