import { expect, test } from "vitest";
import { clientFrame, closeCode } from "../../src/frames.js";
import type { Peer } from "../../src/peer.js";
import { dial, handshake } from "../../src/peer.js";
import { openHealthy } from "../support/healthy-peer.js";
import { startSubjectForTest } from "../support/subject.js";

const TEXT = 1;
const KIB = 1024;

/** What peers do that are after a server's memory. None of them reads or answers anything. */
const greedy: Readonly<Record<string, { readonly path: string; readonly input: readonly Uint8Array[] }>> = {
  "messages that nobody reads": {
    path: "/deaf",
    input: Array.from({ length: 40 }, () => clientFrame({ opcode: TEXT, payload: "x".repeat(20 * KIB) })),
  },
  "messages that never end": {
    path: "/echo",
    input: Array.from({ length: 60 }, (_, index) =>
      clientFrame({ opcode: index === 0 ? TEXT : 0, payload: "x".repeat(1000), fin: false }),
    ),
  },
  "messages to get back, and not to read": {
    path: "/echo",
    input: Array.from({ length: 100 }, () => clientFrame({ opcode: TEXT, payload: "x".repeat(10 * KIB) })),
  },
  "a flood, and not reading it": { path: "/flood", input: [] },
};

async function attack(port: number, { path, input }: (typeof greedy)[string]): Promise<Peer> {
  const peer = await dial({ port });
  peer.socket.pause();
  peer.write(handshake(path), ...input);
  return peer;
}

test("a server with little memory, and limits that fit it, outlives those who are after it", async () => {
  const subject = await startSubjectForTest({
    node: ["--max-old-space-size=40"],
    webSockets: {
      maxFrameSize: 64 * KIB,
      maxRetainedBytes: 2 * KIB * KIB,
      maxConnections: 300,
      closeTimeout: 200,
      channels: {
        incoming: { capacity: 16, maxBytes: 64 * KIB, onOverflow: "suspend" },
        outgoing: { capacity: 64, maxBytes: 64 * KIB, onOverflow: "suspend" },
      },
    },
  });
  const bystander = await openHealthy(subject, "/echo");
  for (let wave = 0; wave < 3; wave++) {
    const peers: Peer[] = [];
    for (const way of Object.values(greedy)) {
      for (let index = 0; index < 100; index++) peers.push(await attack(subject.port, way));
      expect(await bystander.ask("still there?")).toBe("still there?");
    }
    const { heapUsed } = await subject.measure();
    expect(heapUsed).toBeLessThan(35 * KIB * KIB);
    for (const peer of peers) peer.reset();
    // Who does not read its socket learns of a reset late: it is `maxPause` that ends those, or the next wave's cap.
    expect(await bystander.ask("and now?")).toBe("and now?");
  }
  await subject.stop(0);
  expect(await subject.exit).toEqual({ code: 0, signal: null, errors: "" });
});

test("a message that the budget has no room for is 1008, and its room is free again", async () => {
  const subject = await startSubjectForTest({ webSockets: { maxRetainedBytes: 100_000, closeTimeout: 100 } });
  const half = clientFrame({ opcode: TEXT, payload: "x".repeat(60_000), fin: false });
  for (let round = 0; round < 50; round++) {
    const [first, second] = [await dial(subject), await dial(subject)];
    for (const peer of [first, second]) {
      peer.write(handshake("/echo"));
      expect((await peer.response()).status).toBe(101);
    }
    first.write(half);
    await subject.statusWhen(({ retained }) => retained === 60_000);
    second.write(half);
    expect(closeCode(await second.frame())).toBe(1008);
    for (const peer of [first, second]) peer.reset();
    await subject.idle();
  }
  expect((await subject.status()).retained).toBe(0);
  expect(await subject.stop(0)).toEqual({ code: 0, signal: null, errors: "" });
});
