import type { Random } from "../random.js";
import type { StreamInput } from "../streams/read-alike.js";
import { readAlike } from "../streams/read-alike.js";
import type { FuzzTarget } from "../target.js";
import { drawReaderOptions } from "./frames.js";

/** First bytes that are right somewhere; any other is drawn too. */
const FIRST: readonly number[] = [0x81, 0x82, 0x01, 0x02, 0x00, 0x80, 0x88, 0x89, 0x8a, 0xc1, 0x41, 0x40];
const LENGTH_BITS: readonly number[] = [0, 1, 2, 125, 126, 126, 126, 127, 127, 127];
const EDGES: readonly number[] = [0x00, 0x00, 0x00, 0x01, 0x7d, 0x7e, 0x7f, 0x80, 0xff];

/** One header behind another, whatever their bytes, with little or nothing of a payload: both codecs judge them alike. */
export const headers = (): FuzzTarget<StreamInput> => ({
  generate(random) {
    const bytes: number[] = [];
    for (let count = 1 + random.below(3); count > 0; count--) drawHeader(random, bytes);
    const cuts = random.oneIn(2) ? bytes.map((_, index) => index).filter(() => random.oneIn(3)) : [];
    return { options: drawReaderOptions(random), bytes: Uint8Array.from(bytes), cuts, drive: random.next() };
  },
  check: (input) => readAlike(input),
});

function drawHeader(random: Random, bytes: number[]): void {
  const byte = (): number => (random.oneIn(2) ? random.pick(EDGES) : random.below(256));
  const bits = random.oneIn(3) ? random.below(128) : random.pick(LENGTH_BITS);
  const masked = !random.oneIn(4);
  bytes.push(random.oneIn(3) ? random.below(256) : random.pick(FIRST));
  bytes.push((masked ? 0x80 : 0) | bits);
  const lengthSize = bits === 127 ? 8 : bits === 126 ? 2 : 0;
  const leadingZeros = random.oneIn(2) ? random.below(8) : 0;
  for (let index = 0; index < lengthSize; index++) bytes.push(index < leadingZeros ? 0 : byte());
  const rest = (masked ? 4 : 0) + (bits < 126 && !random.oneIn(3) ? bits : random.below(6));
  for (let index = 0; index < rest; index++) bytes.push(byte());
}
