import type { Server } from "node:http";
import { application, WebSockets } from "@sluice/server";
import fastify from "fastify";

/** Fastify answers requests, and Sluice has the WebSockets. */
export async function withFastify(): Promise<{ server: Server; stop(): Promise<void> }> {
  const web = fastify();
  web.get("/", () => "Hello from Fastify");

  const sluice = await application((app) => {
    app.install(WebSockets);
    app.routing((routing) => {
      routing.webSocket("/echo", async (session) => {
        for await (const frame of session.incoming) await session.send(frame);
      });
    });
  });

  sluice.attach(web.server);
  // When Fastify closes, sessions get Close 1001 first.
  web.addHook("preClose", () => sluice.stop());
  await web.ready();
  return { server: web.server, stop: () => web.close() };
}
