import type { Application } from "@sluice/server";
import { Frame, WebSockets } from "@sluice/server";

/** An echo that sees every frame as it came, and so has to answer pings by itself. */
export function rawEcho(app: Application): void {
  app.install(WebSockets);
  app.routing((routing) => {
    routing.webSocketRaw("/raw", async (session) => {
      for await (const frame of session.incoming) {
        switch (frame.type) {
          case "text":
          case "binary":
            // Fragment by fragment: a message of any length passes through without ever being held whole.
            await session.send(frame);
            break;
          case "ping":
            await session.send(new Frame.Pong(frame.data));
            break;
          case "pong":
            break;
          case "close":
            // The answer has the code that came.
            await session.close(frame.readReason() ?? undefined);
            break;
        }
      }
    });
  });
}
