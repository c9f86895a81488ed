import type { Server } from "node:net";
import { connect, createServer, Socket } from "node:net";
import { READ_BUFFER_SIZE } from "@sluice/codec-wasm";
import type { TransportListener } from "@sluice/core";
import { SharedFrames } from "@sluice/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { ARRAY_MEMORY } from "../../src/node/array-memory.js";
import type { BatchedTransport, SocketShare } from "../../src/node/batched-transport.js";
import { processCodec } from "../../src/node/codec.js";
import { DirectTransport } from "../../src/node/direct-transport.js";
import type { ReadPath } from "../../src/node/read-path.js";
import { ReadTurn } from "../../src/node/read-turn.js";
import { SocketTransport } from "../../src/node/socket-transport.js";
import type { HandleRequest } from "../../src/node/tcp-handle.js";
import { handleAccess, takeHandle } from "../../src/node/tcp-handle.js";
import type { Batch } from "../../src/node/write-batch.js";
import { BatchPool } from "../../src/node/write-batch.js";
import { WriteTurn } from "../../src/node/write-turn.js";
import { signal, stalls, until } from "../support/until.js";

/** A pool that remembers which batches are in somebody's hands. */
class WatchedPool extends BatchPool {
  readonly out = new Set<Batch>();

  override take(size: number): Batch {
    const batch = super.take(size);
    if (this.out.has(batch)) throw new Error("A batch was given to two");
    this.out.add(batch);
    return batch;
  }

  override give(batch: Batch): void {
    if (!this.out.delete(batch)) throw new Error("A batch was given back that nobody has");
    // Whoever still reads it reads rubbish.
    batch.bytes.fill(0xee);
    super.give(batch);
  }
}

/** A way that bytes come in, and the codec whose memory they lie in. */
interface Way {
  readonly readPath: ReadPath;
  readonly codec: "wasm" | "typescript";
}

const ways: readonly Way[] = [
  { readPath: "direct", codec: "wasm" },
  { readPath: "direct", codec: "typescript" },
  { readPath: "shared", codec: "wasm" },
  { readPath: "shared", codec: "typescript" },
  { readPath: "data", codec: "wasm" },
];

interface Pair {
  readonly transport: BatchedTransport;
  /** What the server accepted, and counts. */
  readonly accepted: Socket;
  readonly server: Server;
  readonly peer: Socket;
  readonly pool: WatchedPool;
  readonly events: string[];
  readonly drained: { frames: number; bytes: number };
  /** The bytes of every write to the socket, from the first on. */
  readonly writes: number[];
}

/** Two ends of a TCP connection, the accepted one first. */
async function connection(): Promise<{ server: Server; accepted: Socket; peer: Socket }> {
  const accepting = signal<Socket>();
  const server = createServer({ allowHalfOpen: true }, accepting.resolve);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const peer = connect({
    port: typeof address === "object" && address !== null ? address.port : 0,
    host: "127.0.0.1",
    allowHalfOpen: true,
  });
  peer.on("error", () => undefined);
  const accepted = await accepting.promise;
  onTestFinished(() => {
    accepted.destroy();
    peer.destroy();
    server.close();
  });
  return { server, accepted, peer };
}

/** What every socket but `peer` writes, until the test is over. */
function watchWrites(peer: Socket): number[] {
  const writes: number[] = [];
  const note = (socket: Socket, size: number): void => void (socket !== peer && size > 0 && writes.push(size));
  const { _write, _writev } = Socket.prototype;
  Socket.prototype._write = function (chunk, encoding, callback) {
    note(this, chunk.length);
    _write.call(this, chunk, encoding, callback);
  };
  Socket.prototype._writev = function (chunks, callback) {
    note(
      this,
      chunks.reduce((sum, { chunk }) => sum + chunk.length, 0),
    );
    _writev?.call(this, chunks, callback);
  };
  onTestFinished(() => {
    Object.assign(Socket.prototype, { _write, _writev });
  });
  return writes;
}

