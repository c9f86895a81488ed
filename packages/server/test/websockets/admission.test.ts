import { describe, expect, it } from "vitest";
import type { ApplicationModule, WebSocketHandler, WebSocketOptions } from "../../src/index.js";
import { WebSockets } from "../../src/index.js";
import type { TestRequestOptions, TestScope } from "../../src/testing.js";
import { testApplication } from "../../src/testing.js";
import { connect } from "../support/client.js";
import { handshake, send } from "../support/peer.js";
import type { Served } from "../support/serve.js";
import { echo, route, serve } from "../support/serve.js";
import { signal, until } from "../support/until.js";
import { close } from "../support/wire.js";

/** Two sessions for each address, at `/`; and at `/gated` behind a gate that `decide` opens. */
function two(
  decide: () => Promise<boolean> = async () => true,
  handler: WebSocketHandler<""> = echo,
): ApplicationModule {
  return (app) => {
    app.install(WebSockets, { maxConnectionsPerAddress: 2, closeTimeout: 20 });
    app.routing((routing) => {
      routing.webSocket("/", handler);
      routing.webSocket("/gated", { authenticate: decide }, handler);
    });
  };
}

function clients({ application }: Pick<TestScope, "application"> | Served["server"]): number {
  return application.plugin(WebSockets).admission.clients;
}

async function status(served: Served, headers: Record<string, string> = {}, path = "/"): Promise<number> {
  return (await (await send(served, handshake(path, headers))).response(true)).status;
}

