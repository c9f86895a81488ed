import { describe, expect, test } from "vitest";
import { callbacks } from "../../src/ktor-samples/callbacks.js";
import { Client } from "../client.js";
import { serve } from "../serve.js";

async function connect(): Promise<{ client: Client; printed: string[] }> {
  const printed: string[] = [];
  const url = await serve((app) => callbacks(app, (line) => printed.push(line)));
  const client = await Client.connect(url("/echo"));
  for (const text of ["one", "two"]) expect(await client.askText(text)).toBe(text);
  return { client, printed };
}

const BEFORE = ["onConnect", "onMessage one", "onMessage two"];

describe("a session that ends normally prints onClose once, with its reason", () => {
  test("when the client closes", async () => {
    const { client, printed } = await connect();
    client.socket.close(4000, "done");
    expect(await client.closed).toBe(4000);
    await expect.poll(() => printed).toEqual([...BEFORE, "onClose 4000: done"]);
  });

  test("when the client closes without a code", async () => {
    const { client, printed } = await connect();
    client.socket.close();
    expect(await client.closed).toBe(1005);
    await expect.poll(() => printed).toEqual([...BEFORE, "onClose 1005 NO_STATUS"]);
  });

  test("when the client is lost", async () => {
    const { client, printed } = await connect();
    client.socket.terminate();
    await expect.poll(() => printed).toEqual([...BEFORE, "onClose 1006 CLOSED_ABNORMALLY"]);
  });
});

describe("a session that fails prints onError once, with its reason", () => {
  test("when a message is too big", async () => {
    const { client, printed } = await connect();
    client.socket.send("x".repeat(1025));
    expect(await client.closed).toBe(1009);
    await expect.poll(() => printed).toEqual([...BEFORE, expect.stringMatching(/^onError 1009 TOO_BIG/)]);
  });

  test("when the client breaks the protocol", async () => {
    const { client, printed } = await connect();
    // RSV1 without an extension that owns it (RFC 6455 section 5.2).
    client.socket.send("three");
    client.connection.write(Buffer.of(0xc1, 0x80, 0, 0, 0, 0));
    expect(await client.closed).toBe(1002);
    const three = [...BEFORE, "onMessage three"];
    await expect.poll(() => printed).toEqual([...three, expect.stringMatching(/^onError 1002 PROTOCOL_ERROR/)]);
  });

  test("when the handler throws", async () => {
    const { client, printed } = await connect();
    client.socket.send(Buffer.of(1));
    expect(await client.closed).toBe(1011);
    await expect.poll(() => printed).toEqual([...BEFORE, expect.stringMatching(/^onError 1011 INTERNAL_ERROR/)]);
  });
});