/** Looked for by writing to a socket, which is no test's. */
const access = handleAccess();

/** A transport over the handle of a socket, whose writes `writes` has from then on. */
function withoutSocket(
  accepted: Socket,
  share: SocketShare,
  head: Uint8Array | undefined,
  writes: number[],
): DirectTransport {
  const taken = takeHandle(accepted);
  if (typeof access === "string" || taken === undefined) throw new Error(`The socket cannot be left: ${access}`);
  const { handle } = taken;
  const { writeBuffer, writev } = handle;
  Object.assign(handle, {
    writeBuffer(request: HandleRequest | null, bytes: Uint8Array): number | HandleRequest {
      writes.push(bytes.length);
      return writeBuffer.call(handle, request, bytes);
    },
    writev(request: HandleRequest | null, chunks: readonly Uint8Array[]): number | HandleRequest {
      writes.push(chunks.reduce((sum, { length }) => sum + length, 0));
      return writev.call(handle, request, chunks, true);
    },
  });
  const transport = new DirectTransport(taken, share, access, head);
  onTestFinished(() => transport.destroy());
  return transport;
}

/** A transport over TCP, its other end, and what happened to it. */
async function pair({ readPath, codec }: Way, head?: Uint8Array): Promise<Pair> {
  const { server, accepted, peer } = await connection();
  const writes = watchWrites(peer);
  const pool = new WatchedPool();
  const { readBuffer } = processCodec(codec);
  const writeTurns = new WriteTurn();
  const reads = new ReadTurn(processCodec(codec), writeTurns);
  const share = { codec: processCodec(codec), readPath, arrays: ARRAY_MEMORY, pool, reads, writes: writeTurns };
  const transport =
    readPath === "direct" ? withoutSocket(accepted, share, head, writes) : new SocketTransport(accepted, share, head);
  const events: string[] = [];
  const drained = { frames: 0, bytes: 0 };
  let inside = false;
  const outside = (event: string): void => {
    if (inside) throw new Error(`${event} was told from inside a call`);
    if (events.at(-1)?.startsWith("closed")) throw new Error(`${event} was told after closed`);
    events.push(event);
  };
  const listener: TransportListener = {
    receive: (start, end) => outside(`receive ${Buffer.from(readBuffer.slice(start, end)).toString()}`),
    drained: (frames, bytes) => {
      outside("drained");
      drained.frames += frames;
      drained.bytes += bytes;
    },
    peerEnded: () => outside("peerEnded"),
    closed: (error) => outside(`closed ${(error as NodeJS.ErrnoException | undefined)?.code ?? ""}`),
  };
  transport.listener = listener;
  // Every call to the transport is watched for what it tells from inside.
  const watched = new Proxy(transport, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]): unknown => {
        inside = true;
        try {
          return Reflect.apply(value, target, args);
        } finally {
          inside = false;
        }
      };
    },
  });
  return { transport: watched, accepted, server, peer, pool, events, drained, writes };
}

/** Puts `size` bytes of `fill` into the batch, as one frame. */
function put(transport: BatchedTransport, size: number, fill: number): void {
  const batch = transport.reserve(size);
  batch.bytes.fill(fill, batch.length, batch.length + size);
  transport.commit(size);
}

