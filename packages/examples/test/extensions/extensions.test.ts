import { once } from "node:events";
import type { ApplicationModule, InstalledWebSocketExtension } from "@sluice/server";
import { WebSockets } from "@sluice/server";
import { testApplication } from "@sluice/server/testing";
import { describe, expect, it } from "vitest";
import { FrameLogger } from "../../src/extensions/frame-logger.js";
import { XorPayload } from "../../src/extensions/xor-payload.js";
import { Client } from "../client.js";
import { serve } from "../serve.js";

const echo =
  (...extensions: InstalledWebSocketExtension[]): ApplicationModule =>
  (app) => {
    app.install(WebSockets, { extensions });
    app.routing((routing) => {
      routing.webSocket("/", async (session) => {
        for await (const frame of session.incoming) await session.send(frame);
      });
    });
  };

/** What a client's handshake is answered with. */
async function answerTo(url: string, offer: string): Promise<{ client: Client; answer: string | undefined }> {
  let answer: string | undefined;
  const client = await Client.connect(url, {
    headers: { "Sec-WebSocket-Extensions": offer },
    // What `ws` itself makes of an answer to an offer that is not its own would fail the connection.
    finishRequest: (request) => {
      request.prependListener("upgrade", (response) => {
        answer = response.headers["sec-websocket-extensions"];
        delete response.headers["sec-websocket-extensions"];
      });
      request.end();
    },
  });
  return { client, answer };
}

describe("the frame logger", () => {
  it("logs what comes in and goes out, for a client that knows nothing of it", async () => {
    const lines: string[] = [];
    const url = await serve(echo(FrameLogger({ log: (line) => lines.push(line) })));
    const client = await Client.connect(url("/"));
    client.socket.send("Hello");
    expect(await client.nextText()).toBe("Hello");
    client.socket.send(Buffer.alloc(1000));
    await client.next();
    client.socket.ping();
    await once(client.socket, "pong");
    expect(lines).toEqual([
      "<- text of 5 bytes",
      "-> text of 5 bytes",
      "<- binary of 1000 bytes",
      "-> binary of 1000 bytes",
    ]);
  });

  it("sees plain text in front of an extension that changes it", async () => {
    const lines: string[] = [];
    await testApplication(echo(FrameLogger({ log: (line) => lines.push(line) }), XorPayload()), async ({ client }) => {
      await client.webSocket("/", { session: { extensions: [XorPayload()] } }, async (session) => {
        await session.send("€");
        const frame = await session.incoming.receive();
        expect(frame.type === "text" && frame.readText()).toBe("€");
      });
    });
    expect(lines).toEqual(["<- text of 3 bytes", "-> text of 3 bytes"]);
  });
});

describe("the extension with a key", () => {
  it.each([
    { offer: "x-xor-payload; key=7", answer: "x-xor-payload; key=7" },
    { offer: "x-xor-payload; key=0, x-xor-payload; key=256, x-xor-payload; key=255", answer: "x-xor-payload; key=255" },
    { offer: "x-xor-payload", answer: undefined },
    { offer: "x-xor-payload; key=07", answer: undefined },
    { offer: "x-xor-payload; key=7; key=7", answer: undefined },
    { offer: "x-other; key=7", answer: undefined },
  ])("answers $offer with $answer", async ({ offer, answer }) => {
    const url = await serve(echo(XorPayload()));
    expect((await answerTo(url("/"), offer)).answer).toBe(answer);
  });

  it("changes what is on the wire, and nothing that the handler or the client sees", async () => {
    const url = await serve(echo(XorPayload()));
    const { client } = await answerTo(url("/"), "x-xor-payload; key=1");
    const data = once(client.connection, "data");
    client.socket.send("abc");
    // Text with RSV2, for what was sent plain may be answered changed.
    expect((await data)[0]).toEqual(Buffer.from("\xa1\x03`cb", "latin1"));

    await testApplication(echo(XorPayload()), async ({ client: tester }) => {
      await tester.webSocket("/", { session: { extensions: [XorPayload({ wanted: 200 })] } }, async (session) => {
        expect(session.extension(XorPayload).key).toBe(200);
        for (const message of ["", "abc", "€".repeat(1000)]) {
          await session.send(message);
          const frame = await session.incoming.receive();
          expect(frame.type === "text" && frame.readText()).toBe(message);
        }
      });
    });
  });

  it("refuses a key that can be none where it is installed", () => {
    for (const wanted of [0, 256, 1.5]) expect(() => XorPayload({ wanted })).toThrow(`got ${wanted}`);
  });
});
