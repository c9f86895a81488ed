import type { EmbeddedServer } from "@sluice/server";
import { embeddedServer, WebSockets } from "@sluice/server";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { chat } from "../src/chat/chat.js";
import type { Command, ServerEvent } from "../src/chat/events.js";
import { Room } from "../src/chat/room.js";
import { Traffic } from "../src/chat/traffic.js";
import { Client } from "./client.js";

let server: EmbeddedServer;
let url: string;

beforeEach(async () => {
  server = embeddedServer({ port: 0, host: "127.0.0.1" }, (app) => {
    app.install(WebSockets);
    chat(app, "/chat", { room: new Room(), traffic: new Traffic(), codec: () => server.codec.backend });
  });
  await server.start();
  const [connector] = await server.resolvedConnectors();
  url = `ws://127.0.0.1:${connector?.port}/chat`;
});

afterEach(() => server.stop({ gracePeriod: 0, timeout: 1_000 }));

type Type = ServerEvent["type"];
type EventOf<T extends Type> = Extract<ServerEvent, { readonly type: T }>;

/** A page without a page. */
class Visitor {
  readonly client: Client;

  private constructor(client: Client) {
    this.client = client;
  }

  static async arrive(name?: string): Promise<Visitor> {
    const visitor = new Visitor(await Client.connect(url));
    if (name !== undefined) {
      visitor.does({ type: "join", name });
      await visitor.hears("you");
    }
    return visitor;
  }

  does(command: Command): void {
    this.sends(JSON.stringify(command));
  }

  says(text: string): void {
    this.does({ type: "say", text, key: text.slice(0, 20) });
  }

  sends(data: string | Buffer): void {
    this.client.socket.send(data);
  }

  /** The next event of this type; what comes before it is passed over. */
  async hears<T extends Type>(type: T): Promise<EventOf<T>> {
    for (;;) {
      const event: ServerEvent = JSON.parse((await this.client.next()).data.toString());
      if (isOf(event, type)) return event;
    }
  }

  /** The texts of the next messages. */
  async hearsTexts(count: number): Promise<string[]> {
    const texts: string[] = [];
    while (texts.length < count) texts.push((await this.hears("message")).text);
    return texts;
  }

  async leaves(): Promise<void> {
    this.client.socket.close();
    await this.client.closed;
  }
}

function isOf<T extends Type>(event: ServerEvent, type: T): event is EventOf<T> {
  return event.type === type;
}

describe("a newcomer", () => {
  test("is told at once which room and which codec it is", async () => {
    const visitor = await Visitor.arrive();
    expect(await visitor.hears("welcome")).toMatchObject({ codec: server.codec.backend, room: expect.any(String) });
  });

  test("sees what was said before, in order, without taking a name", async () => {
    const ada = await Visitor.arrive("Ada");
    for (const text of ["one", "two", "three"]) ada.says(text);
    await ada.hearsTexts(3);
    const watcher = await Visitor.arrive();
    expect(await watcher.hearsTexts(3)).toEqual(["one", "two", "three"]);
  });

  test("gets a number where the name is taken, however it is written", async () => {
    await Visitor.arrive("Ada");
    const second = await Visitor.arrive();
    second.does({ type: "join", name: "ADA" });
    expect(await second.hears("you")).toEqual({ type: "you", name: "ADA 2" });
  });
});

describe("everybody", () => {
  test("hears who joins, what is said and who leaves, in one order", async () => {
    const watcher = await Visitor.arrive();
    const ada = await Visitor.arrive("Ada");
    const grace = await Visitor.arrive("Grace");
    ada.says("Hello, Grace");
    expect(await watcher.hears("joined")).toMatchObject({ id: 1, name: "Ada" });
    expect(await watcher.hears("joined")).toMatchObject({ id: 2, name: "Grace" });
    expect(await watcher.hears("message")).toMatchObject({ id: 3, from: "Ada", text: "Hello, Grace" });
    await grace.leaves();
    expect(await watcher.hears("left")).toMatchObject({ id: 4, name: "Grace" });
  });

  test("knows who is online", async () => {
    const watcher = await Visitor.arrive();
    expect((await watcher.hears("online")).names).toEqual([]);
    await Visitor.arrive("Ada");
    expect((await watcher.hears("online")).names).toEqual(["Ada"]);
    const grace = await Visitor.arrive("Grace");
    expect((await watcher.hears("online")).names).toEqual(["Ada", "Grace"]);
    grace.client.socket.terminate();
    expect((await watcher.hears("online")).names).toEqual(["Ada"]);
  });

  test("is told the traffic: sessions, messages and bytes both ways", async () => {
    const watcher = await Visitor.arrive();
    const ada = await Visitor.arrive("Ada");
    ada.says("Hello");
    const readings: EventOf<"traffic">[] = [];
    do readings.push(await watcher.hears("traffic"));
    while (readings.at(-1)?.messagesPerSecond === 0);
    expect(readings.at(-1)).toMatchObject({ sessions: 2 });
    expect(readings.at(-1)?.bytesIn).toBeGreaterThan(0);
    expect(readings.at(-1)?.bytesOut).toBeGreaterThan(0);
  });
});

