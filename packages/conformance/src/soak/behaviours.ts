import { setTimeout as sleep } from "node:timers/promises";
import { clientClose, clientFrame, closeCode, concat } from "../frames.js";
import type { Random } from "../fuzz/random.js";
import { dial, handshake, open, send } from "../peer.js";
import { compress } from "./compressing.js";
import { heard, leave, message, textOf, vanish } from "./conversation.js";
import type { Counts } from "./tally.js";

/** One connection of a soak. */
export interface Life {
  readonly port: number;
  /** Its name in the server's ledger. */
  readonly talker: string;
  readonly random: Random;
  /** Whether the storm is over: who stays for as long as it lasts leaves then. */
  readonly isOver: () => boolean;
  /** The last message of the ledger that was acknowledged, and whether every one that was sent must be in it. */
  readonly acknowledged: (number: number, sent: number | undefined) => void;
}

/** What a connection does from its beginning to its end. Rejects where the server does what it must not. */
export type Behaviour = (life: Life, counts: Counts) => Promise<void>;

const TEXT = 1;
const BINARY = 2;

const text = (payload: string, fin = true): Uint8Array => clientFrame({ opcode: TEXT, payload, fin });

/** Sends messages that the server writes down, and closes behind the last of them: all of them must be acknowledged. */
async function talk(life: Life, counts: Counts): Promise<void> {
  const peer = await open(life, `/ledger/${life.talker}`);
  const total = life.random.between(1, 60);
  const inFlight = life.random.between(1, 20);
  const padding = "x".repeat(life.random.between(0, 2000));
  let sent = 0;
  let acknowledged = 0;
  const take = (said: string): void => {
    if (said !== `${acknowledged + 1}`) throw new Error(`Message ${acknowledged + 1} was acknowledged as ${said}`);
    acknowledged++;
    counts.acknowledged++;
  };
  while (sent < total) {
    while (sent < total && sent - acknowledged < inFlight) {
      peer.write(text(`${++sent} ${padding}`));
      counts.tried++;
    }
    if (sent < total) take(textOf(await message(peer)));
  }
  for (const frame of await leave(peer)) take(textOf(frame));
  counts.lost += sent - acknowledged;
  life.acknowledged(acknowledged, sent);
}

/** Talks, and is gone in the middle of it: what was acknowledged must be in the ledger. */
async function leaveAbruptly(life: Life, counts: Counts): Promise<void> {
  const peer = await open(life, `/ledger/${life.talker}`);
  const total = life.random.between(1, 30);
  peer.write(...Array.from({ length: total }, (_, index) => text(`${index + 1}`)));
  counts.tried += total;
  const acknowledged = life.random.between(0, total);
  for (let number = 1; number <= acknowledged; number++) {
    if (textOf(await message(peer)) !== `${number}`) throw new Error(`Message ${number} was not acknowledged in order`);
    counts.acknowledged++;
  }
  await vanish(peer);
  life.acknowledged(acknowledged, undefined);
}

/** Gets messages of every kind back as they were: text, bytes, and fragments with a ping between them. */
async function echo(life: Life, counts: Counts): Promise<void> {
  const peer = await open(life, "/echo");
  for (let round = life.random.between(1, 20); round > 0; round--) {
    const payload = new Uint8Array(life.random.between(0, life.random.oneIn(10) ? 200_000 : 2000)).fill(
      0x20 + (round % 90),
    );
    const opcode = life.random.oneIn(2) ? TEXT : BINARY;
    if (life.random.oneIn(3)) {
      const cut = life.random.between(0, payload.length);
      peer.write(
        clientFrame({ opcode, payload: payload.subarray(0, cut), fin: false }),
        clientFrame({ opcode: 9, payload: "between" }),
        clientFrame({ opcode: 0, payload: payload.subarray(cut) }),
      );
    } else {
      peer.write(clientFrame({ opcode, payload }));
    }
    counts.tried++;
    const answer = await message(peer);
    if (answer.firstByte !== (0x80 | opcode) || Buffer.compare(answer.payload, payload) !== 0) {
      throw new Error(`A message of ${payload.length} bytes came back as another`);
    }
    counts.acknowledged++;
  }
  await leave(peer);
}

