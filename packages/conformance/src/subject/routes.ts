import { WebSocketDeflate } from "@sluice/deflate";
import type { ApplicationModule, WebSocketOptions, WebSocketServerSession } from "@sluice/server";
import { MutableSharedFlow, WebSockets } from "@sluice/server";

/** What the routes of a subject share. */
export interface SubjectState {
  /** For each talker the number of its last message that was acknowledged. */
  readonly ledger: Map<string, number>;
  readonly broadcast: MutableSharedFlow<string>;
}

export function subjectState(): SubjectState {
  return {
    ledger: new Map(),
    broadcast: MutableSharedFlow<string>({ extraBufferCapacity: 64, onBufferOverflow: "dropOldest" }),
  };
}

/** Handlers of every kind that there is, good and bad. */
export function subjectRoutes(options: WebSocketOptions, { ledger, broadcast }: SubjectState): ApplicationModule {
  return (app) => {
    app.install(WebSockets, options);
    app.routing((routing) => {
      routing.get("/page", (call) => call.respondText("a page"));

      routing.webSocket("/echo", async (session) => {
        for await (const frame of session.incoming) await session.send(frame);
      });

      routing.webSocketRaw("/raw", async (session) => {
        for await (const frame of session.incoming) await session.send(frame);
      });

      routing.webSocket("/compressed", { extensions: [WebSocketDeflate()] }, async (session) => {
        for await (const frame of session.incoming) await session.send(frame);
      });

      // "7 whatever" is message 7 of its talker: it is in the ledger before it is acknowledged.
      routing.webSocket("/ledger/{talker}", async (session) => {
        const { talker } = session.call.parameters;
        for await (const frame of session.incoming) {
          if (frame.type !== "text") continue;
          const number = Number.parseInt(frame.readText(), 10);
          const last = ledger.get(talker) ?? 0;
          if (number !== last + 1) throw new Error(`Message ${number} of ${talker} came behind ${last}`);
          ledger.set(talker, number);
          await session.send(`${number}`);
        }
      });

      routing.webSocket("/broadcast", async (session) => {
        session.launch((signal) => broadcast.collect((text) => session.send(text), { signal }));
        for await (const _ of session.incoming);
      });

      routing.webSocket("/flood", async (session) => {
        const block = new Uint8Array(16_000);
        while (session.isActive) await session.send(block);
      });

      routing.webSocket("/deaf", (session) => ended(session));

      routing.webSocket("/throw", async (session) => {
        await session.incoming.receive();
        throw new Error("as it was asked to");
      });

      // A gate that never opens.
      const authenticate = (): Promise<never> => new Promise(() => undefined);
      routing.webSocket("/gate", { authenticate }, () => undefined);
    });
  };
}

async function ended({ signal }: WebSocketServerSession): Promise<void> {
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
}