describe("maxConnectionsPerAddress", () => {
  it("refuses with 503 past it, and takes sessions again when others have ended", async () => {
    const served = await serve(two());
    const [first, second] = [await connect(served), await connect(served)];
    expect(await status(served)).toBe(503);
    await expect(connect(served)).rejects.toThrow("503");
    first.socket.terminate();
    await until(() => served.server.application.plugin(WebSockets).sessions.size === 1);
    const third = await connect(served);
    expect(await status(served)).toBe(503);
    for (const client of [second, third]) expect(await client.askText("alive")).toBe("alive");
  });

  it("keeps nothing of an address that has no session any more, however its sessions ended", async () => {
    const served = await serve(two());
    const ends: readonly ((client: Awaited<ReturnType<typeof connect>>) => unknown)[] = [
      (client) => client.close(),
      (client) => client.socket.terminate(),
      (client) => client.socket.send("x".repeat(2 ** 20 + 1)),
    ];
    for (const end of ends) {
      const client = await connect(served);
      expect(clients(served.server)).toBe(1);
      end(client);
      await until(() => clients(served.server) === 0);
    }
  });

  it("counts a session whose handler is still at work", async () => {
    const work = signal();
    const served = await serve(two(undefined, async () => await work.promise));
    const opened = [await connect(served), await connect(served)];
    for (const client of opened) await client.close();
    expect(await status(served)).toBe(503);
    work.resolve();
    await until(() => clients(served.server) === 0);
    expect(await status(served)).toBe(101);
  });

  it("counts a handshake while its gate decides, and once", async () => {
    const gates: ((answer: boolean) => void)[] = [];
    const served = await serve(two(() => new Promise((resolve) => gates.push(resolve))));
    const waiting = [await send(served, handshake("/gated")), await send(served, handshake("/gated"))];
    await until(() => gates.length === 2);
    expect(clients(served.server)).toBe(1);
    expect(await status(served)).toBe(503);
    expect(await status(served, {}, "/gated")).toBe(503);
    gates[0]?.(false);
    expect((await waiting[0]?.response())?.status).toBe(403);
    gates[1]?.(true);
    expect((await waiting[1]?.response(true))?.status).toBe(101);
    await connect(served);
    expect(await status(served)).toBe(503);
  });

  it("forgets a handshake whose client goes away at the gate", async () => {
    let asked = 0;
    const served = await serve(
      two(() => {
        asked++;
        return new Promise(() => undefined);
      }),
    );
    const peers = [await send(served, handshake("/gated")), await send(served, handshake("/gated"))];
    await until(() => asked === 2);
    for (const peer of peers) peer.reset();
    await until(() => clients(served.server) === 0);
    expect(await status(served)).toBe(101);
  });

  it("counts each address for itself: what trusted proxies say it is, and nobody else", async () => {
    const from = (address: string) => ({ "X-Forwarded-For": address });
    const trusting = await serve(two(), { trustedProxies: ["loopback"] });
    for (const address of ["192.0.2.1", "192.0.2.2", "unknown"]) {
      expect(await status(trusting, from(address))).toBe(101);
      expect(await status(trusting, from(address))).toBe(101);
      expect(await status(trusting, from(address))).toBe(503);
    }
    expect(clients(trusting.server)).toBe(3);
    // What stands in front of the proxy's own word, a client may have made up.
    expect(await status(trusting, from("203.0.113.9, 192.0.2.1"))).toBe(503);

    const wary = await serve(two());
    expect(await status(wary, from("192.0.2.1"))).toBe(101);
    expect(await status(wary, from("192.0.2.2"))).toBe(101);
    expect(await status(wary, from("192.0.2.3"))).toBe(503);
  });

  it("counts an IPv6 client by its network of 64 bits, and an IPv4-mapped address as the IPv4 address", async () => {
    const served = await serve(two(), { trustedProxies: ["loopback"] });
    const answers = async (...addresses: string[]): Promise<number[]> => {
      const statuses: number[] = [];
      for (const address of addresses) statuses.push(await status(served, { "X-Forwarded-For": address }));
      return statuses;
    };
    expect(await answers("2001:db8::1", "2001:DB8:0:0:ffff::2", "2001:db8::3", "2001:db8:0:1::1")).toEqual([
      101, 101, 503, 101,
    ]);
    expect(await answers("192.0.2.1", "::ffff:192.0.2.1", "::ffff:c000:201", "[::ffff:192.0.2.1]:443")).toEqual([
      101, 101, 503, 503,
    ]);
    expect(clients(served.server)).toBe(3);
  });

  it("holds beside maxConnections, and counts nobody where it is off", async () => {
    const options: WebSocketOptions = { maxConnectionsPerAddress: 2, maxConnections: 3 };
    const served = await serve(route(echo, options), { trustedProxies: ["loopback"] });
    const from = (address: string) => ({ "X-Forwarded-For": address });
    for (const address of ["192.0.2.1", "192.0.2.1", "192.0.2.2"])
      expect(await status(served, from(address))).toBe(101);
    expect(await status(served, from("192.0.2.3"))).toBe(503);

    const without = await serve(route(echo));
    for (let count = 0; count < 5; count++) await connect(without);
    expect(clients(without.server)).toBe(0);
  });

  it("holds in memory, too", async () => {
    await testApplication(two(), async (scope) => {
      const { client } = scope;
      const open = (options: TestRequestOptions = {}) => client.webSocketSession("/", options);
      const refused = { code: "HANDSHAKE_REFUSED", status: 503 };
      const first = await open();
      await open();
      await expect(open()).rejects.toMatchObject(refused);
      await open({ remoteAddress: "2001:db8::1" });
      await open({ remoteAddress: "2001:db8::2" });
      await expect(open({ remoteAddress: "2001:db8::3" })).rejects.toMatchObject(refused);
      expect(clients(scope)).toBe(2);
      await first.close();
      await until(() => scope.application.plugin(WebSockets).sessions.size === 3);
      await open();
      await expect(open()).rejects.toMatchObject(refused);
      await scope.stop();
      expect(clients(scope)).toBe(0);
    });
  });

  it("tells a refused client why", async () => {
    const served = await serve(two());
    await connect(served);
    await connect(served);
    const peer = await send(served, handshake(), close(1000));
    expect(await peer.response()).toMatchObject({
      status: 503,
      body: "The client has as many sessions as it may have\n",
    });
    await peer.end();
  });
});
