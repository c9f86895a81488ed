import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { Client } from "./client.js";
import type { Program } from "./program.js";
import { startProgram } from "./program.js";

const startEcho = (...args: string[]): Program =>
  startProgram("echo", { args: ["--port", "0", "--host", "127.0.0.1", ...args] });

const connect = async (program: Program): Promise<Client> =>
  await Client.connect(`ws://127.0.0.1:${await program.port}/`);

test("says in one line where it listens", async () => {
  const program = startEcho();
  const port = await program.port;
  expect(program.stdout).toBe(`Echo on ws://127.0.0.1:${port}/ (codec: wasm)\n`);
});

test("sends text back as text and bytes as bytes, empty ones too", async () => {
  const client = await connect(startEcho());
  for (const data of ["Grüße, 世界 🌊", "", Buffer.from([0, 255, 128]), Buffer.alloc(0)]) {
    expect(await client.ask(data)).toEqual({ data: Buffer.from(data), isBinary: typeof data !== "string" });
  }
});

test("sends a message that came in fragments back whole", async () => {
  const client = await connect(startEcho());
  client.socket.send("one ", { fin: false });
  client.socket.ping();
  client.socket.send("two ", { fin: false });
  client.socket.send("three", { fin: true });
  expect(await client.next()).toEqual({ data: Buffer.from("one two three"), isBinary: false });
});

test("sends a message of 1 MiB back", async () => {
  const client = await connect(startEcho());
  const bytes = randomBytes(1024 * 1024);
  const { data, isBinary } = await client.ask(bytes);
  expect(isBinary).toBe(true);
  expect(data.equals(bytes)).toBe(true);
});

test("keeps the order of 1,000 messages", async () => {
  const client = await connect(startEcho());
  const texts = Array.from({ length: 1_000 }, (_, index) => `message ${index}`);
  for (const text of texts) client.socket.send(text);
  expect((await client.take(texts.length)).map(({ data }) => data.toString())).toEqual(texts);
});

test("takes 16 MiB where --max-message is not given, and no byte more", async () => {
  const client = await connect(startEcho());
  const most = Buffer.alloc(16 * 1024 * 1024, 7);
  expect((await client.ask(most)).data.equals(most)).toBe(true);
  client.socket.send(Buffer.alloc(most.length + 1));
  expect(await client.closed).toBe(1009);
});

test("closes with 1009 when a message is over --max-message", async () => {
  const client = await connect(startEcho("--max-message", "10"));
  expect((await client.ask("0123456789")).data.toString()).toBe("0123456789");
  client.socket.send("0123456789A");
  expect(await client.closed).toBe(1009);
});

test("waits for a peer that does not read, and serves the others meanwhile", async () => {
  const program = startEcho();
  const slow = await connect(program);
  const other = await connect(program);
  const count = 1_024;
  slow.socket.pause();
  for (let index = 0; index < count; index++) {
    const message = Buffer.alloc(64 * 1024);
    message.writeUInt32BE(index);
    slow.socket.send(message);
  }

  // The server has stopped reading when nothing more of it goes out while somebody else is answered many times.
  let before: number;
  do {
    before = slow.socket.bufferedAmount;
    for (let index = 0; index < 300; index++) await other.ask("still there?");
  } while (slow.socket.bufferedAmount !== before);
  expect(before).toBeGreaterThan(0);

  slow.socket.resume();
  const numbers = (await slow.take(count)).map(({ data }) => data.readUInt32BE());
  expect(numbers).toEqual(Array.from({ length: count }, (_, index) => index));
});

test("compresses every message under --deflate, where the client offers it, and none otherwise", async () => {
  const url = `ws://127.0.0.1:${await startEcho("--deflate").port}/`;
  const compressing = await Client.connect(url, { perMessageDeflate: { threshold: 0 } });
  expect(compressing.socket.extensions).toBe("permessage-deflate");
  const plain = await Client.connect(url, { perMessageDeflate: false });
  expect(plain.socket.extensions).toBe("");
  for (const client of [compressing, plain]) {
    for (const data of ["x", "Grüße, 世界 🌊", "", Buffer.alloc(1024 * 1024, "abc"), randomBytes(1024 * 1024)]) {
      expect(await client.ask(data)).toEqual({ data: Buffer.from(data), isBinary: typeof data !== "string" });
    }
  }
});

test("lets the pages of any origin in", async () => {
  const url = `ws://127.0.0.1:${await startEcho().port}/`;
  const client = await Client.connect(url, { origin: "https://elsewhere.example" });
  expect((await client.ask("hello")).data.toString()).toBe("hello");
});
