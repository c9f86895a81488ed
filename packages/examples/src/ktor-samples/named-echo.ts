import type { Application } from "@sluice/server";
import { CloseReason, WebSockets } from "@sluice/server";

/** Greets whoever comes, says back what they say, and closes when they say "bye". */
export function namedEcho(app: Application): void {
  app.install(WebSockets);
  app.routing((routing) => {
    routing.webSocket("/echo/{name}", async (session) => {
      // The path tells the compiler that there is a `name`, and that it is a string.
      await session.send(`Hi, ${session.call.parameters.name}`);
      for await (const frame of session.incoming) {
        if (frame.type !== "text") continue;
        const text = frame.readText();
        if (text.toLowerCase() === "bye") await session.close(CloseReason.normal("Client said BYE"));
        else await session.send(`You said ${text}`);
      }
    });
  });
}
