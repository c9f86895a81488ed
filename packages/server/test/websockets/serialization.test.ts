import { describe, expect, it } from "vitest";
import type { StandardSchemaV1, WebSocketContentConverter, WebSocketOptions } from "../../src/index.js";
import { deserialize, Frame, jsonConverter, WebSockets } from "../../src/index.js";
import { resolveOptions } from "../../src/websockets/options.js";
import { connect } from "../support/client.js";
import { route, serve } from "../support/serve.js";
import { serveOn, setups } from "../support/setups.js";

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A schema of a library that nobody has to install. */
const point: StandardSchemaV1<unknown, Point> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate(value) {
      const { x, y } = Object(value) as Partial<Point>;
      if (typeof x === "number" && typeof y === "number") return { value: { x, y } };
      return { issues: [{ message: "no point" }] };
    },
  },
};

const json: WebSocketOptions = { contentConverter: jsonConverter() };

describe.each(setups)("values ($codec codec, TLS: $tls)", (setup) => {
  it("are received with their type and sent back", async () => {
    const served = await serveOn(
      setup,
      route(async (session) => {
        for (;;) {
          const { x, y } = await session.receiveDeserialized(point);
          await session.sendSerialized({ sum: x + y });
        }
      }, json),
    );
    const client = await connect(served);
    expect(await client.askText('{"x":1,"y":2}')).toBe('{"sum":3}');
    expect(await client.askText('{"x":20,"y":22}')).toBe('{"sum":42}');
    expect(await client.close(1000)).toMatchObject({ code: 1000 });
  });

  it("that do not fit the schema are an error with the frame, and the next one is received", async () => {
    const caught: unknown[] = [];
    const served = await serveOn(
      setup,
      route(async (session) => {
        for (let count = 0; count < 2; count++) {
          await session.receiveDeserialized(point).catch((error: unknown) => caught.push(error));
        }
        await session.sendSerialized(await session.receiveDeserialized(point));
      }, json),
    );
    const client = await connect(served);
    client.socket.send('{"x":1}');
    client.socket.send("no JSON");
    expect(await client.askText('{"y":2,"x":1}')).toBe('{"x":1,"y":2}');
    expect(caught).toEqual([
      expect.objectContaining({ code: "WEBSOCKET_DESERIALIZE", issues: [{ message: "no point" }] }),
      expect.objectContaining({ code: "WEBSOCKET_DESERIALIZE", frame: expect.objectContaining({ type: "text" }) }),
    ]);
  });
});

describe("values", () => {
  it("cannot be sent or received without a converter", async () => {
    const codes: unknown[] = [];
    const note = ({ code }: { code?: unknown }): void => void codes.push(code);
    const served = await serve(
      route(async (session) => {
        expect(session.converter).toBeUndefined();
        await session.sendSerialized(1).catch(note);
        await session.receiveDeserialized().catch(note);
        for await (const frame of session.incoming) await session.send(frame);
      }),
    );
    const client = await connect(served);
    expect(await client.askText("not taken by anybody")).toBe("not taken by anybody");
    expect(codes).toEqual(["WEBSOCKET_CONVERTER_NOT_FOUND", "WEBSOCKET_CONVERTER_NOT_FOUND"]);
  });

  it("that never come end in the error of a closed channel", async () => {
    const codes: unknown[] = [];
    const served = await serve(
      route(async (session) => {
        await session.receiveDeserialized(point).catch(({ code }: { code?: unknown }) => codes.push(code));
      }, json),
    );
    const client = await connect(served);
    await client.close(1000);
    await served.server.stop();
    expect(codes).toEqual(["CLOSED_RECEIVE_CHANNEL"]);
  });

  it("are sent in raw sessions too, by a converter of one's own", async () => {
    const lines: WebSocketContentConverter = {
      isApplicable: (frame) => frame.type === "text",
      serialize: (value) => new Frame.Text(`${value}\n`),
      deserialize: (frame) => Buffer.from(frame.data).toString().trimEnd(),
    };
    const served = await serve((app) => {
      app.install(WebSockets, { contentConverter: lines });
      app.routing(
        (routing) =>
          void routing.webSocketRaw("/", async (session) => {
            const said = await session.receiveDeserialized();
            await session.sendSerialized(`You said ${said}`);
          }),
      );
    });
    const client = await connect(served);
    expect(await client.askText("hi\n")).toBe("You said hi\n");
  });

  it("can be read out of an iteration", async () => {
    const served = await serve(
      route(async (session) => {
        for await (const frame of session.incoming) {
          const { x } = await deserialize(session.converter, frame, point);
          await session.sendSerialized(x);
        }
      }, json),
    );
    expect(await (await connect(served)).askText('{"x":7,"y":0}')).toBe("7");
  });
});

describe("the option contentConverter", () => {
  it("takes an object with the three methods, and nothing else", () => {
    const converter = jsonConverter();
    expect(resolveOptions({ contentConverter: converter }).contentConverter).toBe(converter);
    expect(resolveOptions({}).contentConverter).toBeUndefined();
    const wrong = (value: unknown): WebSocketOptions => ({ contentConverter: value as WebSocketContentConverter });
    for (const value of [null, "json", jsonConverter, {}, { ...converter, serialize: undefined }]) {
      expect(() => resolveOptions(wrong(value))).toThrow(
        expect.objectContaining({ code: "INVALID_OPTION", option: "contentConverter", value }),
      );
    }
  });
});
