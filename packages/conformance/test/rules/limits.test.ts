import { bounded } from "@sluice/server";
import { expect, it } from "vitest";
import { answer, clientFrame, closeCode, concat } from "../../src/frames.js";
import type { Peer } from "../../src/peer.js";
import { open } from "../../src/peer.js";
import { buffersInUse } from "../support/memory.js";
import type { Served } from "../support/serve.js";
import { echo, rawRoute, route } from "../support/serve.js";
import { everySetup } from "../support/setups.js";
import { signal, until } from "../support/until.js";
import { observed, outcomeOf } from "./outcome.js";
import { rule } from "./rule.js";
import { BINARY, CONTINUATION, declares, MIB, PING, PONG, TEXT, text } from "./wire.js";

rule(27, everySetup, (serve) => {
  it("a hundred peers that declare a mebibyte and send a byte cost a hundred bytes", async () => {
    const served = await serve(route(echo));
    const before = await buffersInUse();
    const header = declares(BigInt(MIB));
    const peers = await Promise.all(Array.from({ length: 100 }, () => open(served, "/", header, Uint8Array.of(1))));
    await until(() => served.retained === 100);
    expect((await buffersInUse()) - before).toBeLessThan(MIB);
    for (const peer of peers) peer.reset();
    await until(() => served.retained === 0);
  });

  it("what is held follows what came", async () => {
    const served = await serve(route(echo));
    const peer = await open(served, "/", declares(BigInt(MIB)));
    for (let sent = 1000; sent <= 100_000; sent += 9900) {
      peer.write(new Uint8Array(sent - served.retained));
      await until(() => served.retained === sent);
    }
  });
});

/** An input at a limit, and one past it. */
async function atAndPast(
  served: Served,
  at: readonly Uint8Array[],
  size: number,
  past: readonly Uint8Array[],
): Promise<void> {
  const fits = await open(served, "/", ...at);
  expect((await fits.frame()).payload).toHaveLength(size);
  const exceeds = await open(served, "/", ...past);
  expect(closeCode(await exceeds.frame())).toBe(1009);
}

rule(28, everySetup, (serve) => {
  const frame = (size: number): Uint8Array => clientFrame({ opcode: BINARY, payload: new Uint8Array(size) });

  it.each([125, 126, 65_535, 65_536, 100_000])("of %i bytes", async (maxFrameSize) => {
    const served = await serve(route(echo, { maxFrameSize }));
    await atAndPast(served, [frame(maxFrameSize)], maxFrameSize, [frame(maxFrameSize + 1)]);
  });

  it("at the header, before a byte of the payload", async () => {
    const { handler, errors } = observed();
    const peer = await open(await serve(route(handler, { maxFrameSize: 1000 })), "/", frame(1001).subarray(0, 4));
    expect(closeCode(await peer.frame())).toBe(1009);
    expect(errors.get("/")).toEqual(["FRAME_TOO_BIG", 3]);
  });

  it("in a raw session too", async () => {
    const served = await serve(
      rawRoute(
        async (session) => {
          for await (const received of session.incoming) await session.send(received);
        },
        { maxFrameSize: 1000 },
      ),
    );
    await atAndPast(served, [frame(1000)], 1000, [frame(1001)]);
  });
});

rule(29, everySetup, (serve) => {
  const fragments = (sizes: readonly number[]): Uint8Array[] =>
    sizes.map((size, index) =>
      clientFrame({
        opcode: index === 0 ? BINARY : CONTINUATION,
        payload: new Uint8Array(size),
        fin: index === sizes.length - 1,
      }),
    );

  it.each([
    [
      [500, 500],
      [500, 501],
    ],
    [
      [1, 999],
      [1, 1000],
    ],
    [
      [0, 1000, 0],
      [0, 1000, 1],
    ],
    [Array<number>(100).fill(10), [...Array<number>(100).fill(10), 1]],
  ])("%j fits, and %j does not", async (at, past) => {
    await atAndPast(await serve(route(echo, { maxFrameSize: 1000 })), fragments(at), 1000, fragments(past));
  });

  it("at the header of the fragment that is too many bytes", async () => {
    const { handler, errors } = observed();
    const [first = text(""), second = text("")] = fragments([600, 401]);
    const peer = await open(await serve(route(handler, { maxFrameSize: 1000 })), "/", first, second.subarray(0, 4));
    expect(closeCode(await peer.frame())).toBe(1009);
    expect(errors.get("/")).toEqual(["FRAME_TOO_BIG", first.length + 3]);
  });
});

rule(30, everySetup, (serve) => {
  /** A message in so many fragments, all of them empty. */
  const message = (count: number): Uint8Array =>
    concat(
      ...Array.from({ length: count }, (_, index) =>
        clientFrame({ opcode: index === 0 ? TEXT : CONTINUATION, fin: index === count - 1 }),
      ),
    );

  it.each([
    [{ maxFragments: 5 }, 5],
    [{}, 16_384],
  ])("with %j", async (options, most) => {
    const input = [message(most), message(most), message(most), message(most + 1)];
    expect(await outcomeOf(serve, input, options)).toEqual({
      answers: Array(3).fill(answer(TEXT)),
      close: 1008,
      error: ["PROTOCOL_VIOLATION", "TOO_MANY_FRAGMENTS", (3 * most + most) * 6],
    });
  });

  it("an unfinished message in millions of empty fragments holds nothing", async () => {
    const served = await serve(route(echo, { maxFragments: Number.POSITIVE_INFINITY }));
    const peer = await open(served, "/", clientFrame({ opcode: TEXT, fin: false }));
    const many = concat(...Array.from({ length: 10_000 }, () => clientFrame({ opcode: CONTINUATION, fin: false })));
    const before = await buffersInUse();
    for (let round = 0; round < 20; round++) {
      peer.write(many, clientFrame({ opcode: PING, payload: `${round}` }));
      expect(await peer.frame()).toEqual(answer(PONG, `${round}`));
    }
    expect([served.retained, (await buffersInUse()) - before < MIB]).toEqual([0, true]);
  });
});

rule(31, everySetup, (serve) => {
  it("an unfinished message past it is 1008, and the others go on", async () => {
    const served = await serve(route(echo, { maxRetainedBytes: 300_000 }));
    const part = clientFrame({ opcode: BINARY, payload: new Uint8Array(100_000), fin: false });
    const peers: Peer[] = [];
    for (const expected of [100_000, 200_000, 300_000]) {
      peers.push(await open(served, "/", part));
      await until(() => served.retained === expected);
    }
    const fourth = await open(served, "/", part);
    expect(closeCode(await fourth.frame())).toBe(1008);
    await until(() => served.retained === 300_000);
    for (const peer of peers) {
      peer.write(clientFrame({ opcode: CONTINUATION }));
      expect((await peer.frame()).payload).toHaveLength(100_000);
    }
    expect(served.retained).toBe(0);
  });

  it("a backlog past it is 1008", async () => {
    const options = { maxRetainedBytes: 10_000, channels: { incoming: bounded(1) }, closeTimeout: 50 };
    const gate = signal();
    const served = await serve(route(() => gate.promise, options));
    const peer = await open(served, "/", ...Array.from({ length: 1000 }, () => text("x".repeat(100))));
    expect(closeCode(await peer.frame())).toBe(1008);
    await until(() => served.retained === 0);
    gate.resolve();
  });
});
