import { clientFrame } from "../frames.js";
import type { Peer } from "../peer.js";
import { open } from "../peer.js";
import type { Subject } from "../subject/subject.js";
import { leave, message, textOf } from "./conversation.js";

/** Sessions that stay open and say nothing. */
export interface IdleCrowd {
  /** Asks each of them, and closes it; gives what was wrong, in words. */
  leave(): Promise<string[]>;
}

/** Connections that are made at a time: a server accepts them one in a turn of its event loop. */
const AT_A_TIME = 200;

/** Milliseconds between looks for pings. */
const BEAT = 500;

export async function openIdle(subject: Subject, count: number): Promise<IdleCrowd> {
  const peers: Peer[] = [];
  const workers = Array.from({ length: Math.min(AT_A_TIME, count) }, async () => {
    while (peers.length < count) {
      const place = peers.length;
      peers.length++;
      peers[place] = await open(subject, "/echo");
    }
  });
  await Promise.all(workers);
  const beat = setInterval(() => {
    for (const peer of peers) answerPings(peer);
  }, BEAT);
  return {
    async leave() {
      clearInterval(beat);
      const wrong: string[] = [];
      const asked = peers.map(async (peer, index) => {
        try {
          peer.write(clientFrame({ opcode: 1, payload: `${index}` }));
          const said = textOf(await message(peer));
          if (said !== `${index}`) wrong.push(`Idle session ${index} came back as ${said}`);
          await leave(peer);
        } catch (error) {
          wrong.push(`Idle session ${index}: ${(error as Error).message}`);
        }
      });
      await Promise.all(asked);
      return wrong.slice(0, 20);
    },
  };
}

function answerPings(peer: Peer): void {
  for (let frame = peer.tryFrame(); frame !== undefined; frame = peer.tryFrame()) {
    if (frame.firstByte === 0x89) peer.write(clientFrame({ opcode: 10, payload: frame.payload }));
  }
}
