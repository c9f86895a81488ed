import type { Application } from "@sluice/server";
import { MutableSharedFlow, WebSockets } from "@sluice/server";

/** Everybody hears what anybody says. */
export function sharedFlowChat(app: Application): void {
  // A peer that reads too slowly loses the oldest messages, and holds nobody up.
  const messages = MutableSharedFlow<string>({ extraBufferCapacity: 64, onBufferOverflow: "dropOldest" });

  app.install(WebSockets);
  app.routing((routing) => {
    routing.webSocket("/ws", async (session) => {
      // Goes on beside the loop below, and ends with the session.
      session.launch((signal) => messages.collect((text) => session.send(text), { signal }));
      await session.send("You are connected to WebSocket!");
      for await (const frame of session.incoming) {
        if (frame.type === "text") await messages.emit(frame.readText());
      }
    });
  });
}
