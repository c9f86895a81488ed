import type { AddressInfo, Server } from "node:net";
import { connect, createServer, Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { expect, it, onTestFinished } from "vitest";
import { readInto } from "../../src/node/read-into.js";
import { signal, until } from "../support/until.js";

/** What all connections of a test are read into. */
const memory = new Uint8Array(64 * 1024);

/** A connection that is read into the memory, and what came of it. */
interface Shared {
  readonly socket: Socket;
  readonly peer: Socket;
  readonly events: string[];
  /** What came, in order. */
  bytes(): Buffer;
}

/** Both ends of a connection. */
interface Ends {
  readonly accepted: Socket;
  readonly peer: Socket;
}

async function listen(): Promise<{ server: Server; dial(): Promise<Ends> }> {
  const arrivals: ((socket: Socket) => void)[] = [];
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => arrivals.shift()?.(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const dial = async (): Promise<Ends> => {
    const arrived = signal<Socket>();
    arrivals.push(arrived.resolve);
    const peer = connect({ host: "127.0.0.1", port, allowHalfOpen: true, noDelay: true });
    peer.on("error", () => undefined);
    const accepted = await arrived.promise;
    onTestFinished(() => {
      accepted.destroy();
      peer.destroy();
    });
    return { accepted, peer };
  };
  return { server, dial };
}

function share({ accepted: socket, peer }: Ends, onBytes: (socket: Socket) => void = () => undefined): Shared {
  const chunks: Buffer[] = [];
  const events: string[] = [];
  const isShared = readInto(socket, memory, (size) => {
    chunks.push(Buffer.from(memory.subarray(0, size)));
    onBytes(socket);
    return true;
  });
  expect(isShared).toBe(true);
  socket.on("end", () => events.push("end"));
  socket.on("error", ({ code }: NodeJS.ErrnoException) => events.push(`error ${code}`));
  socket.on("close", () => events.push("close"));
  return { socket, peer, events, bytes: () => Buffer.concat(chunks) };
}

async function shared(onBytes?: (socket: Socket) => void): Promise<Shared & { readonly server: Server }> {
  const { server, dial } = await listen();
  return { ...share(await dial(), onBytes), server };
}

/** Bytes that show where they stand, different for each `seed`. */
function noise(size: number, seed: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: size }, (_, index) => (index * 31 + (index >> 8) * 7 + seed) & 0xff));
}

it("bytes come into the memory, and go out", async () => {
  const { socket, peer, bytes } = await shared();
  const sent = noise(1_000_000, 3);
  peer.write(sent);
  await until(() => bytes().length === sent.length);
  expect(bytes().equals(sent)).toBe(true);
  const back: Buffer[] = [];
  peer.on("data", (chunk: Buffer) => back.push(chunk));
  socket.write(sent);
  await until(() => Buffer.concat(back).equals(sent));
});

it("many connections share the memory, and each sees its own bytes", async () => {
  const { dial } = await listen();
  const all = await Promise.all(Array.from({ length: 50 }, async () => share(await dial())));
  const sent = all.map((_, index) => noise(100_000 + index, index));
  for (let at = 0; at < 101_000; at += 5000) {
    for (const [index, { peer }] of all.entries()) peer.write(sent[index]?.subarray(at, at + 5000) ?? "");
    await new Promise(setImmediate);
  }
  await until(() => all.every(({ bytes }, index) => bytes().length === sent[index]?.length));
  for (const [index, { bytes }] of all.entries()) expect(bytes().equals(sent[index] ?? Buffer.alloc(0))).toBe(true);
});

it("nothing comes while it pauses, not even FIN, and then all of it in order", async () => {
  const { socket, peer, bytes, events } = await shared((each) => void each.pause());
  const sent = noise(300_000, 5);
  await new Promise<void>((resolve) => peer.end(sent, resolve));
  await until(() => bytes().length > 0);
  while (!events.includes("end")) {
    const before = bytes().length;
    for (let turns = 0; turns < 10; turns++) await new Promise(setImmediate);
    expect([bytes().length, events]).toEqual([before, []]);
    socket.resume();
    await until(() => bytes().length > before || events.length > 0);
  }
  expect(bytes().equals(sent)).toBe(true);
});

