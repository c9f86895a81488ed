import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { expect } from "vitest";
import type { ClientOptions } from "ws";
import type { Client } from "../client.js";
import type { Program } from "../program.js";

/** Opens a session at a path of the block's application. */
export type Connect = (path: string, options?: ClientOptions) => Promise<Client>;

type Behaviour = (connect: Connect, program: Program) => Promise<void>;

/** What each block of the README must do when clients come, by the headings above it and in the README's order. */
export const behaviours: Readonly<Record<string, Behaviour>> = {
  Sluice: async (connect) => {
    const client = await connect("/echo/Ada");
    expect(await client.nextText()).toBe("Hi, Ada");
    expect(await client.askText("hello")).toBe("You said hello");
    client.socket.send("bye");
    expect(await closeOf(client)).toEqual([1000, "Client said BYE"]);
  },

  Broadcast: (connect) => everybodyHears(connect, "/chat"),

  "Typed messages": async (connect) => {
    const client = await connect("/orders");
    expect(await ask(client, { item: "tea", price: 10 })).toEqual({ item: "tea", paid: 12 });
    expect(await client.closed).toBe(1000);
  },

  "Web streams": async (connect) => {
    const client = await connect("/shout");
    expect(await client.askText("hello")).toBe("HELLO!");
    client.socket.close(4000);
    expect(await client.closed).toBe(4000);
  },

  // A test that ends well is all there is.
  "Tests without a port": async () => {},

  Extensions: async (connect, program) => {
    const client = await connect("/echo");
    expect(await client.askText("hello")).toBe("hello");
    const logged = /\necho <- text of 5 bytes\necho -> text of 5 bytes\n$/;
    await expect.poll(() => program.stdout).toMatch(logged);
  },

  Compression: async (connect) => {
    const client = await connect("/echo", { perMessageDeflate: true });
    expect(client.socket.extensions).toBe("permessage-deflate");
    const text = "once more, ".repeat(1000);
    expect(await client.askText(text)).toBe(text);
  },

  "Coming from ws / Messages": async (connect) => {
    const client = await connect("/");
    expect(await client.askText("hello")).toBe("You said hello");
    client.socket.close(1000);
    expect(await client.closed).toBe(1000);
  },

  "Coming from ws / To everybody": (connect) => everybodyHears(connect, "/"),

  "Coming from ws / Who may come in": async (connect) => {
    await expect(connect("/account")).rejects.toThrow("401");
    const client = await connect("/account", { headers: { cookie: "token=open sesame" } });
    expect(await client.nextText()).toBe("Hello, Ada");
  },

  // An application without a route, but one that starts.
  "Coming from ws / Heartbeat": (connect) => expect(connect("/")).rejects.toThrow("404"),

  "Coming from ws / A peer that reads slowly": async (connect) => {
    const client = await connect("/readme");
    expect((await client.next()).data).toEqual(await readFile("README.md"));
    expect(await client.closed).toBe(1000);
  },

  // An application without a route, but one that starts.
  "Coming from ws / Compression": (connect) => expect(connect("/")).rejects.toThrow("404"),

  "Coming from ws / Closing": async (connect) => {
    expect(await closeOf(await connect("/full"))).toEqual([4001, "The room is full"]);
    expect(await closeOf(await connect("/gone"))).toEqual([1006, ""]);
  },

  "Coming from ws / On a server that you have": async (connect) => {
    const client = await connect("/echo");
    expect(await client.askText("hello")).toBe("hello");
    await expect(connect("/elsewhere")).rejects.toThrow("404");
  },

  "Coming from Socket.IO / Events": async (connect) => {
    const client = await connect("/");
    expect(await ask(client, { type: "add", a: 1, b: 2 })).toEqual({ type: "sum", sum: 3 });
    expect(await ask(client, { type: "shout", text: "hello" })).toEqual({ type: "echo", text: "HELLO" });
    client.socket.close(1000);
    expect(await client.closed).toBe(1000);
  },

  "Coming from Socket.IO / Acknowledgements": async (connect) => {
    const client = await connect("/orders");
    expect(await ask(client, { id: 7, item: "tea" })).toEqual({ id: 7, status: "taken", item: "tea" });
    expect(await ask(client, { id: 8, item: "cake" })).toEqual({ id: 8, status: "taken", item: "cake" });
  },

  "Coming from Socket.IO / Rooms": async (connect) => {
    await everybodyHears(connect, "/rooms/kitchen");
    const [cook, gardener] = [await connect("/rooms/kitchen"), await connect("/rooms/garden")];
    expect(await cook.askText("in the kitchen")).toBe("in the kitchen");
    expect(await gardener.askText("in the garden")).toBe("in the garden");
    expect(await closeOf(await connect("/rooms/cellar"))).toEqual([4404, "There is no such room"]);
  },

  "Coming from Socket.IO / To everybody else": async (connect) => {
    const [ada, grace] = [await connect("/"), await connect("/")];
    ada.socket.send("Hello, Grace");
    expect(await grace.askText("Hello, Ada")).toBe("Hello, Grace");
    // Nothing of her own came before it.
    expect(await ada.nextText()).toBe("Hello, Ada");
  },

  "Coming from Socket.IO / Middleware": async (connect) => {
    for (const place of ["kitchen", "garden"]) {
      await expect(connect(`/${place}`)).rejects.toThrow("401");
      const client = await connect(`/${place}?token=open+sesame`);
      expect(await client.nextText()).toBe(`Welcome to the ${place}`);
    }
  },

  "How a session ends": async (connect, program) => {
    const client = await connect("/echo");
    expect(await client.askText("hello")).toBe("hello");
    client.socket.close(4000);
    await expect.poll(() => program.stdout).toMatch(/\nonConnect\nonMessage\nonClose 4000\n$/);

    const other = await connect("/echo");
    other.connection.write("not a frame");
    await expect.poll(() => program.stdout).toMatch(/\nonConnect\nonError 1002 [^\n]+\n$/);
  },

  "What holds by default": async (connect) => {
    const client = await connect("/votes");
    expect(await client.askText("aye")).toBe("aye");
    client.socket.send("aye again");
    expect(await client.closed).toBe(1008);
  },
};

async function everybodyHears(connect: Connect, path: string): Promise<void> {
  const [ada, grace] = [await connect(path), await connect(path)];
  for (const [speaker, listener] of [
    [ada, grace],
    [grace, ada],
  ] as const) {
    expect(await speaker.askText("Hello")).toBe("Hello");
    expect(await listener.nextText()).toBe("Hello");
  }
}

async function ask(client: Client, value: unknown): Promise<unknown> {
  return JSON.parse(await client.askText(JSON.stringify(value)));
}

async function closeOf({ socket }: Client): Promise<[code: number, reason: string]> {
  const [code, reason] = await once(socket, "close");
  return [code, String(reason)];
}
