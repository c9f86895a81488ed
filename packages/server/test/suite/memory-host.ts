import type { MemoryTransport } from "@sluice/core/testing";
import { onTestFinished } from "vitest";
import type { ApplicationModule } from "../../src/index.js";
import type { TestScope } from "../../src/testing.js";
import { testApplication } from "../../src/testing.js";
import { signal } from "../support/until.js";
import type { Host, Peer, Served } from "./host.js";
import { Inbox } from "./inbox.js";

/** An application in memory, and peers that are the client's ends of its connections. */
export async function serveInMemory(module: ApplicationModule, codec: Host["codec"]): Promise<Served> {
  const opened = signal<TestScope>();
  const over = signal();
  const run = async (scope: TestScope): Promise<void> => {
    opened.resolve(scope);
    await over.promise;
  };
  const test = testApplication(module, run, { codec, stop: { gracePeriod: 0, timeout: "1s" } });
  onTestFinished(async () => {
    over.resolve();
    await test;
  });
  const scope = await Promise.race([opened.promise, test]);
  if (scope === undefined) throw new Error("The application is over before it began");
  const { application, client, stop, takeErrors } = scope;
  const { readBuffer } = application.environment.codec;
  return {
    application,
    async open(path = "/", headers = {}) {
      const { response, transport } = await client.handshake(path, { headers });
      if (transport === undefined) throw new Error(`The handshake was answered with ${response.status}`);
      return peer(transport, readBuffer, response.headers.get("sec-websocket-extensions") ?? undefined);
    },
    stop,
    takeLog: takeErrors,
  };
}

function peer(transport: MemoryTransport, readBuffer: Uint8Array, extensions: string | undefined): Peer {
  const inbox = new Inbox();
  transport.listener = {
    receive: (start, end) => inbox.push(Buffer.from(readBuffer.slice(start, end))),
    drained: () => undefined,
    peerEnded: () => inbox.end(),
    closed: () => inbox.end(),
  };
  return {
    extensions,
    write: (...parts) => transport.writeLarge(new Uint8Array(0), Buffer.concat(parts)),
    frame: () => inbox.frame(),
    pause: () => transport.pause(),
    resume: () => transport.resume(),
    end: () => transport.end(),
    destroy: () => transport.destroy(),
    ended: () => inbox.ended(),
  };
}
