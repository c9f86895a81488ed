import type { EmbeddedServer } from "@sluice/server";
import { embeddedServer, WebSockets } from "@sluice/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CASES } from "../src/index.js";
import { converse } from "./echo-client.js";

const CLOSE = 0x88;

const ways = (["wasm", "typescript"] as const).flatMap((codec) =>
  (["direct", "shared", "data"] as const).map((readPath) => ({ codec, readPath })),
);

describe.each(ways)("on the $codec codec, with the read path $readPath", ({ codec, readPath }) => {
  let server: EmbeddedServer;
  let port: number;

  beforeAll(async () => {
    server = embeddedServer({ port: 0, host: "127.0.0.1", codec, readPath }, (app) => {
      app.install(WebSockets, {});
      app.routing((routing) => {
        routing.webSocket("/", async (session) => {
          for await (const frame of session.incoming) await session.send(frame);
        });
      });
    });
    await server.start();
    port = (await server.resolvedConnectors())[0]?.port ?? 0;
    expect([server.codec.backend, server.readPath.path]).toEqual([codec, readPath]);
  });

  afterAll(() => server.stop());

  describe.each(Object.entries(CASES))("%s", (_subject, cases) => {
    test.each(cases)("$name (RFC 6455 section $section)", async ({ send, answers, close }) => {
      const said = await converse(port, send);
      const last = said.pop();
      expect(said).toEqual(answers);
      expect(last?.firstByte).toBe(CLOSE);
      const payload = last?.payload ?? new Uint8Array(0);
      expect(payload.length === 0 ? null : new DataView(payload.buffer).getUint16(0)).toBe(close);
    });
  });
});
