import { once } from "node:events";
import { expect, test } from "vitest";
import { rawEcho } from "../../src/raw/raw-echo.js";
import { Client } from "../client.js";
import { serve } from "../serve.js";

const connect = async (): Promise<Client> => await Client.connect((await serve(rawEcho))("/raw"));

test("sends back the first fragment of a message before the last one has come", async () => {
  const client = await connect();
  const data = once(client.connection, "data");
  client.socket.send("one ", { fin: false });
  // Text, without FIN, four bytes.
  expect((await data)[0]).toEqual(Buffer.from("\x01\x04one ", "latin1"));
  client.socket.send("two", { fin: true });
  expect(await client.nextText()).toBe("one two");
});

test("answers pings between two fragments", async () => {
  const client = await connect();
  const pong = once(client.socket, "pong");
  client.socket.send("one ", { fin: false });
  client.socket.ping("are you there?");
  expect(String((await pong)[0])).toBe("are you there?");
  client.socket.send("two", { fin: true });
  expect(await client.nextText()).toBe("one two");
});

test.each([
  [4000, "done"],
  [1000, ""],
])("answers Close %i %j with the same", async (code, reason) => {
  const client = await connect();
  const closed = once(client.socket, "close");
  client.socket.close(code, reason);
  const [answer, text] = await closed;
  expect([answer, String(text)]).toEqual([code, reason]);
});
