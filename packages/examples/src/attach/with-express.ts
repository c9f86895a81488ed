import type { Server } from "node:http";
import { createServer } from "node:http";
import { application, WebSockets } from "@sluice/server";
import express from "express";

/** Express answers requests, and Sluice has the WebSockets. */
export async function withExpress(): Promise<{ server: Server; stop(): Promise<void> }> {
  const web = express();
  web.get("/", (_request, response) => {
    response.send("Hello from Express");
  });

  const sluice = await application((app) => {
    app.install(WebSockets);
    app.routing((routing) => {
      routing.webSocket("/echo", async (session) => {
        for await (const frame of session.incoming) await session.send(frame);
      });
    });
  });

  const server = createServer(web);
  sluice.attach(server);
  return { server, stop: () => sluice.stop() };
}
