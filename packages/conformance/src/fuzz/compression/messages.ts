import type { Random } from "../random.js";
import { drawLength, drawText } from "../streams/payloads.js";

/** What is worth compressing, and what is not. */
export function drawMessage(random: Random): Uint8Array {
  const length = random.oneIn(800) ? random.between(60_000, 300_000) : drawLength(random);
  switch (random.below(5)) {
    case 0:
      return random.bytes(length);
    case 1:
      return new Uint8Array(length).fill(random.below(256));
    case 2:
      return drawText(random, length, false);
    case 3:
      // As text in ASCII.
      return repeated(random, length).map((byte) => 32 + (byte % 95));
    default:
      return repeated(random, length);
  }
}

/** A few words again and again, so that there is something to point back to. */
function repeated(random: Random, length: number): Uint8Array {
  const words = Array.from({ length: 1 + random.below(6) }, () => random.bytes(random.between(3, 40)));
  const message = new Uint8Array(length);
  let at = 0;
  while (at < length) {
    const word = random.pick(words).subarray(0, length - at);
    message.set(word, at);
    at += word.length;
  }
  return message;
}
