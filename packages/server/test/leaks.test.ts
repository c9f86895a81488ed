import { getEventListeners } from "node:events";
import { expect, it } from "vitest";
import type { ApplicationModule, DefaultWebSocketServerSession, WebSocketOptions } from "../src/index.js";
import { bounded, CloseReason, WebSockets } from "../src/index.js";
import type { Peer } from "./support/peer.js";
import { handshake, send } from "./support/peer.js";
import type { Served } from "./support/serve.js";
import { serve } from "./support/serve.js";
import { readPaths } from "./support/setups.js";
import { until } from "./support/until.js";
import { BINARY, close, frame, TEXT } from "./support/wire.js";

/** A signal that outlives every session, as an application's own would. */
const outside = new AbortController().signal;

type Session = DefaultWebSocketServerSession;

/** How a session ends: what its handler does, what its client does once the session is open, and whether that is logged. */
interface Way {
  readonly handler: (session: Session) => unknown;
  readonly client?: (peer: Peer) => void;
  readonly fails?: boolean;
}

const read = async (session: Session): Promise<void> => {
  for await (const message of session.incoming) await session.send(message);
};

/** A job that sends until it is aborted, and a reader on a signal that never aborts. */
const busy = async (session: Session): Promise<void> => {
  session.launch(async (signal) => {
    for (;;) {
      await session.send("tick");
      await new Promise((resolve) => setTimeout(resolve, 1));
      signal.throwIfAborted();
    }
  });
  for (;;) await session.incoming.receive({ signal: outside });
};

const silent = async (session: Session): Promise<void> => {
  await new Promise((resolve) => session.signal.addEventListener("abort", resolve));
};

const WAYS: Readonly<Record<string, Way>> = {
  close: { handler: read, client: (peer) => peer.write(close(4001)) },
  "empty-close": { handler: busy, client: (peer) => peer.write(close()) },
  "close-unread": { handler: silent, client: (peer) => peer.write(frame(TEXT, "unread"), close(4001)) },
  reset: { handler: busy, client: (peer) => peer.reset() },
  fin: { handler: read, client: (peer) => peer.socket.end() },
  returned: { handler: () => undefined },
  threw: {
    handler: () => {
      throw new Error("a bug");
    },
    fails: true,
  },
  closed: {
    handler: async (session) => {
      await session.close(new CloseReason(4002));
      await read(session);
    },
  },
  exceptionally: { handler: (session) => session.closeExceptionally(new Error("a bug")) },
  cancelled: { handler: (session) => session.cancel() },
  violation: { handler: busy, client: (peer) => peer.write(frame(3)) },
  "not-utf8": { handler: read, client: (peer) => peer.write(frame(TEXT, Buffer.from([0xff]))) },
  "too-big": { handler: busy, client: (peer) => peer.write(frame(BINARY, Buffer.alloc(2000))) },
  overflow: {
    handler: async (session) => {
      await Promise.all(Array.from({ length: 100 }, () => session.send("x".repeat(1000))));
    },
  },
  "job-failed": {
    handler: async (session) => {
      session.launch(() => Promise.reject(new Error("a bug")));
      await busy(session);
    },
    fails: true,
  },
  "no-pong": { handler: busy },
  "not-read": { handler: silent, client: (peer) => peer.write(frame(TEXT, "1"), frame(TEXT, "2"), frame(TEXT, "3")) },
};

const OPTIONS: WebSocketOptions = {
  maxFrameSize: 1000,
  pingPeriod: 20,
  timeout: 30,
  closeTimeout: 30,
  maxPause: 30,
  channels: { incoming: bounded(2), outgoing: bounded(16, "close") },
};

/** Opens a session, ends it in its way, and waits until the connection is gone. */
async function live(served: Served, name: string, way: Way): Promise<void> {
  const peer = await send(served, handshake(`/${name}`));
  const { status } = await peer.response(true);
  expect(status).toBe(101);
  way.client?.(peer);
  await peer.dropped();
  peer.socket.destroy();
  await peer.gone();
}

/**
 * What keeps the event loop of the process busy, by name, besides timers: the test runner's come and go, and those of
 * sessions keep nothing busy. Core counts them.
 */
function resources(): string[] {
  return process
    .getActiveResourcesInfo()
    .filter((name) => name !== "Timeout" && name !== "Immediate")
    .sort();
}

const module: ApplicationModule = (app) => {
  app.install(WebSockets, OPTIONS);
  app.routing((routing) => {
    for (const [name, { handler }] of Object.entries(WAYS)) routing.webSocket(`/${name}`, handler);
  });
};

it.each(["direct", ...readPaths] as const)(
  "a thousand sessions on real sockets (%s) leave nothing behind, however they end",
  async (readPath) => {
    const served = await serve(module, { readPath });
    const sessions = served.server.application.plugin(WebSockets).sessions;
    const { retained } = served.server.application.plugin(WebSockets);
    // What was there before is on its way out: another server, the socket that the read path was tried on.
    await until(() => resources().filter((name) => name.startsWith("TCP")).length === 1);
    const before = resources();
    const ways = Object.entries(WAYS);
    let lives = 0;
    let failures = 0;
    while (lives < 1000) {
      const batch = ways.flatMap((way) => [way, way, way]);
      await Promise.all(batch.map(([name, way]) => live(served, name, way)));
      lives += batch.length;
      failures += batch.filter(([, { fails }]) => fails === true).length;
    }
    await until(() => sessions.size === 0);
    await until(() => resources().length === before.length);
    expect(resources()).toEqual(before);
    expect(retained.used).toBe(0);
    expect(getEventListeners(outside, "abort")).toEqual([]);
    expect(served.takeLog()).toHaveLength(failures);
  },
);
