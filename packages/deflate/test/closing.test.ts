import { setImmediate as turn } from "node:timers/promises";
import { DeflateRaw, InflateRaw } from "node:zlib";
import { Frame } from "@sluice/core";
import { afterEach, expect, test, vi } from "vitest";
import { WebSocketDeflate } from "../src/index.js";
import { json, oracleDeflate } from "./support/oracle.js";
import { describeEachPath } from "./support/paths.js";
import type { Side } from "./support/session.js";
import { outcome, serve } from "./support/session.js";

const MIB = 1024 * 1024;
const OFFERS = [
  "permessage-deflate",
  "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
] as const;

afterEach(() => {
  vi.restoreAllMocks();
});

/** Every stream that was written to, and how many had work at the same time at most. */
function watchThreads(): { streams: Set<DeflateRaw | InflateRaw>; most: number } {
  const watched = { streams: new Set<DeflateRaw | InflateRaw>(), most: 0 };
  let working = 0;
  for (const prototype of [DeflateRaw.prototype, InflateRaw.prototype]) {
    const write = prototype.write;
    vi.spyOn(prototype, "write").mockImplementation(function (this: DeflateRaw | InflateRaw, input, done) {
      watched.streams.add(this);
      working += 1;
      watched.most = Math.max(watched.most, working);
      return Reflect.apply(write, this, [
        input,
        (error: unknown) => {
          working -= 1;
          if (typeof done === "function") Reflect.apply(done, undefined, [error]);
        },
      ]) as boolean;
    });
  }
  return watched;
}

function large(size: number, seed: number): { plain: Frame.Data; compressed: Frame.Data } {
  const payload = json(size, seed);
  return {
    plain: new Frame.Binary(payload),
    compressed: new Frame.Binary(oracleDeflate(payload, { level: 1 }), { rsv1: true }),
  };
}

describeEachPath("a session that ends", (path) => {
  test("rejects what is under way both ways, leaves no stream open, and calls nothing back later", async () => {
    const { streams } = watchThreads();
    for (const offer of OFFERS) {
      const installed = WebSocketDeflate({ path, maxThreads: 2 });
      const { plain, compressed } = large(4 * MIB, 1);
      const settled: string[] = [];
      const sides: Side[] = [];
      for (let index = 0; index < 5; index++) {
        const side = serve(installed, offer, 8 * MIB);
        sides.push(side);
        for (const job of [() => side.send(plain.copy()), () => side.receive(compressed)]) {
          outcome<Frame.Data>(job).then(
            () => settled.push("done"),
            (error: { code?: string }) => settled.push(error.code ?? "no code"),
          );
        }
      }
      await turn();
      const done = settled.length;
      expect(done).toBeLessThan(10);
      for (const side of sides) side.close();
      await turn();
      await turn();
      expect(settled.slice(done)).toEqual(Array(10 - done).fill("CANCELLED"));
      // Others of the installation go on.
      const side = serve(installed, offer, 8 * MIB);
      expect(await side.send(plain)).toMatchObject({ rsv1: true });
      expect((await side.receive(compressed)).data.length).toBe(4 * MIB);
      expect(settled).toHaveLength(10);
      side.close();
      await turn();
    }
    expect(streams.size).toBeGreaterThan(0);
    // Contexts that sessions share without takeover stay, as many each way as work at once.
    expect([...streams].filter((stream) => !stream.closed).length).toBeLessThanOrEqual(4);
  });

  test("before its first message, or before it began, has nothing to free", () => {
    for (const offer of OFFERS) serve(WebSocketDeflate({ path }), offer).close();
    WebSocketDeflate({ path }).create().close?.();
  });
});

describeEachPath("messages that need threads", (path) => {
  test.each([1, 2, 3])("take %s at once, of all sessions of the installation, and all arrive", async (maxThreads) => {
    const watched = watchThreads();
    const installed = WebSocketDeflate({ path, maxThreads });
    const sizes = [300_000, 400_000, 500_000, 600_000];
    const sides: Side[] = [];
    const received = await Promise.all(
      OFFERS.flatMap((offer) =>
        sizes.map(async (size) => {
          const { plain, compressed } = large(size, size);
          const side = serve(installed, offer);
          sides.push(side);
          const [sent, taken] = await Promise.all([side.send(plain), side.receive(compressed)]);
          return [sent.rsv1, taken.data.length];
        }),
      ),
    );
    expect(received).toEqual([...sizes, ...sizes].map((size) => [true, size]));
    expect(watched.most).toBe(maxThreads);
    for (const side of sides) side.close();
  });
});
