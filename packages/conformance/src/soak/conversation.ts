import type { ExpectedFrame } from "../case.js";
import { clientClose, clientFrame, closeCode } from "../frames.js";
import type { Peer } from "../peer.js";

const PING = 0x89;
const PONG = 0x8a;
const CLOSE = 0x88;

/** The next frame but for pings, which are answered. */
export async function heard(peer: Peer): Promise<ExpectedFrame> {
  for (;;) {
    const frame = await peer.frame();
    if (frame.firstByte !== PING) return frame;
    peer.write(clientFrame({ opcode: 10, payload: frame.payload }));
  }
}

/** The next data frame. Throws at a Close. */
export async function message(peer: Peer): Promise<ExpectedFrame> {
  for (;;) {
    const frame = await heard(peer);
    if (frame.firstByte === CLOSE) throw new Error(`The server closed with ${closeCode(frame)} before a message`);
    if (frame.firstByte !== PONG) return frame;
  }
}

/** Ends a session as it should be, with Close 1000 each way and FIN; gives the data frames in front of the server's. */
export async function leave(peer: Peer): Promise<ExpectedFrame[]> {
  peer.write(clientClose(1000));
  const rest: ExpectedFrame[] = [];
  for (;;) {
    const frame = await heard(peer);
    if (frame.firstByte === CLOSE) {
      if (closeCode(frame) !== 1000) throw new Error(`Close 1000 was answered with ${closeCode(frame)}`);
      break;
    }
    if (frame.firstByte !== PONG) rest.push(frame);
  }
  await peer.end();
  peer.socket.end();
  await peer.gone();
  return rest;
}

/** Ends a connection without a word. */
export async function vanish(peer: Peer): Promise<void> {
  peer.reset();
  await peer.gone();
}

export function textOf({ payload }: ExpectedFrame): string {
  return Buffer.from(payload).toString();
}
