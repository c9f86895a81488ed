import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { connect } from "../support/client.js";
import { dial, handshake, open } from "../support/peer.js";
import { echo, route } from "../support/serve.js";
import { serveOn, setups } from "../support/setups.js";
import { BINARY, close, closeCode, frame, PING, PONG, TEXT } from "../support/wire.js";

const MIB = 1024 * 1024;

/** Bytes of which no two stretches are alike. */
function noise(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  let state = 0x9e3779b9;
  for (let at = 0; at < size; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

describe.each(setups)("messages ($codec codec, TLS: $tls)", (setup) => {
  it("come back as they went, type and all", async () => {
    const client = await connect(await serveOn(setup, route(echo)));
    expect(await client.ask("grüß dich, 世界 🌍")).toEqual({ data: Buffer.from("grüß dich, 世界 🌍"), binary: false });
    expect(await client.ask(Buffer.from([0, 1, 254, 255]))).toEqual({
      data: Buffer.from([0, 1, 254, 255]),
      binary: true,
    });
  });

  it("may be empty", async () => {
    const client = await connect(await serveOn(setup, route(echo)));
    expect(await client.ask("")).toEqual({ data: Buffer.alloc(0), binary: false });
    expect(await client.ask(Buffer.alloc(0))).toEqual({ data: Buffer.alloc(0), binary: true });
  });

  it.each([125, 126, 65_535, 65_536, MIB])("may have %i bytes", async (size) => {
    const client = await connect(await serveOn(setup, route(echo)));
    const bytes = noise(size);
    const answer = await client.ask(bytes);
    expect(answer.binary).toBe(true);
    expect(digest(answer.data)).toBe(digest(bytes));
    const text = "ä".repeat(size >> 1);
    expect((await client.askText(text)) === text).toBe(true);
  });

  it("are refused with 1009 past the longest, and pass at exactly that length", async () => {
    const client = await connect(await serveOn(setup, route(echo, { maxFrameSize: 1000 })));
    expect((await client.ask(Buffer.alloc(1000))).data).toHaveLength(1000);
    client.socket.send(Buffer.alloc(1001));
    expect(await client.closed).toMatchObject({ code: 1009 });
  });

  it("are put together from fragments, with control frames between them", async () => {
    const peer = await open(await serveOn(setup, route(echo)));
    peer.write(
      frame(TEXT, "one, ", { fin: false }),
      frame(PING, "still there?"),
      frame(0, "two, ", { fin: false }),
      frame(0, "", { fin: false }),
      frame(0, "three"),
    );
    expect(await peer.frame()).toMatchObject({ opcode: PONG, payload: Buffer.from("still there?") });
    expect(await peer.frame()).toMatchObject({ opcode: TEXT, fin: true, payload: Buffer.from("one, two, three") });
  });

  it("keep their order, ten thousand of them", async () => {
    const client = await connect(await serveOn(setup, route(echo)));
    for (let index = 0; index < 10_000; index++) client.socket.send(`message ${index}`);
    for (let index = 0; index < 10_000; index++) {
      const text = await client.receiveText();
      if (text !== `message ${index}`) expect.fail(`${text} came in place of message ${index}`);
    }
  });

  it("are taken in odd pieces", async () => {
    const peer = await open(await serveOn(setup, route(echo)));
    const bytes = noise(MIB);
    const wire = frame(BINARY, bytes);
    peer.socket.setNoDelay(true);
    let at = 0;
    for (let piece = 1; at < wire.length; piece = (piece * 7) % 65_521) {
      await new Promise<void>((resolve) => {
        peer.socket.write(wire.subarray(at, at + piece), () => resolve());
      });
      at += piece;
    }
    expect(digest((await peer.frame()).payload)).toBe(digest(bytes));
  });

  it("are answered when Close comes in the same write, before ours goes out", async () => {
    const peer = await open(await serveOn(setup, route(echo)));
    peer.write(frame(TEXT, "last words"), close(4001));
    expect(await peer.frame()).toMatchObject({ opcode: TEXT, payload: Buffer.from("last words") });
    expect(closeCode(await peer.frame())).toBe(4001);
    expect(await peer.end()).toHaveLength(0);
  });

  it("are answered when Close and FIN come in the same write, however long the handler takes", async () => {
    const served = await serveOn(
      setup,
      route(async (session) => {
        for await (const message of session.incoming) {
          for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
          await session.send(message);
        }
      }),
    );
    const peer = await open(served);
    peer.socket.end(Buffer.concat([frame(TEXT, "last words"), close(1000)]));
    expect(await peer.frame()).toMatchObject({ opcode: TEXT, payload: Buffer.from("last words") });
    expect(closeCode(await peer.frame())).toBe(1000);
    await peer.gone();
    expect(peer.error).toBeUndefined();
  });

  it("are answered before a violation in the same write is", async () => {
    const peer = await open(await serveOn(setup, route(echo)));
    peer.write(frame(TEXT, "fine"), frame(3, "not fine"));
    expect(await peer.frame()).toMatchObject({ opcode: TEXT, payload: Buffer.from("fine") });
    expect(closeCode(await peer.frame())).toBe(1002);
    await peer.end();
  });

  it("come in the same write as the handshake", async () => {
    const peer = await open(await serveOn(setup, route(echo)), frame(TEXT, "early"), frame(TEXT, "bird"));
    expect(await peer.frame()).toMatchObject({ payload: Buffer.from("early") });
    expect(await peer.frame()).toMatchObject({ payload: Buffer.from("bird") });
    peer.write(frame(TEXT, "late"));
    expect(await peer.frame()).toMatchObject({ payload: Buffer.from("late") });
  });

  it("come in the same write as the handshake, Close included", async () => {
    const peer = await open(await serveOn(setup, route(echo)), frame(TEXT, "hello"), close(1000));
    expect(await peer.frame()).toMatchObject({ payload: Buffer.from("hello") });
    expect(closeCode(await peer.frame())).toBe(1000);
    await peer.end();
  });

  it("come in the same write as the handshake, Close and FIN included", async () => {
    const peer = await dial(await serveOn(setup, route(echo)));
    peer.socket.end(Buffer.concat([Buffer.from(handshake()), frame(TEXT, "hello"), close(1000)]));
    expect((await peer.response(true)).status).toBe(101);
    expect(await peer.frame()).toMatchObject({ payload: Buffer.from("hello") });
    expect(closeCode(await peer.frame())).toBe(1000);
    await peer.end();
  });

  it("begin in the write of the handshake and end in the next", async () => {
    const message = frame(BINARY, noise(100_000));
    const peer = await open(await serveOn(setup, route(echo)), message.subarray(0, 70_001));
    peer.write(message.subarray(70_001));
    expect(digest((await peer.frame()).payload)).toBe(digest(noise(100_000)));
  });

  it("go out masked where the server is told to mask, live or from the start", async () => {
    const served = await serveOn(
      setup,
      route(
        async (session) => {
          for await (const message of session.incoming) {
            await session.send(message);
            session.masking = false;
          }
        },
        { masking: true },
      ),
    );
    const peer = await open(served);
    const large = noise(100_000);
    peer.write(frame(BINARY, large), frame(TEXT, "plain"));
    const masked = await peer.frame();
    expect(masked.masked).toBe(true);
    expect(digest(masked.payload)).toBe(digest(large));
    expect(await peer.frame()).toMatchObject({ masked: false, payload: Buffer.from("plain") });
  });

  it.each<[string, Buffer, number]>([
    ["an unmasked frame", frame(TEXT, "bare", { masked: false }), 1002],
    ["a reserved bit", frame(TEXT, "", { rsv: 4 }), 1002],
    ["a fragmented ping", frame(PING, "", { fin: false }), 1002],
    ["a ping of 126 bytes", frame(PING, Buffer.alloc(126)), 1002],
    ["a continuation of nothing", frame(0, "what"), 1002],
    ["text that is not UTF-8", frame(TEXT, Buffer.from([0xc0, 0xaf])), 1007],
    ["a Close with a body of one byte", frame(8, Buffer.from([3])), 1002],
    ["a Close with a code that must not be sent", close(1005), 1002],
  ])("end with %s", async (_, bytes, code) => {
    const peer = await open(await serveOn(setup, route(echo)));
    peer.write(bytes);
    expect(closeCode(await peer.frame())).toBe(code);
    await peer.end();
    peer.socket.end();
    await peer.gone();
    expect(peer.error).toBeUndefined();
  });
});
