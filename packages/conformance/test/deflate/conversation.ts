import { json, noise } from "./messages.js";

export type Message = string | Uint8Array;

/** What another implementation's client must do for these tests. */
export interface Peer {
  send(message: Message): void;
  /** The next message that comes. Rejects when the connection ends instead. */
  next(): Promise<Message>;
}

/** JSON as text and as bytes, random bytes, empty messages, in many sizes; the same for one `seed`. */
export function* messages(count: number, seed = 0): Generator<Message> {
  const decoder = new TextDecoder();
  for (let index = 0; index < count; index++) {
    const number = index + seed;
    const size = (number * 97) % 1500;
    switch (number % 6) {
      case 0:
        yield json(size, number % 7);
        break;
      case 1:
        yield noise(size, number);
        break;
      case 2:
        yield number % 12 === 2 ? "" : new Uint8Array();
        break;
      case 3:
        yield `${"Grüße, 世界, 🎉 ".repeat(number % 40)}${number}`;
        break;
      default:
        yield decoder.decode(json(size, number % 7));
    }
  }
}

/** 1 MiB that compresses well, that does not, and that almost vanishes. */
export function* largeMessages(): Generator<Message> {
  const mib = 1024 * 1024;
  yield json(mib);
  yield noise(mib);
  yield new Uint8Array(mib);
  yield new TextDecoder().decode(json(mib, 1));
}

/** Sends all to an echo server, some at a time, and sees each come back as it went. */
export async function converse(peer: Peer, all: Iterable<Message>, atOnce = 32): Promise<number> {
  const waiting: Message[] = [];
  let count = 0;
  const take = async (): Promise<void> => {
    const [sent, received] = [waiting.shift(), await peer.next()];
    if (!same(sent, received))
      throw new Error(`Message ${count} came back as another: ${show(sent)}, ${show(received)}`);
    count++;
  };
  for (const message of all) {
    peer.send(message);
    waiting.push(message);
    if (waiting.length >= atOnce) await take();
  }
  while (waiting.length > 0) await take();
  return count;
}

function same(one: Message | undefined, other: Message): boolean {
  if (one === undefined || typeof one === "string" || typeof other === "string") return one === other;
  return Buffer.compare(one, other) === 0;
}

function show(message: Message | undefined): string {
  return `${typeof message} of ${message?.length}`;
}
