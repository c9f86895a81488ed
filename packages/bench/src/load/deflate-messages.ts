import { constants, deflateRawSync } from "node:zlib";
import { createRandom } from "../random.js";
import { KIB } from "../sizes.js";
import type { ClientTerms } from "./deflate-terms.js";
import { maskedFrame, RSV1, TEXT } from "./frames.js";

/** Messages that repeat when they are through, ready to be sent. */
export interface DeflateMessages {
  readonly plain: readonly Buffer[];
  /** All frames, one behind the other, and where each of them begins; at last, where they end. */
  readonly frames: Buffer;
  readonly starts: readonly number[];
}

/** The empty block that a flush ends with, which does not travel (RFC 7692 section 7.2.1). */
export const TAIL: Buffer = Buffer.from([0x00, 0x00, 0xff, 0xff]);

/** The longest that a reference reaches back. */
const WINDOW = 32 * KIB;

/** Different messages of a size: enough that a context never sees the same one again, and few enough to be made at once. */
export function messageCount(size: number): number {
  return Math.min(2048, Math.max(64, Math.ceil((256 * KIB) / size)));
}

/** JSON-like messages of exactly `size` bytes, the same ones in every run. */
export function jsonMessages(size: number): Buffer[] {
  const random = createRandom();
  return Array.from({ length: messageCount(size) }, () => {
    let text = "[";
    while (text.length < size) text += `${JSON.stringify(order(random))},`;
    return Buffer.from(text.slice(0, size), "latin1");
  });
}

/** Compresses them as `terms` have it, and makes them frames. */
export function deflateMessages(plain: readonly Buffer[], terms: ClientTerms): DeflateMessages {
  const frames: Buffer[] = [];
  const starts = [0];
  let history: Buffer = Buffer.alloc(0);
  for (const message of plain) {
    const dictionary = terms.takeover ? history : undefined;
    const frame = maskedFrame(TEXT | RSV1, compress(message, terms.windowBits, dictionary));
    frames.push(frame);
    starts.push((starts.at(-1) ?? 0) + frame.length);
    history = appended(history, message);
  }
  return { plain, frames: Buffer.concat(frames), starts };
}

/** What the receiver of `message` can refer to afterwards. */
export function appended(history: Buffer, message: Buffer): Buffer {
  return Buffer.concat([history, message]).subarray(-WINDOW);
}

function compress(message: Buffer, windowBits: number, dictionary: Buffer | undefined): Buffer {
  const options = { windowBits, level: 6, finishFlush: constants.Z_SYNC_FLUSH };
  const compressed = deflateRawSync(
    message,
    dictionary === undefined || dictionary.length === 0 ? options : { ...options, dictionary },
  );
  return compressed.subarray(0, -TAIL.length);
}

const WORDS = (
  "order trade quote update user message channel price status active pending filled cancelled market limit delta " +
  "snapshot heartbeat subscribe"
).split(" ");
const SYMBOLS = ["BTC-USD", "ETH-USD", "SOL-EUR", "ADA-GBP"];

function order(random: (bound: number) => number): unknown {
  const word = () => WORDS[random(WORDS.length)];
  return {
    type: word(),
    sym: SYMBOLS[random(SYMBOLS.length)],
    px: random(5e6) / 100,
    qty: random(1e4),
    seq: 1e6 + random(1e6),
    note: `${word()} ${word()}`,
  };
}