/** So many frames, and their bytes. */
function shared(frames: number, bytes: string): SharedFrames {
  return new SharedFrames(Buffer.from(bytes), frames, "sent", 0);
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe.each(ways)("a transport over a socket ($readPath, $codec codec)", (way) => {
  it("writes once a turn, whatever was put in", async () => {
    const { transport, writes, drained, pool } = await pair(way);
    for (let index = 0; index < 100; index++) put(transport, 10, index);
    expect(writes).toEqual([]);
    await until(() => drained.frames === 100);
    expect(writes).toEqual([1000]);
    for (let index = 0; index < 50; index++) put(transport, 10, index);
    await until(() => drained.frames === 150);
    expect(writes).toEqual([1000, 500]);
    expect(drained).toEqual({ frames: 150, bytes: 1500 });
    expect(pool.out.size).toBe(0);
  });

  it("writes at once when told, and once then", async () => {
    const { transport, writes, drained } = await pair(way);
    put(transport, 10, 1);
    transport.flush();
    expect(writes).toEqual([10]);
    transport.flush();
    await until(() => drained.frames === 1);
    await turn();
    expect(writes).toEqual([10]);
  });

  it("writes a batch that is full, and goes on in another", async () => {
    const { transport, peer, drained, pool } = await pair(way);
    const received: Buffer[] = [];
    peer.on("data", (chunk: Buffer) => received.push(chunk));
    for (let index = 0; index < 100; index++) put(transport, 1000, index);
    await until(() => drained.frames === 100 && Buffer.concat(received).length === 100_000);
    const all = Buffer.concat(received);
    for (let index = 0; index < 100_000; index++) {
      if (all[index] !== Math.floor(index / 1000)) expect.fail(`byte ${index} is ${all[index]}`);
    }
    expect(pool.out.size).toBe(0);
  });

  it("writes a large frame at once, behind what waits, in one write", async () => {
    const { transport, writes, drained, peer } = await pair(way);
    peer.resume();
    put(transport, 10, 1);
    transport.writeLarge(Buffer.alloc(10, 2), Buffer.alloc(50_000, 3));
    expect(writes).toEqual([50_020]);
    await until(() => drained.frames === 2);
    expect(drained.bytes).toBe(50_020);
  });

  it("writes frames that are shared from where they are, and takes no batch", async () => {
    const { transport, writes, drained, pool, peer } = await pair(way);
    const received: Buffer[] = [];
    peer.on("data", (chunk: Buffer) => received.push(chunk));
    transport.share(shared(1, "one"));
    expect(transport.waiting).toEqual(shared(1, "one"));
    transport.share(shared(2, "onetwo"));
    expect(pool.out.size).toBe(0);
    await until(() => drained.frames === 2);
    expect(writes).toEqual([6]);
    expect(drained.bytes).toBe(6);
    expect(transport.waiting).toBeUndefined();
    await until(() => Buffer.concat(received).toString() === "onetwo");
  });

  it("writes what comes behind shared frames, small and large, in the same write, and leaves those as they are", async () => {
    const { transport, writes, drained, pool, peer } = await pair(way);
    const received: Buffer[] = [];
    peer.on("data", (chunk: Buffer) => received.push(chunk));
    const both = shared(2, "onetwo");
    transport.share(both);
    put(transport, 4, "x".charCodeAt(0));
    await until(() => drained.frames === 3);
    transport.share(both);
    transport.writeLarge(Buffer.from("header"), Buffer.alloc(40_000, "y"));
    await until(() => drained.frames === 6);
    expect(writes).toEqual([10, 40_012]);
    expect(drained.bytes).toBe(40_022);
    expect(both).toEqual(shared(2, "onetwo"));
    expect(pool.out.size).toBe(0);
    await until(() => Buffer.concat(received).toString() === `onetwoxxxxonetwoheader${"y".repeat(40_000)}`);
  });

  it("writes shared frames by themselves where a batch has no room for both", async () => {
    const { transport, writes, drained, pool, peer } = await pair(way);
    peer.resume();
    transport.share(shared(1, "s".repeat(60_000)));
    put(transport, 20_000, 1);
    await until(() => drained.frames === 2);
    expect(writes).toEqual([60_000, 20_000]);
    expect(pool.out.size).toBe(0);
  });

  it("keeps shared frames for as long as the kernel needs them", async () => {
    const { transport, peer, drained } = await pair(way);
    peer.pause();
    const frames = 400;
    for (let index = 0; index < frames; index++) {
      const letter = 97 + (index % 26);
      if (transport.waiting === undefined) transport.share(shared(1, String.fromCharCode(letter).repeat(50_000)));
      else put(transport, 50_000, letter);
      await turn();
    }
    await stalls(() => drained.bytes);
    expect(transport.blocked).toBe(true);
    let at = 0;
    peer.on("data", (chunk: Buffer) => {
      for (const byte of chunk) {
        if (byte !== 97 + (Math.floor(at / 50_000) % 26)) throw new Error(`byte ${at} is ${byte}`);
        at++;
      }
    });
    peer.resume();
    await until(() => at === frames * 50_000 && drained.frames === frames);
  });

  it("touches no batch that the kernel still needs, and loses no byte, when the peer reads late", async () => {
    const { transport, peer, drained, pool } = await pair(way);
    peer.pause();
    const frames = 4000;
    let put_ = 0;
    for (; put_ < frames; put_++) {
      put(transport, 5000, put_ % 200);
      if (put_ % 7 === 0) await turn();
    }
    await stalls(() => drained.bytes);
    expect(drained.frames).toBeLessThan(frames);
    expect(transport.blocked).toBe(true);
    expect(pool.out.size).toBeGreaterThan(0);

    let at = 0;
    peer.on("data", (chunk: Buffer) => {
      for (const byte of chunk) {
        if (byte !== Math.floor(at / 5000) % 200) throw new Error(`byte ${at} is ${byte}`);
        at++;
      }
    });
    peer.resume();
    await until(() => at === frames * 5000 && drained.frames === frames);
    expect(drained.bytes).toBe(frames * 5000);
    expect(transport.blocked).toBe(false);
    expect(pool.out.size).toBe(0);
  });

  it("gathers small frames of many turns while the peer does not read", async () => {
    const { transport, peer, pool, drained, writes } = await pair(way);
    peer.pause();
    for (let index = 0; index < 10; index++) transport.writeLarge(Buffer.alloc(10), Buffer.alloc(2_000_000));
    await stalls(() => writes.length);
    for (let index = 0; index < 1000; index++) {
      put(transport, 10, index % 256);
      await turn();
    }
    expect(pool.out.size).toBe(1);
    peer.resume();
    await until(() => drained.frames === 1010);
    expect(pool.out.size).toBe(0);
  });

  it("tells what came, and that the peer ended", async () => {
    const { events, peer } = await pair(way);
    peer.end("hello");
    await until(() => events.length === 2);
    expect(events).toEqual(["receive hello", "peerEnded"]);
  });

  it("tells what came behind the handshake first, and not from inside its making", async () => {
    const { events, peer } = await pair(way, Buffer.from("hello"));
    peer.write("world");
    expect(events).toEqual([]);
    await until(() => events.join("").endsWith("world"));
    expect(events[0]?.startsWith("receive hello")).toBe(true);
  });

  it("tells nothing of what came behind the handshake when it was destroyed at once", async () => {
    const { transport, events } = await pair(way, Buffer.from("hello"));
    transport.destroy();
    await until(() => events.length > 0);
    expect(events).toEqual(["closed "]);
  });

  it("takes what is longer than the read buffer in pieces", async () => {
    const head = Buffer.alloc(READ_BUFFER_SIZE + 1000, "a");
    const { events } = await pair(way, head);
    await until(() => events.length > 0);
    expect(events.map((event) => event.length - "receive ".length)).toEqual([READ_BUFFER_SIZE, 1000]);
  });

  it("takes the read path that it is told", async () => {
    const { accepted } = await pair(way);
    expect(accepted.listenerCount("data")).toBe(way.readPath === "data" ? 1 : 0);
  });

  it("tells nothing of what comes while it pauses, and all of it later", async () => {
    const { transport, events, peer } = await pair(way);
    transport.pause();
    await new Promise<void>((resolve) => peer.write("hello", () => resolve()));
    for (let index = 0; index < 20; index++) await turn();
    expect(events).toEqual([]);
    transport.resume();
    await until(() => events.length === 1);
    expect(events).toEqual(["receive hello"]);
  });

  it("ends behind what the kernel does not take yet", async () => {
    const { transport, peer, writes, drained } = await pair(way);
    peer.pause();
    for (let index = 0; index < 10; index++) transport.writeLarge(Buffer.alloc(10), Buffer.alloc(1_000_000));
    await stalls(() => writes.length);
    put(transport, 10, 7);
    transport.end();
    let received = 0;
    peer.on("data", (chunk: Buffer) => {
      received += chunk.length;
    });
    const ended = new Promise((resolve) => peer.once("end", resolve));
    peer.resume();
    await ended;
    expect(received).toBe(10 * 1_000_010 + 10);
    expect(drained.bytes).toBe(received);
  });

  it("is counted by the server until it is gone", async () => {
    const { transport, server, events } = await pair(way);
    const count = (): Promise<number> =>
      new Promise((resolve) => server.getConnections((_, connections) => resolve(connections)));
    expect(await count()).toBe(1);
    let closed = false;
    server.close(() => {
      closed = true;
    });
    await turn();
    expect(closed).toBe(false);
    transport.destroy();
    await until(() => closed);
    expect(events).toEqual(["closed "]);
    expect(await count()).toBe(0);
  });

  it("ends behind what waits", async () => {
    const { transport, peer, events } = await pair(way);
    const received: Buffer[] = [];
    peer.on("data", (chunk: Buffer) => received.push(chunk));
    const ended = new Promise((resolve) => peer.once("end", resolve));
    put(transport, 10, 7);
    transport.end();
    transport.end();
    await ended;
    expect(Buffer.concat(received)).toEqual(Buffer.alloc(10, 7));
    peer.end();
    await until(() => events.includes("closed "));
  });

  it.each<[string, (transport: BatchedTransport, peer: Socket) => void, string]>([
    ["is destroyed", (transport) => transport.destroy(), "closed "],
    ["is reset", (_, peer) => void peer.resetAndDestroy(), "closed ECONNRESET"],
  ])("tells once that it is gone when it %s, as the last thing, and gives its batches back", async (_, end, event) => {
    const { transport, peer, events, pool, writes } = await pair(way);
    peer.pause();
    for (let index = 0; index < 10; index++) transport.writeLarge(Buffer.alloc(10), Buffer.alloc(1_000_000));
    await stalls(() => writes.length);
    put(transport, 10, 1);
    transport.flush();
    put(transport, 10, 2);
    end(transport, peer);
    put(transport, 10, 3);
    transport.flush();
    await until(() => events.some((name) => name.startsWith("closed")));
    put(transport, 10, 4);
    transport.flush();
    transport.destroy();
    transport.end();
    for (let index = 0; index < 10; index++) await turn();
    expect(events.at(-1)).toBe(event);
    expect(events.filter((name) => name.startsWith("closed"))).toHaveLength(1);
    expect(pool.out.size).toBe(0);
  });
});

describe("a socket keeps its handle", () => {
  it.each<[string, (socket: Socket, peer: Socket) => void | Promise<void>]>([
    ["where somebody waits for it to close", (socket) => void socket.on("close", () => undefined)],
    ["where no server counts it", (socket) => void Reflect.set(socket, "_server", null)],
    ["where something in it was not sent", (socket) => void socket.write(Buffer.alloc(50_000_000))],
    [
      "where something in it was not taken",
      async (socket, peer) => {
        peer.write("hello");
        await until(() => socket.readableLength > 0);
      },
    ],
    ["where it is gone", (socket) => void socket.destroy()],
  ])("%s", async (_, make) => {
    const { accepted, peer } = await connection();
    accepted.on("error", () => undefined).read(0);
    peer.pause();
    await make(accepted, peer);
    expect(takeHandle(accepted)).toBeUndefined();
  });
});
