import { connect as connectTcp } from "node:net";
import { describe, expect, it } from "vitest";
import { certificate } from "../support/certificate.js";
import { connect } from "../support/client.js";
import { dial, handshake, Peer, send } from "../support/peer.js";
import { echo, route, serve } from "../support/serve.js";
import { signal, until } from "../support/until.js";

describe("what is no request", () => {
  it.each<[string, string, number]>([
    ["noise", "\x00\x01\x02 noise\r\n\r\n", 400],
    ["a method that is none", handshake().replace("GET", "G\x07T"), 400],
    ["a header that is none", handshake("/", { "Bad Header": "x" }), 400],
    ["a header value with a control character", handshake("/", { "X-A": "a\x00b" }), 400],
    ["headers without end", handshake("/", { "X-A": "a".repeat(100_000) }), 431],
    ["lengths that contradict", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400],
    ["noise that goes on for megabytes", `\x00${"noise ".repeat(500_000)}`, 400],
  ])("%s is answered, whole, and the server lives", async (_, bytes, status) => {
    const served = await serve(route(echo));
    const peer = await send(served, bytes);
    const response = await peer.response();
    expect(response.status).toBe(status);
    expect(response.headers.get("connection")).toBe("close");
    expect(await peer.end()).toHaveLength(0);
    peer.socket.end();
    await peer.gone();
    expect(peer.error).toBeUndefined();
    expect(await (await connect(served)).askText("alive")).toBe("alive");
  });

  it("ends the connection behind a request that is not answered yet", async () => {
    const asked = signal();
    const gate = signal();
    const served = await serve((app) => {
      app.routing((routing) => {
        routing.get("/", async (call) => {
          asked.resolve();
          await gate.promise;
          call.respondText("late");
        });
      });
    });
    const peer = await send(served, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await asked.promise;
    peer.write("\x00 noise");
    await peer.dropped();
    gate.resolve();
    expect(peer.received).toHaveLength(0);
    expect((await (await send(served, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")).response()).body).toBe("late");
  });

  it("is dropped where TLS was awaited", async () => {
    const served = await serve(route(echo), { tls: certificate });
    const peer = new Peer(connectTcp(served.port, "127.0.0.1"));
    peer.write(handshake());
    await peer.dropped();
    expect(await (await connect(served)).askText("alive")).toBe("alive");
  });
});

describe("handshakeTimeout", () => {
  it("answers a request that does not end with 408", async () => {
    const served = await serve(route(echo), { handshakeTimeout: 60 });
    const peer = await send(served, handshake().slice(0, -2));
    expect((await peer.response()).status).toBe(408);
    await peer.end();
  });

  it("answers one that comes a byte at a time with 408 too", async () => {
    const served = await serve(route(echo), { handshakeTimeout: 60 });
    const peer = await send(served, "GET / HTTP/1.1\r\nHost: ");
    await until(() => {
      if (!peer.ended) peer.write("a");
      return peer.ended;
    });
    expect((await peer.response()).status).toBe(408);
  });

  it("ends a connection that says nothing", async () => {
    const served = await serve(route(echo), { handshakeTimeout: 60 });
    const peer = await dial(served);
    await peer.end();
  });

  it("ends a connection that does not begin TLS", async () => {
    const served = await serve(route(echo), { tls: certificate, handshakeTimeout: 60 });
    const peer = new Peer(connectTcp(served.port, "127.0.0.1"));
    await peer.dropped();
  });

  it("is nothing to a session that is open", async () => {
    const served = await serve(route(echo), { handshakeTimeout: 20 });
    const client = await connect(served);
    await (await dial(served)).end();
    expect(await client.askText("alive")).toBe("alive");
  });
});
