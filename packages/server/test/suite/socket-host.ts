import { connect } from "node:net";
import { expect, onTestFinished } from "vitest";
import type { ApplicationModule } from "../../src/index.js";
import { handshake } from "../support/peer.js";
import { serve } from "../support/serve.js";
import type { Host, Peer, Served } from "./host.js";
import { Inbox } from "./inbox.js";

/** A server on a port, and peers that are sockets. */
export async function serveOnSockets(
  module: ApplicationModule,
  codec: Host["codec"],
  readPath: "direct" | "shared" | "data",
): Promise<Served> {
  const { server, port, takeLog } = await serve(module, { codec, readPath });
  expect([server.codec.backend, server.readPath.path]).toEqual([codec, readPath]);
  return {
    application: server.application,
    open: (path = "/", headers = {}) => openSocket(port, handshake(path, headers)),
    stop: (options) => server.stop(options),
    takeLog,
  };
}

/** Connects, and goes through the opening handshake that `request` is. */
export async function openSocket(port: number, request: string): Promise<Peer> {
  const socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  const inbox = new Inbox();
  socket.on("data", (chunk: Buffer) => inbox.push(chunk));
  socket.on("end", () => inbox.end());
  socket.on("close", () => inbox.end());
  // What goes wrong shows as an end.
  socket.on("error", () => undefined);
  socket.write(request);
  const head = await inbox.head();
  if (!head.startsWith("HTTP/1.1 101 ")) throw new Error(`The handshake was answered with ${head}`);
  return {
    extensions: /^sec-websocket-extensions: (.*)$/im.exec(head)?.[1],
    write: (...parts) => void socket.write(Buffer.concat(parts)),
    frame: () => inbox.frame(),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    end: () => void socket.end(),
    destroy: () => void socket.resetAndDestroy(),
    ended: () => inbox.ended(),
  };
}