/** Says nothing but pongs for as long as the storm lasts, and is served at its end. */
async function idle(life: Life, counts: Counts): Promise<void> {
  const peer = await open(life, "/echo");
  counts.tried++;
  while (!life.isOver()) {
    const frame = peer.tryFrame();
    if (frame !== undefined) {
      if (frame.firstByte !== 0x89) throw new Error("An idle session was sent what it did not ask for");
      peer.write(clientFrame({ opcode: 10, payload: frame.payload }));
    } else if (peer.isOver) throw new Error("An idle session was ended");
    else await sleep(200);
  }
  peer.write(text("still here"));
  if (textOf(await message(peer)) !== "still here") throw new Error("An idle session came back as another");
  counts.acknowledged++;
  await leave(peer);
}

/** Reads a flood in sips, and leaves in the middle of it, with Close or without. */
async function readSlowly(life: Life, counts: Counts): Promise<void> {
  const peer = await open(life, "/flood");
  counts.tried++;
  for (let sips = life.random.between(1, 10); sips > 0; sips--) {
    peer.socket.pause();
    await sleep(life.random.between(5, 50));
    peer.socket.resume();
    const frame = await message(peer);
    if (frame.payload.length !== 16_000) throw new Error("A flood came with a message of another size");
    // What came besides is thrown away: a reader of this kind would never be done.
    while (peer.tryFrame() !== undefined);
  }
  if (life.random.oneIn(2)) await vanish(peer);
  else await leave(peer);
  counts.acknowledged++;
}

/** Sends pings by the hundred: the pongs come in order, and the newest in any case. */
async function floodPings(life: Life, counts: Counts): Promise<void> {
  const peer = await open(life, "/echo");
  let next = 0;
  for (let round = life.random.between(1, 10); round > 0; round--) {
    const count = life.random.between(1, 500);
    const last = next + count - 1;
    peer.write(...Array.from({ length: count }, () => clientFrame({ opcode: 9, payload: `${next++}` })));
    counts.tried++;
    for (let seen = -1; seen < last; ) {
      const frame = await heard(peer);
      const number = Number(textOf(frame));
      if (frame.firstByte !== 0x8a || number <= seen) throw new Error(`Behind pong ${seen} came ${textOf(frame)}`);
      seen = number;
    }
    counts.acknowledged++;
  }
  await leave(peer);
}

/** Begins a message, waits, and ends it, or is gone before. */
async function hold(life: Life, counts: Counts): Promise<void> {
  const peer = await open(life, "/echo");
  const payload = new Uint8Array(life.random.between(1, 20_000)).fill(7);
  peer.write(clientFrame({ opcode: BINARY, payload, fin: false }));
  counts.tried++;
  await sleep(life.random.between(1, 200));
  if (life.random.oneIn(2)) {
    await vanish(peer);
  } else {
    peer.write(clientFrame({ opcode: 0, payload }));
    const { length } = (await message(peer)).payload;
    if (length !== 2 * payload.length) throw new Error(`Of ${2 * payload.length} bytes ${length} came back`);
    await leave(peer);
  }
  counts.acknowledged++;
}

/** Takes part in a broadcast: it may miss messages, but gets none twice and none too late. */
async function listen(life: Life, counts: Counts): Promise<void> {
  const peer = await open(life, "/broadcast");
  let last = -1;
  for (let left = life.random.between(1, 30); left > 0 && !life.isOver(); left--) {
    const number = Number.parseInt(textOf(await message(peer)), 10);
    counts.tried++;
    if (number <= last) throw new Error(`Message ${number} of the broadcast came behind ${last}`);
    last = number;
    counts.acknowledged++;
  }
  await leave(peer);
}

