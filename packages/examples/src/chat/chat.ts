import type { Application, DefaultWebSocketServerSession } from "@sluice/server";
import { Refusal, readCommand } from "./commands.js";
import type { Command, ServerEvent } from "./events.js";
import { frameOf } from "./frames.js";
import type { Member, Room } from "./room.js";
import type { Traffic } from "./traffic.js";

export interface ChatOptions {
  readonly room: Room;
  readonly traffic: Traffic;
  /** The codec that runs, for the page's panel. */
  readonly codec: () => "wasm" | "typescript";
}

/**
 * Ktor's `SharedFlow` chat. The handler is a session's whole life: it collects the room's flows into the session, and
 * does what the session asks for until nothing more comes.
 */
export function chat(app: Application, path: string, { room, traffic, codec }: ChatOptions): void {
  const talk = async (session: DefaultWebSocketServerSession): Promise<void> => {
    const send = (event: ServerEvent): Promise<void> => {
      const frame = frameOf(event);
      traffic.sent(frame.data.length);
      return session.send(frame);
    };

    let member: Member | undefined;
    const obey = async (command: Command): Promise<void> => {
      switch (command.type) {
        case "join":
          if (member !== undefined) throw new Refusal(`You are here already, as ${member.name}.`);
          member = room.join(command.name);
          return await send({ type: "you", name: member.name });
        case "say":
          if (member === undefined) throw new Refusal("Take a name first.", command.key);
          return member.say(command.text, command.key);
      }
    };

    traffic.opened();
    try {
      await send({ type: "welcome", room: room.id, codec: codec() });
      session.launch((signal) => room.online.collect(send, { signal }));
      session.launch((signal) => room.events.collect(send, { signal }));
      // Not counted, or the panel would watch itself.
      session.launch((signal) => traffic.readings.collect((reading) => session.send(frameOf(reading)), { signal }));

      for await (const frame of session.incoming) {
        traffic.received(frame.data.length);
        try {
          await obey(readCommand(frame));
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          await send({ type: "error", problem: error.message, key: error.key });
        }
      }
    } finally {
      member?.leave();
      traffic.closed();
    }
  };

  app.routing((routing) => routing.webSocket(path, talk));
}