describe("a command that cannot be done is answered with what is wrong:", () => {
  test.each<[string, unknown, string]>([
    ["no JSON", "hello", "A command is a JSON object."],
    ["no object", "null", "A command is a JSON object."],
    ["bytes", Buffer.from("{}"), "A command is a text message."],
    ["an unknown type", { type: "shout" }, 'A command is of the type "join" or "say".'],
    ["no name", { type: "join" }, "A name is text."],
    ["a name of spaces", { type: "join", name: "  " }, "A name has 1 to 24 characters."],
    ["a long name", { type: "join", name: "x".repeat(25) }, "A name has 1 to 24 characters."],
    [
      "a name that turns text around",
      { type: "join", name: "A\u202eda" },
      "A name is made of characters that can be seen.",
    ],
    ["a name that cannot be seen", { type: "join", name: "\u200b" }, "A name is made of characters that can be seen."],
    ["no key", { type: "say", text: "hello" }, "A message has a key of 1 to 64 characters."],
    ["no text", { type: "say", key: "1", text: 7 }, "A message is text."],
    ["an empty text", { type: "say", key: "1", text: "\n" }, "A message has 1 to 2000 characters."],
    ["a long text", { type: "say", key: "1", text: "x".repeat(2_001) }, "A message has 1 to 2000 characters."],
    ["no name yet", { type: "say", key: "1", text: "hello" }, "Take a name first."],
  ])("%s", async (_, command, problem) => {
    const visitor = await Visitor.arrive();
    visitor.sends(typeof command === "string" || Buffer.isBuffer(command) ? command : JSON.stringify(command));
    expect((await visitor.hears("error")).problem).toBe(problem);
    // And it goes on.
    visitor.does({ type: "join", name: " Ada \t Lovelace " });
    expect((await visitor.hears("you")).name).toBe("Ada Lovelace");
  });

  test("a second name", async () => {
    const visitor = await Visitor.arrive("Ada");
    visitor.does({ type: "join", name: "Grace" });
    expect((await visitor.hears("error")).problem).toBe("You are here already, as Ada.");
  });

  test("and the key of the message, so that its page can give it back", async () => {
    const visitor = await Visitor.arrive("Ada");
    visitor.does({ type: "say", key: "k1", text: "" });
    expect(await visitor.hears("error")).toMatchObject({ key: "k1" });
  });
});

test("the longest name and text are counted in characters, not in UTF-16 units", async () => {
  const ada = await Visitor.arrive("🌊".repeat(24));
  ada.says("🌊".repeat(2_000));
  expect(await ada.hears("message")).toMatchObject({ from: "🌊".repeat(24), text: "🌊".repeat(2_000) });
});

test("a session that does not read slows nobody, and sees from the ids what it missed", async () => {
  const slow = await Visitor.arrive();
  const ada = await Visitor.arrive("Ada");
  slow.client.socket.pause();
  // More than the kernel, the session's outgoing channel and the flow hold together.
  const count = 4_000;
  const text = "界".repeat(1_990);
  for (let index = 0; index < count; index++) {
    ada.says(`${index} ${text}`);
    expect((await ada.hears("message")).text).toBe(`${index} ${text}`);
  }

  slow.client.socket.resume();
  const ids: number[] = [];
  do ids.push((await slow.hears("message")).id);
  while (ids.at(-1) !== count + 1);
  expect(ids.length).toBeLessThan(count);
  expect(ids).toEqual(ids.toSorted((left, right) => left - right));
});
