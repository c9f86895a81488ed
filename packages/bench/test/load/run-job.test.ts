import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ServerOptions, WebSocket } from "ws";
import { WebSocketServer } from "ws";
import type { LoadJob, LoadResult } from "../../src/load/job.js";
import { runJob } from "../../src/load/run-job.js";
import { procTellsUsage } from "../../src/load/usage.js";

const KINDS = {
  echo: { kind: "echo", connections: 3, window: 4, size: 300, text: false },
  text: { kind: "echo", connections: 3, window: 1, size: 300, text: true },
  flow: { kind: "flow", connections: 5, burst: 3, size: 64 },
  handshake: { kind: "handshake", connections: 2 },
  idle: { kind: "idle", connections: 5 },
  deflate: { kind: "deflate", connections: 3, window: 4, size: 256, takeover: true },
  "deflate without takeover": { kind: "deflate", connections: 3, window: 4, size: 256, takeover: false },
  "deflate-idle": { kind: "deflate-idle", connections: 5, messages: 3, size: 256, takeover: true },
} as const;

type Kind = keyof typeof KINDS;

/** Long enough for a few messages, and no more: nothing is measured here. */
const TIMING = { warmUp: 0, seconds: 0.05, verify: true };

function run(kind: Kind, port: number, timing: Partial<typeof TIMING> = {}): Promise<LoadResult> {
  // The server is in this process, so this process is what is looked at.
  const usage = { from: "proc", pid: process.pid } as const;
  return runJob({ ...KINDS[kind], ...TIMING, ...timing, port, usage } as LoadJob);
}

async function serve(
  connected: (socket: WebSocket, server: WebSocketServer) => void,
  options: ServerOptions = {},
): Promise<{ port: number; server: WebSocketServer }> {
  const server = new WebSocketServer({ ...options, host: "127.0.0.1", port: 0 });
  server.on("connection", (socket) => connected(socket, server));
  onTestFinished(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, server };
}

const echo = (socket: WebSocket): void => {
  socket.on("message", (data, binary) => socket.send(data, { binary }));
};

const broadcast = (socket: WebSocket, server: WebSocketServer): void => {
  socket.on("message", (data: Buffer) => {
    if (data.length === 0) return socket.send(data);
    const payload = Buffer.from(new Uint8Array(data.readUInt32LE(1)).map((_, index) => index * 131 + 7));
    for (let index = 0; index < data.readUInt8(0); index++) {
      for (const client of server.clients) client.send(payload);
    }
  });
};

const serverOf = (kind: Kind): ReturnType<typeof serve> =>
  serve(kind === "flow" ? broadcast : echo, {
    perMessageDeflate: kind.startsWith("deflate") ? { threshold: 0 } : false,
  });

describe.runIf(procTellsUsage)("load", () => {
  it.each(["echo", "text", "flow", "handshake", "deflate", "deflate without takeover"] as const)(
    "of the kind %s is measured",
    async (kind) => {
      const { port } = await serverOf(kind);
      const result = await run(kind, port);
      expect(result).toMatchObject({ kind: "rate", rss: expect.any(Number) });
      if (result.kind !== "rate") return;
      expect(result.messages).toBeGreaterThan(0);
      expect(result.cpuSeconds).toBeGreaterThan(0);
      expect(result.p99).toBeGreaterThanOrEqual(result.p50 ?? Number.NaN);
      if (kind.startsWith("deflate")) expect(result.compression).toBeGreaterThan(1.2);
    },
  );

  it.each(["idle", "deflate-idle"] as const)("of the kind %s looks at memory", async (kind) => {
    const { port } = await serverOf(kind);
    expect(await run(kind, port)).toEqual({
      kind: "memory",
      bytesPerConnection: expect.any(Number),
      rss: expect.any(Number),
    });
  });

  it.each(Object.keys(KINDS) as Kind[])("of the kind %s leaves no connection behind", async (kind) => {
    const { port, server } = await serverOf(kind);
    await run(kind, port);
    await expect.poll(() => server.clients.size).toBe(0);
  });

  it("gives every connection bytes of its own where they are compared", async () => {
    const first = new Set<string>();
    const { port } = await serve((socket) => {
      socket.once("message", (data: Buffer) => first.add(data.toString("latin1")));
      echo(socket);
    });
    await run("echo", port);
    expect(first.size).toBe(3);
  });

  it("keeps as many messages in flight as it was told", async () => {
    let most = 0;
    const { port } = await serve((socket) => {
      let held: Buffer[] = [];
      socket.on("message", (data: Buffer) => {
        held.push(data);
        most = Math.max(most, held.length);
        if (held.length < KINDS.echo.window) return;
        for (const each of held) socket.send(each);
        held = [];
      });
    });
    await run("echo", port);
    expect(most).toBe(4);
  });

  it.each<[fault: string, connected: (socket: WebSocket) => void, message: string]>([
    ["changes a byte", (socket) => mangle(socket, (data) => data.fill(1, 150, 151)), "what was not expected"],
    ["cuts a message", (socket) => mangle(socket, (data) => data.subarray(1)), "what was not expected"],
    ["closes", (socket) => socket.on("message", () => socket.close()), "what was not expected: 88"],
    ["cuts a connection", (socket) => socket.on("message", () => socket.terminate()), "ended a connection"],
  ])("fails when the server %s", async (_, connected, message) => {
    const { port } = await serve(connected);
    await expect(run("echo", port)).rejects.toThrow(message);
  });

  it("fails when the server says things twice", async () => {
    const { port } = await serve((socket) => {
      socket.on("message", (data) => {
        socket.send(data);
        socket.send(data);
      });
    });
    await expect(run("echo", port, { verify: false })).rejects.toThrow(/more messages than it got|nobody asked for/);
  });

  it("fails when a compressed message comes back as another", async () => {
    const { port } = await serve(
      (socket) => mangle(socket, (data) => Buffer.from(`${data}`.replace("order", "ORDER"))),
      {
        perMessageDeflate: true,
      },
    );
    await expect(run("deflate", port)).rejects.toThrow("came back as another one");
  });

  it("fails when the server does not compress", async () => {
    const { port } = await serve(echo);
    await expect(run("deflate", port)).rejects.toThrow("does not compress");
  });

  it("fails when the server refuses the handshake, and when there is none", async () => {
    const server = createServer((_, response) => response.writeHead(404).end()).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await expect(run("echo", port)).rejects.toThrow("answered a handshake with HTTP/1.1 404 Not Found");
    server.close();
    await once(server, "close");
    await expect(run("handshake", port)).rejects.toThrow("ECONNREFUSED");
  });
});

function mangle(socket: WebSocket, change: (data: Buffer) => Buffer): void {
  socket.on("message", (data: Buffer, binary) => socket.send(change(data), { binary }));
}
