import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { CloseReason, WebSocketHandler } from "../../src/index.js";
import { WebSockets } from "../../src/index.js";
import { echo, route } from "../support/serve.js";
import { signal } from "../support/until.js";
import { BINARY, close, closeCode, frame, PING, PONG, TEXT } from "../support/wire.js";
import { hosts } from "./host.js";

const CONTINUATION = 0;
const MIB = 1024 * 1024;

/** A handler that reads texts to the end, and what it read. */
function collecting(): { readonly texts: string[]; readonly handler: Parameters<typeof route>[0] } {
  const texts: string[] = [];
  return {
    texts,
    async handler(session) {
      for await (const received of session.incoming) if (received.type === "text") texts.push(received.readText());
    },
  };
}

describe.each(hosts)("messages ($host, $codec codec)", ({ serve }) => {
  it("generic sequence: one text, then Close, which is answered", async () => {
    const { texts, handler } = collecting();
    const peer = await (await serve(route(handler))).open();
    peer.write(frame(TEXT, "Hello"));
    peer.write(close(1000));
    expect(closeCode(await peer.frame())).toBe(1000);
    await peer.ended();
    expect(texts).toEqual(["Hello"]);
  });

  it("receive messages: every length from 1 to 125 bytes, in order", async () => {
    const { texts, handler } = collecting();
    const peer = await (await serve(route(handler))).open();
    const expected = Array.from({ length: 125 }, (_, index) => "0123456789abcdef".repeat(8).slice(0, index + 1));
    for (const text of expected) peer.write(frame(TEXT, text));
    peer.write(close(1000));
    expect(closeCode(await peer.frame())).toBe(1000);
    expect(texts).toEqual(expected);
  });

  it("produce messages: every length from 1 to 125 bytes, in order, then Close", async () => {
    const expected = Array.from({ length: 125 }, (_, index) => "0123456789abcdef".repeat(8).slice(0, index + 1));
    const served = await serve(
      route(async (session) => {
        for (const text of expected) await session.send(text);
      }),
    );
    const peer = await served.open();
    for (const text of expected) {
      expect(await peer.frame()).toMatchObject({ opcode: TEXT, fin: true, masked: false, payload: Buffer.from(text) });
    }
    expect(closeCode(await peer.frame())).toBe(1000);
  });

  it("big frame: 20 MiB there and back", async () => {
    const served = await serve(
      route(
        async (session) => {
          const received = await session.incoming.receive();
          await session.outgoing.send(received.copy());
          await session.flush();
        },
        { maxFrameSize: 20 * MIB },
      ),
    );
    const peer = await served.open();
    const content = randomBytes(20 * MIB);
    peer.write(frame(BINARY, content));
    const { opcode, payload } = await peer.frame();
    expect([opcode, payload.length, payload.equals(content)]).toEqual([BINARY, content.length, true]);
    peer.write(close(1000));
    expect(closeCode(await peer.frame())).toBe(1000);
  });

  it("a lot of frames: 100,000 of them, none lost and none out of order", async () => {
    const count = 100_000;
    const read = signal<number>();
    const served = await serve(
      route(async (session) => {
        let next = 0;
        for await (const received of session.incoming) {
          if (received.type !== "text" || received.readText() !== `${next}`) break;
          next++;
        }
        read.resolve(next);
      }),
    );
    const peer = await served.open();
    const all: Buffer[] = [];
    for (let index = 0; index < count; index++) all.push(frame(TEXT, `${index}`));
    peer.write(...all, close(1000));
    expect(closeCode(await peer.frame())).toBe(1000);
    expect(await read.promise).toBe(count);
  });

  it("frame size: payloads of each form of length arrive whole, both ways", async () => {
    const peer = await (await serve(route(echo))).open();
    for (const size of [0, 125, 126, 0xc123, 65_535, 65_536]) {
      const content = randomBytes(size);
      peer.write(frame(BINARY, content));
      expect((await peer.frame()).payload.equals(content)).toBe(true);
    }
  });

  it("bytes of every value and size come back, whether somebody looked at them or not", async () => {
    let looking = false;
    const handler: WebSocketHandler<""> = async (session) => {
      for await (const message of session.incoming) {
        if (looking) expect(message.data.length).toBe(message.readBytes().length);
        await session.send(message);
      }
    };
    const peer = await (await serve(route(handler))).open();
    for (let round = 0; round < 3; round++) {
      looking = round === 1;
      for (const size of [4095, 4096, 4097, 16_384, 32_767, 32_768]) {
        const content = Buffer.from(Uint8Array.from({ length: size }, (_, at) => at * 7 + round));
        peer.write(frame(BINARY, content));
        expect((await peer.frame()).payload.equals(content)).toBe(true);
      }
    }
  });

  it("connection with a content type: the handshake does not mind", async () => {
    const { texts, handler } = collecting();
    const peer = await (await serve(route(handler))).open("/", { "Content-Type": "application/json" });
    for (const text of ["1", "12", "123", "1234", "12345"]) peer.write(frame(TEXT, text));
    peer.write(close(1000));
    expect(closeCode(await peer.frame())).toBe(1000);
    expect(texts).toEqual(["1", "12", "123", "1234", "12345"]);
  });

  it("single echo: a copy of one message goes back, and the session ends with its handler", async () => {
    const reason = signal<CloseReason | null>();
    const served = await serve(
      route(async (session) => {
        void session.closeReason.then(reason.resolve);
        await session.send((await session.incoming.receive()).copy());
      }),
    );
    const peer = await served.open();
    peer.write(frame(TEXT, "Hello"));
    expect(await peer.frame()).toMatchObject({ opcode: TEXT, payload: Buffer.from("Hello") });
    expect(closeCode(await peer.frame())).toBe(1000);
    expect((await reason.promise)?.code).toBe(1000);
  });

  it("conversation: one message after the other is answered", async () => {
    const peer = await (await serve(route(echo))).open();
    for (const text of ["HELLO", "WORLD", "HELLO AGAIN"]) {
      peer.write(frame(TEXT, text));
      expect((await peer.frame()).payload.toString()).toBe(text);
    }
    peer.write(close(1001));
    expect(closeCode(await peer.frame())).toBe(1001);
  });

  it("parameters: the path's are there, decoded", async () => {
    const served = await serve((app) => {
      app.install(WebSockets);
      app.routing((routing) => {
        routing.webSocket("/{p}/{rest...}", async (session) => {
          const { p, rest } = session.call.parameters;
          await session.send(JSON.stringify([p, rest]));
        });
      });
    });
    const peer = await served.open("/a%20b/c/d?p=query");
    expect(JSON.parse((await peer.frame()).payload.toString())).toEqual(["a b", ["c", "d"]]);
  });

  it("fragmentation: fragments arrive as one message, with a ping between them answered", async () => {
    const { texts, handler } = collecting();
    const peer = await (await serve(route(handler))).open();
    peer.write(
      frame(TEXT, "ABC", { fin: false }),
      frame(PING, "ping"),
      frame(CONTINUATION, "12", { fin: false }),
      frame(CONTINUATION, "3"),
      close(1000),
    );
    expect(await peer.frame()).toMatchObject({ opcode: PONG, payload: Buffer.from("ping") });
    expect(closeCode(await peer.frame())).toBe(1000);
    expect(texts).toEqual(["ABC123"]);
  });

  it("fragmented flags from the first frame: it says what the whole message is", async () => {
    const seen: unknown[] = [];
    const served = await serve(
      route(async (session) => {
        for await (const { type, fin, rsv1, data } of session.incoming) {
          seen.push([type, fin, rsv1, Buffer.from(data).toString()]);
        }
      }),
    );
    const peer = await served.open();
    for (const opcode of [TEXT, BINARY, TEXT]) {
      peer.write(frame(opcode, "Hello", { fin: false }), frame(CONTINUATION, ", World"));
    }
    peer.write(close(1000));
    expect(closeCode(await peer.frame())).toBe(1000);
    expect(seen).toEqual(["text", "binary", "text"].map((type) => [type, true, false, "Hello, World"]));
  });

  it("fragmented flags from the first frame: a bit that no extension owns is refused there", async () => {
    const thrown = signal<unknown>();
    const served = await serve(
      route(async (session) => thrown.resolve(await session.incoming.receive().catch((error: unknown) => error))),
    );
    const peer = await served.open();
    peer.write(frame(TEXT, "Hello", { fin: false, rsv: 4 }));
    expect(closeCode(await peer.frame())).toBe(1002);
    expect(await thrown.promise).toMatchObject({ code: "PROTOCOL_VIOLATION", violation: "RESERVED_BITS" });
  });
});
