import type { Application } from "@sluice/server";
import { WebSockets } from "@sluice/server";

/** Where the four callbacks of other libraries are in a handler. `print` is for the test. */
export function callbacks(app: Application, print: (line: string) => void = console.log): void {
  app.install(WebSockets, { maxFrameSize: 1024 });
  app.routing((routing) => {
    routing.webSocket("/echo", async (session) => {
      print("onConnect");
      try {
        for await (const frame of session.incoming) {
          if (frame.type !== "text") throw new TypeError("Only text is echoed");
          print(`onMessage ${frame.readText()}`);
          await session.send(frame);
        }
        print(`onClose ${await session.closeReason}`);
      } catch (error) {
        // What was thrown above has not ended the session yet; what the session threw has, and this changes nothing.
        await session.closeExceptionally(error);
        print(`onError ${await session.closeReason}`);
      }
    });
  });
}
