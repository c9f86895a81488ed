import { describe, expect, it } from "vitest";
import type { StandardSchemaV1, WebSocketContentConverter } from "../../src/index.js";
import { Frame, jsonConverter } from "../../src/index.js";
import { route } from "../support/serve.js";
import { signal } from "../support/until.js";
import { BINARY, close, closeCode, frame, TEXT } from "../support/wire.js";
import { hosts } from "./host.js";
import { rawRoute } from "./raw-route.js";

interface Data {
  readonly text: string;
}

/** What zod and its like make, by hand. */
const dataSchema: StandardSchemaV1<unknown, Data> = {
  "~standard": {
    version: 1,
    vendor: "sluice-test",
    validate(value) {
      if (typeof value === "object" && value !== null && "text" in value && typeof value.text === "string") {
        return { value: { text: value.text } };
      }
      return { issues: [{ message: "text is missing", path: ["text"] }] };
    },
  },
};

/** A converter that is no JSON: text in brackets. */
const brackets: WebSocketContentConverter = {
  isApplicable: ({ type }) => type === "text",
  serialize: (value) => new Frame.Text(`[${(value as Data).text}]`),
  deserialize: (received) => ({ text: received.type === "text" ? received.readText().slice(1, -1) : "" }),
};

describe.each(hosts)("values ($host, $codec codec)", ({ serve }) => {
  it("JSON converter: a value comes, is checked and goes back", async () => {
    const served = await serve(
      route(
        async (session) => {
          const { text } = await session.receiveDeserialized(dataSchema);
          await session.sendSerialized({ text: text.toUpperCase(), nested: [1, null, true] });
        },
        { contentConverter: jsonConverter() },
      ),
    );
    const peer = await served.open();
    peer.write(frame(TEXT, '{"text":"grüße","more":1}'));
    const answer = await peer.frame();
    expect([answer.opcode, JSON.parse(answer.payload.toString())]).toEqual([
      TEXT,
      { text: "GRÜSSE", nested: [1, null, true] },
    ]);
    expect(closeCode(await peer.frame())).toBe(1000);
  });

  it("JSON converter: without a schema a value is what it is", async () => {
    const seen = signal<unknown>();
    const served = await serve(
      route(async (session) => seen.resolve(await session.receiveDeserialized()), {
        contentConverter: jsonConverter(),
      }),
    );
    const peer = await served.open();
    peer.write(frame(TEXT, '[{"text":"hello"}]'));
    expect(await seen.promise).toEqual([{ text: "hello" }]);
  });

  it("JSON converter: one's own takes its place, in a raw session as well", async () => {
    for (const module of [route, rawRoute]) {
      const served = await serve(
        module(async (session) => session.sendSerialized(await session.receiveDeserialized()), {
          contentConverter: brackets,
        }),
      );
      const peer = await served.open();
      peer.write(frame(TEXT, "[hello]"));
      expect((await peer.frame()).payload.toString()).toBe("[hello]");
    }
  });

  it("JSON converter: a message that is none is an error with the message, and the next one is read", async () => {
    const seen = signal<unknown[]>();
    const served = await serve(
      route(
        async (session) => {
          const results: unknown[] = [];
          for (let index = 0; index < 4; index++) {
            results.push(await session.receiveDeserialized(dataSchema).catch((error: unknown) => error));
          }
          seen.resolve(results);
        },
        { contentConverter: jsonConverter() },
      ),
    );
    const peer = await served.open();
    peer.write(frame(TEXT, "{"), frame(BINARY, "{}"), frame(TEXT, "{}"), frame(TEXT, '{"text":"fine"}'));
    const code = "WEBSOCKET_DESERIALIZE";
    expect(await seen.promise).toMatchObject([
      { code, frame: { type: "text" } },
      { code, frame: { type: "binary" } },
      { code, issues: [{ message: "text is missing" }] },
      { text: "fine" },
    ]);
    expect(closeCode(await peer.frame())).toBe(1000);
  });

  it("no converter: sending and receiving values fails, and the session goes on", async () => {
    const seen = signal<unknown[]>();
    const served = await serve(
      route(async (session) => {
        seen.resolve([
          session.converter,
          await session.receiveDeserialized().catch((error: unknown) => error),
          await session.sendSerialized({ text: "hello" }).catch((error: unknown) => error),
          (await session.incoming.receive()).type,
        ]);
      }),
    );
    const peer = await served.open();
    peer.write(frame(TEXT, "[hello]"));
    expect(closeCode(await peer.frame())).toBe(1000);
    const code = "WEBSOCKET_CONVERTER_NOT_FOUND";
    expect(await seen.promise).toMatchObject([undefined, { code }, { code }, "text"]);
  });

  it("deserialization on a closed channel: it fails as receiving does", async () => {
    const seen = signal<unknown>();
    const served = await serve(
      route(
        async (session) => seen.resolve(await session.receiveDeserialized(dataSchema).catch((error: unknown) => error)),
        { contentConverter: jsonConverter() },
      ),
    );
    const peer = await served.open();
    peer.write(close(1000));
    expect(closeCode(await peer.frame())).toBe(1000);
    expect(await seen.promise).toMatchObject({ code: "CLOSED_RECEIVE_CHANNEL" });
  });
});
