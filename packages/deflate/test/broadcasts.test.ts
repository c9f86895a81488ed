import { Frame } from "@sluice/core";
import { afterEach, describe, expect, test, vi } from "vitest";
import { ContextDeflater } from "../src/contexts/messages.js";
import { WebSocketDeflate } from "../src/index.js";
import { json, noise, oracleInflate } from "./support/oracle.js";
import { describeEachPath } from "./support/paths.js";
import type { Installed, Side } from "./support/session.js";
import { outcome, serve } from "./support/session.js";

const NO_TAKEOVER = "permessage-deflate; server_no_context_takeover";

afterEach(() => {
  vi.restoreAllMocks();
});

/** How often a message was compressed since. */
function countCompressions(): () => number {
  const deflate = vi.spyOn(ContextDeflater.prototype, "deflate");
  return () => deflate.mock.calls.length;
}

function sessions(installed: Installed, count: number, offer: string = NO_TAKEOVER): readonly Side[] {
  return Array.from({ length: count }, () => serve(installed, offer));
}

const close = (all: readonly Side[]): void => {
  for (const side of all) side.close();
};

describeEachPath("a frame that is sent to 1,000 sessions without context", (path) => {
  test.each([
    ["of usual size", 1000],
    ["of a size for threads", 200_000],
  ])("%s is compressed once, and the same frame for all", async (_what, size) => {
    const count = countCompressions();
    const all = sessions(WebSocketDeflate({ path }), 1000);
    const frame = new Frame.Binary(json(size));
    const sent = await Promise.all(all.map((side) => side.send(frame)));
    expect(count()).toBe(1);
    expect(new Set(sent).size).toBe(1);
    expect(sent[0]).toMatchObject({ rsv1: true, type: "binary" });
    expect(Buffer.compare(oracleInflate([sent[0]?.data ?? json(1)]), frame.data)).toBe(0);
    // Also when it was done long ago.
    expect(await serve(WebSocketDeflate({ path }), NO_TAKEOVER).send(frame)).not.toBe(sent[0]);
    expect(await all[0]?.send(frame)).toBe(sent[0]);
    close(all);
  });

  test("is compressed also behind one that was given up on a thread", async () => {
    const [first, second] = sessions(WebSocketDeflate({ path }), 2) as [Side, Side];
    expect(await first.send(new Frame.Binary(json(500)))).toMatchObject({ rsv1: true });
    const large = outcome(() => first.send(new Frame.Binary(json(200_000)))).catch((error: unknown) => error);
    first.close();
    expect(await large).toMatchObject({ code: "CANCELLED" });
    const frame = new Frame.Binary(json(500));
    const sent = await second.send(frame);
    expect(Buffer.compare(oracleInflate([sent.data]), frame.data)).toBe(0);
    second.close();
  });

  test("that does not shrink, or is not to be compressed, is tried once too", async () => {
    const count = countCompressions();
    const compressIf = vi.fn((frame: Frame.Data) => frame.type === "binary");
    const all = sessions(WebSocketDeflate({ path, compressIf }), 1000);
    const [incompressible, refused] = [new Frame.Binary(noise(500)), new Frame.Text("no ".repeat(100))];
    for (const side of all) {
      expect(await side.send(incompressible)).toBe(incompressible);
      expect(await side.send(refused)).toBe(refused);
    }
    expect(count()).toBe(1);
    expect(compressIf.mock.calls).toEqual([[incompressible], [refused]]);
    close(all);
  });
});

describeEachPath("a frame that is sent to several sessions", (path) => {
  test("is compressed once for each window", async () => {
    const count = countCompressions();
    const installed = WebSocketDeflate({ path });
    const wide = sessions(installed, 10, NO_TAKEOVER);
    const narrow = sessions(installed, 10, `${NO_TAKEOVER}; server_max_window_bits=9`);
    const frame = new Frame.Binary(json(5000));
    const sent = await Promise.all([...wide, ...narrow].map((side) => side.send(frame)));
    expect(count()).toBe(2);
    expect(new Set(sent).size).toBe(2);
    close([...wide, ...narrow]);
  });

  test("is compressed for each of those that keep a context", async () => {
    const count = countCompressions();
    const all = sessions(WebSocketDeflate({ path }), 10, "permessage-deflate");
    const frame = new Frame.Binary(json(500));
    expect(new Set(await Promise.all(all.map((side) => side.send(frame)))).size).toBe(10);
    expect(count()).toBe(10);
    close(all);
  });

  test("is not mistaken for another with the same content", async () => {
    const count = countCompressions();
    const [one, other] = sessions(WebSocketDeflate({ path }), 2);
    await one?.send(new Frame.Binary(json(500)));
    await other?.send(new Frame.Text(json(500)));
    expect(count()).toBe(2);
  });
});

describe("a large frame that several sessions wait for", () => {
  test("reaches the others when some of them close, and those hear of it at once", async () => {
    const count = countCompressions();
    const [first, second, third] = sessions(WebSocketDeflate(), 3);
    const frame = new Frame.Binary(json(2_000_000));
    const settled: string[] = [];
    const sending = [first, second, third].map((side, index) =>
      Promise.resolve(side?.send(frame)).then(
        (sent) => settled.push(`${index} sent ${sent?.rsv1}`),
        (error: { code: string }) => settled.push(`${index} ${error.code}`),
      ),
    );
    first?.close();
    third?.close();
    await Promise.all([sending[0], sending[2]]);
    expect(settled).toEqual(["0 CANCELLED", "2 CANCELLED"]);
    await sending[1];
    expect(settled).toEqual(["0 CANCELLED", "2 CANCELLED", "1 sent true"]);
    expect(count()).toBe(1);
    second?.close();
  });

  test("is given up when all of them close, and compressed anew for the next", async () => {
    const count = countCompressions();
    const given = vi.spyOn(ContextDeflater.prototype, "close");
    const [first, second, next] = sessions(WebSocketDeflate(), 3);
    const frame = new Frame.Binary(json(2_000_000));
    const sending = [first, second].map((side) => outcome(() => side?.send(frame)).catch((error: unknown) => error));
    first?.close();
    expect(given).not.toHaveBeenCalled();
    second?.close();
    expect(given).toHaveBeenCalledOnce();
    // Not the work that was given up.
    const sent = next?.send(frame);
    expect(await Promise.all(sending)).toMatchObject([{ code: "CANCELLED" }, { code: "CANCELLED" }]);
    expect(await sent).toMatchObject({ rsv1: true });
    expect(count()).toBe(2);
    next?.close();
  });
});