it("the other side may go on when the peer has ended its own", async () => {
  const { socket, peer, events } = await shared();
  peer.end();
  await until(() => events.includes("end"));
  const back = signal<string>();
  peer.once("data", (chunk: Buffer) => back.resolve(chunk.toString()));
  socket.end("late");
  expect(await back.promise).toBe("late");
  await until(() => events.includes("close"));
  expect(events).toEqual(["end", "close"]);
});

it("a reset is told, and closes the socket", async () => {
  const { peer, events } = await shared();
  peer.resetAndDestroy();
  await until(() => events.includes("close"));
  expect(events).toEqual(["error ECONNRESET", "close"]);
});

it("a reset behind bytes is told behind them, as an end or an error", async () => {
  const { peer, events, bytes } = await shared();
  peer.write("hello", () => peer.resetAndDestroy());
  await until(() => events.length > 0);
  expect(bytes().toString()).toBe("hello");
});

it("a reset while it pauses is told when it reads on", async () => {
  const { socket, peer, events } = await shared();
  socket.pause();
  peer.resetAndDestroy();
  for (let turns = 0; turns < 10; turns++) await new Promise(setImmediate);
  expect(events).toEqual([]);
  socket.resume();
  await until(() => events.includes("close"));
  expect(events).toEqual(["error ECONNRESET", "close"]);
});

it("may be destroyed where bytes are told, and tells no more", async () => {
  let told = 0;
  const { peer, events } = await shared((socket) => {
    told++;
    socket.destroy();
  });
  peer.write(noise(500_000, 1));
  await until(() => events.includes("close"));
  expect([told, events]).toEqual([1, ["close"]]);
});

it("the server counts the connection until it is gone, and knows its addresses", async () => {
  const { server, socket, peer } = await shared();
  let closed = false;
  server.close(() => {
    closed = true;
  });
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  expect(closed).toBe(false);
  expect([socket.remoteAddress, socket.remotePort]).toEqual(["127.0.0.1", peer.localPort]);
  socket.destroy();
  await until(() => closed);
});

it("ten thousand connections leave nothing behind", { timeout: 60_000 }, async () => {
  const { dial, server } = await listen();
  const sockets = (): number => process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length;
  const endings: readonly ((each: Shared) => void)[] = [
    ({ peer }) => void peer.resetAndDestroy(),
    ({ peer }) => void peer.destroy(),
    ({ socket }) => void socket.destroy(),
    ({ socket, peer }) => {
      peer.on("end", () => peer.end());
      peer.resume();
      socket.end("bye");
    },
  ];
  for (let round = 0; round < 100; round++) {
    await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const each = share(await dial());
        each.socket.on("end", () => each.socket.end());
        endings[index % endings.length]?.(each);
        await until(() => each.events.includes("close"));
        each.peer.destroy();
      }),
    );
  }
  await new Promise<void>((resolve) => server.close(() => resolve()));
  await until(() => sockets() === 0);
});

it("is refused for what is no plain, quiet socket, which stays as it was", async () => {
  const { dial } = await listen();
  const isShared = (socket: Socket): boolean => readInto(socket, memory, () => true);
  class Odd extends Socket {}

  const { accepted: tcp } = await dial();
  expect(isShared(new TLSSocket(tcp))).toBe(false);
  expect(isShared(new Odd())).toBe(false);
  expect(isShared(new Socket())).toBe(false);

  const unread = await dial();
  unread.accepted.pause();
  unread.accepted.unshift("early");
  expect(isShared(unread.accepted)).toBe(false);
  const data = signal<string>();
  unread.accepted.once("data", (chunk: Buffer) => data.resolve(chunk.toString()));
  unread.accepted.resume();
  expect(await data.promise).toBe("early");

  const unsent = await dial();
  unsent.accepted.write(Buffer.alloc(20_000_000));
  expect(isShared(unsent.accepted)).toBe(false);

  const failed = await dial();
  failed.accepted.on("error", () => undefined);
  failed.accepted.pause();
  failed.peer.resetAndDestroy();
  await until(() => {
    if (failed.accepted.errored === null) failed.accepted.write("x");
    return failed.accepted.errored !== null;
  });
  expect(isShared(failed.accepted)).toBe(false);

  const gone = await dial();
  gone.accepted.destroy();
  expect(isShared(gone.accepted)).toBe(false);
});
