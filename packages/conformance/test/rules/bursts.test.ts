import { expect, it } from "vitest";
import { answer, clientClose, clientFrame, concat } from "../../src/frames.js";
import { CASES } from "../../src/index.js";
import { handshake, open, send } from "../../src/peer.js";
import type { Served } from "../support/serve.js";
import { echo, route } from "../support/serve.js";
import { everySetup } from "../support/setups.js";
import { stalls, turn } from "../support/until.js";
import { observed, readAll } from "./outcome.js";
import { rule } from "./rule.js";
import { CONTINUATION, PING, PONG, TEXT, text } from "./wire.js";

rule(38, everySetup, (serve) => {
  it("they are answered one and all, and another's message between them", async () => {
    const served = await serve(route(echo));
    const tiny = concat(...Array.from({ length: 10_000 }, () => text("x")));
    const other = await open(served);
    const peer = await open(served, "/", tiny);
    other.write(text("other"));
    expect(await other.frame()).toEqual(answer(TEXT, "other"));
    expect(peer.received.length).toBeLessThan(30_000);
    for (let index = 0; index < 10_000; index++) expect((await peer.frame()).payload).toHaveLength(1);
  });

  it("neither do pings, empty fragments, or a handler that reads with a function", async () => {
    const served = await serve(
      route(async (session) => {
        await session.incoming.consumeEach((frame) => void session.send(frame));
      }),
    );
    const many = (frame: Uint8Array): Uint8Array => concat(...Array.from({ length: 10_000 }, () => frame));
    const peer = await open(
      served,
      "/",
      many(clientFrame({ opcode: PING })),
      clientFrame({ opcode: TEXT, fin: false }),
    );
    peer.write(
      many(clientFrame({ opcode: CONTINUATION, fin: false })),
      clientFrame({ opcode: CONTINUATION, payload: "end" }),
    );
    peer.write(many(text("")), clientClose(1000));
    const { answers, close } = await readAll(peer);
    expect(close).toBe(1000);
    expect(answers.filter(({ firstByte }) => firstByte === 0x81)).toHaveLength(10_001);
  });
});

rule(39, everySetup, (serve) => {
  const ping = (payload: string): Uint8Array => clientFrame({ opcode: PING, payload });

  it("thirty of the longest in one chunk, which are just under 4 KiB", async () => {
    const peer = await open(await serve(route(echo)));
    const payloads = Array.from({ length: 30 }, (_, index) => `${index}`.padEnd(125, "."));
    peer.write(...payloads.map(ping), clientClose(1000));
    for (const payload of payloads) expect(await peer.frame()).toEqual(answer(PONG, payload));
  });

  it("to a peer that reads, thousands of them", async () => {
    const peer = await open(await serve(route(echo)));
    for (let index = 0; index < 3000; index++) {
      peer.write(ping(`${index}`));
      expect(await peer.frame()).toEqual(answer(PONG, `${index}`));
    }
  });

  it("of more in one chunk the first and the newest, and no more memory", async () => {
    const peer = await open(await serve(route(echo)));
    const payloads = Array.from({ length: 400 }, (_, index) => `${index}`.padEnd(125, "."));
    peer.write(...payloads.map(ping));
    const pongs: string[] = [];
    while (pongs.at(-1) !== payloads.at(-1)) {
      const { firstByte, payload } = await peer.frame();
      if (firstByte === 0x8a) pongs.push(Buffer.from(payload).toString());
    }
    expect(pongs.slice(0, 32)).toEqual(payloads.slice(0, 32));
    expect(pongs).toEqual(payloads.filter((payload) => pongs.includes(payload)));
    // The bytes may have come in several chunks.
    expect(pongs.length).toBeLessThan(200);
  });

  it("of those that come while output is blocked the newest", async () => {
    let blocked = 0;
    const block = new Uint8Array(60_000);
    const served = await serve(
      route(async (session) => {
        for (; blocked < 200; blocked++) await session.send(block);
      }),
    );
    const peer = await open(served);
    peer.socket.pause();
    await stalls(() => blocked);
    for (let index = 0; index < 2000; index++) peer.write(ping(`${index}`));
    await stalls(() => peer.socket.bytesWritten);
    peer.socket.resume();
    const pongs: string[] = [];
    for (;;) {
      const { firstByte, payload } = await peer.frame();
      if (firstByte === 0x88) break;
      if (firstByte === 0x8a) pongs.push(Buffer.from(payload).toString());
    }
    expect([pongs.length < 50, pongs.at(-1)]).toEqual([true, "1999"]);
  });
});

rule(40, everySetup, (serve) => {
  const vectors = Object.values(CASES).flat();

  /** The pieces of a vector: each byte alone, or all of its header and a byte at a time behind it where it is long. */
  function bitByBit(input: Uint8Array): Uint8Array[] {
    const alone = Math.min(input.length, 200);
    const pieces = Array.from({ length: alone }, (_, index) => input.subarray(index, index + 1));
    for (let at = alone; at < input.length; at += 977) pieces.push(input.subarray(at, at + 977));
    return pieces;
  }

  /** Two pieces. The codecs' own tests cut at every place. */
  function inTwo(input: Uint8Array): Uint8Array[][] {
    const places = [1, Math.floor(input.length / 2), input.length - 1];
    return places.map((at) => [input.subarray(0, at), input.subarray(at)]);
  }

  async function converse(served: Served, path: string, pieces: readonly Uint8Array[]): Promise<object> {
    const peer = await send(served, handshake(path));
    expect((await peer.response()).status).toBe(101);
    for (const piece of pieces) {
      if (peer.isOver) break;
      peer.write(piece);
      // A turn for the write, and one in which the server reads.
      await turn();
      await turn();
    }
    return await readAll(peer);
  }

  it("the same answers, the same Close, and the same error at the same byte", { timeout: 60_000 }, async () => {
    const { handler, errors } = observed();
    const served = await serve(route(handler));
    const all = vectors.map(async ({ send: input, answers, close }, index) => {
      const ways = [[input], bitByBit(input), ...inTwo(input)];
      const found: unknown[] = [];
      for (const [way, pieces] of ways.entries()) {
        const path = `/?${index}-${way}`;
        found.push({ ...(await converse(served, path, pieces)), error: errors.get(path) });
      }
      expect(found[0]).toMatchObject({ answers, close: close ?? undefined });
      for (const other of found) expect(other).toEqual(found[0]);
    });
    await Promise.all(all);
  });
});
