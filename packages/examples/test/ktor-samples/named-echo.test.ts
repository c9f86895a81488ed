import { once } from "node:events";
import { expect, test } from "vitest";
import { namedEcho } from "../../src/ktor-samples/named-echo.js";
import { Client } from "../client.js";
import { serve } from "../serve.js";

test("greets by the name in the path, echoes, and closes with 1000 when the client says bye", async () => {
  const url = await serve(namedEcho);
  const client = await Client.connect(url("/echo/Ada%20L."));
  expect(await client.nextText()).toBe("Hi, Ada L.");
  expect(await client.askText("hello")).toBe("You said hello");
  const closed = once(client.socket, "close");
  client.socket.send("BYE");
  const [code, reason] = await closed;
  expect([code, String(reason)]).toEqual([1000, "Client said BYE"]);
});
