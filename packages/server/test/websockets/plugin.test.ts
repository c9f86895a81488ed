import { describe, expect, it } from "vitest";
import { WebSockets } from "../../src/index.js";
import { open } from "../support/peer.js";
import { echo, route } from "../support/serve.js";
import { serveOn, setups } from "../support/setups.js";
import { until } from "../support/until.js";
import { BINARY, closeCode, frame, TEXT } from "../support/wire.js";

describe.each(setups)("limits of the plugin ($codec codec, TLS: $tls)", (setup) => {
  it("hold for the unfinished messages of all sessions together", async () => {
    const served = await serveOn(setup, route(echo, { maxRetainedBytes: 100_000 }));
    const { retained, sessions } = served.server.application.plugin(WebSockets);
    const first = await open(served);
    first.write(frame(BINARY, Buffer.alloc(60_000), { fin: false }));
    await until(() => retained.used === 60_000);
    const second = await open(served);
    second.write(frame(BINARY, Buffer.alloc(60_000), { fin: false }));
    expect(closeCode(await second.frame())).toBe(1008);
    first.write(frame(0, Buffer.alloc(10_000)));
    expect((await first.frame()).payload).toHaveLength(70_000);
    first.socket.destroy();
    second.socket.end();
    await until(() => sessions.size === 0);
    expect(retained.used).toBe(0);
  });

  it("hold for the fragments of a message, empty ones too, and begin anew with the next", async () => {
    const peer = await open(await serveOn(setup, route(echo, { maxFragments: 3 })));
    const three = [frame(TEXT, "a", { fin: false }), frame(0, "", { fin: false }), frame(0, "b")];
    peer.write(...three, ...three);
    expect((await peer.frame()).payload.toString()).toBe("ab");
    expect((await peer.frame()).payload.toString()).toBe("ab");
    peer.write(frame(TEXT, "", { fin: false }), frame(0, "", { fin: false }), frame(0, "", { fin: false }), frame(0));
    expect(closeCode(await peer.frame())).toBe(1008);
  });

  it("allocate nothing for what is only announced", async () => {
    const served = await serveOn(setup, route(echo, { maxFrameSize: 2 ** 31 - 1 }));
    const before = process.memoryUsage();
    const peers = await Promise.all(Array.from({ length: 20 }, () => open(served)));
    const header = Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 1, 2, 3, 4, 5]);
    const { retained } = served.server.application.plugin(WebSockets);
    for (const peer of peers) peer.write(header);
    await until(() => retained.used === peers.length);
    const after = process.memoryUsage();
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(16 * 1024 * 1024);
  });
});
