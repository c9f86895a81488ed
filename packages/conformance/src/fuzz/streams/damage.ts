import type { Random } from "../random.js";

/** Bytes that mean something in a header, or in UTF-8. */
const TELLING: readonly number[] = [
  0x00, 0x01, 0x02, 0x08, 0x09, 0x0a, 0x7d, 0x7e, 0x7f, 0x80, 0x81, 0x82, 0x88, 0x89, 0xc0, 0xc1, 0xed, 0xf4, 0xfe,
  0xff,
];

/** The same with something wrong in it, once or a few times: bits flipped, bytes changed, taken out, doubled or put in. */
export function damaged(random: Random, bytes: Uint8Array): Uint8Array {
  let result: Uint8Array = bytes;
  for (let count = 1 + random.below(3); count > 0; count--) result = damagedOnce(random, result);
  return result;
}

function damagedOnce(random: Random, bytes: Uint8Array): Uint8Array {
  const at = random.below(bytes.length + 1);
  const size = random.below(random.oneIn(8) ? 64 : 6);
  switch (random.below(6)) {
    case 0:
      return replaced(bytes, at, 1, Uint8Array.of((bytes[at] ?? 0) ^ (1 << random.below(8))));
    case 1:
      return replaced(bytes, at, 1, Uint8Array.of(random.pick(TELLING)));
    case 2:
      return replaced(bytes, at, size, new Uint8Array(0));
    case 3:
      return replaced(bytes, at, 0, bytes.slice(at, at + size));
    case 4:
      return replaced(bytes, at, 0, random.bytes(size));
    default:
      return bytes.slice(0, at);
  }
}

function replaced(bytes: Uint8Array, at: number, count: number, by: Uint8Array): Uint8Array {
  const behind = bytes.subarray(Math.min(bytes.length, at + count));
  const result = new Uint8Array(at + by.length + behind.length);
  result.set(bytes.subarray(0, at));
  result.set(by, at);
  result.set(behind, at + by.length);
  return result;
}

/** Where a stream is cut into chunks, in order: anywhere, and sometimes byte by byte for a while. */
export function drawCuts(random: Random, length: number): number[] {
  if (random.oneIn(3)) return [];
  const cuts: number[] = [];
  for (let count = random.below(random.oneIn(4) ? 20 : 4); count > 0; count--) cuts.push(random.below(length + 1));
  if (random.oneIn(3)) {
    const from = random.below(length + 1);
    for (let step = random.below(24); step > 0; step--) cuts.push(Math.min(length, from + step));
  }
  return cuts.sort((a, b) => a - b);
}