/** Frames that break a rule, and the code that says so. */
const VIOLATIONS: readonly (readonly [frame: Uint8Array, code: number])[] = [
  [clientFrame({ opcode: TEXT, payload: "bare", masked: false }), 1002],
  [clientFrame({ opcode: 3 }), 1002],
  [clientFrame({ opcode: TEXT, rsv: 0x40 }), 1002],
  [clientFrame({ opcode: 9, fin: false }), 1002],
  [clientFrame({ opcode: 0 }), 1002],
  [clientClose(1005), 1002],
  [clientFrame({ opcode: TEXT, payload: Uint8Array.of(0xed, 0xa0, 0x80) }), 1007],
  [clientFrame({ opcode: BINARY, length: { bits: 127, extended: Uint8Array.of(0, 0, 1, 0, 0, 0, 0, 0) } }), 1009],
  [concat(text("begun", false), text("again")), 1002],
];

/** Breaks a rule behind a good message, which is answered first. */
async function violate(life: Life, counts: Counts): Promise<void> {
  const [frame, code] = life.random.pick(VIOLATIONS);
  const peer = await open(life, "/echo", text("good"), frame);
  counts.tried++;
  if (textOf(await message(peer)) !== "good") throw new Error("The message before a violation came back as another");
  const close = await heard(peer);
  if (closeCode(close) !== code) throw new Error(`A violation was ${closeCode(close)}, and not ${code}`);
  counts.acknowledged++;
  await peer.end();
  peer.socket.end();
  await peer.gone();
}

/** Requests that are refused, and how. */
const REFUSED: readonly (readonly [request: string, status: number])[] = [
  [handshake("/nowhere"), 404],
  [handshake("/echo", { "Sec-WebSocket-Key": "short" }), 400],
  [handshake("/echo", { "Sec-WebSocket-Version": "8" }), 426],
  [handshake("/echo", { Origin: "https://evil.example" }), 403],
  [handshake("/echo", { "X-Long": "a".repeat(20_000) }), 431],
  [handshake("/echo").replace("GET", "POST"), 405],
  ["\u0016\u0003\u0001 no HTTP\r\n\r\n", 400],
];

/** Sends what is no handshake, or only a part of one and is gone. */
async function mishandle(life: Life, counts: Counts): Promise<void> {
  counts.tried++;
  if (life.random.oneIn(2)) {
    const request = handshake("/echo");
    const peer = await dial(life);
    await new Promise((resolve) =>
      peer.socket.write(request.slice(0, life.random.between(0, request.length)), resolve),
    );
    await vanish(peer);
  } else {
    const [request, expected] = life.random.pick(REFUSED);
    const peer = await send(life, request);
    const { status } = await peer.response();
    if (status !== expected) throw new Error(`A request was answered with ${status}, and not ${expected}`);
    await peer.end();
    peer.socket.end();
    await peer.gone();
  }
  counts.acknowledged++;
}

/** Every kind of connection, and its share of them. */
export const BEHAVIOURS: readonly { readonly kind: string; readonly share: number; readonly behave: Behaviour }[] = [
  { kind: "talkers", share: 20, behave: talk },
  { kind: "echoers", share: 15, behave: echo },
  { kind: "compressors", share: 5, behave: compress },
  { kind: "idlers", share: 20, behave: idle },
  { kind: "slow readers", share: 5, behave: readSlowly },
  { kind: "abrupt leavers", share: 10, behave: leaveAbruptly },
  { kind: "ping flooders", share: 5, behave: floodPings },
  { kind: "holders", share: 5, behave: hold },
  { kind: "listeners", share: 5, behave: listen },
  { kind: "violators", share: 5, behave: violate },
  { kind: "mishandlers", share: 5, behave: mishandle },
];

/** The kind of which the connection with this number is: as many of each hundred as its share. */
export function behaviourOf(index: number): (typeof BEHAVIOURS)[number] {
  // Spread out, so that a few connections are of several kinds: 37 and 100 have no common divisor.
  let place = (index * 37) % 100;
  for (const behaviour of BEHAVIOURS) {
    if (place < behaviour.share) return behaviour;
    place -= behaviour.share;
  }
  throw new RangeError("The shares are fewer than a hundred");
}
