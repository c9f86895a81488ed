import type { Random } from "../random.js";

/** What text is made of: every length of a sequence, both ends of every range, and what is easily taken for wrong. */
const CHARACTERS: readonly string[] = [
  "a",
  "Z",
  "\u0000",
  "\u007f",
  "\u0080",
  "ß",
  "\u07ff",
  "\u0800",
  "€",
  "\ud7ff",
  "\ue000",
  "\ufeff",
  "\uffff",
  "\u{10000}",
  "🙂",
  "\u{10ffff}",
];

/** What UTF-8 never holds, and what it holds elsewhere only. */
const WRONG: readonly number[][] = [
  [0x80],
  [0xbf],
  [0xc0, 0x80],
  [0xc1, 0xbf],
  [0xc3],
  [0xe0, 0x80, 0x80],
  [0xe0, 0x9f, 0xbf],
  [0xe2, 0x82],
  [0xed, 0xa0, 0x80],
  [0xed, 0xbf, 0xbf],
  [0xf0, 0x80, 0x80, 0x80],
  [0xf0, 0x9f, 0x99],
  [0xf4, 0x90, 0x80, 0x80],
  [0xf5],
  [0xfe],
  [0xff],
];

const UNITS: readonly Uint8Array[] = CHARACTERS.map((character) => new TextEncoder().encode(character));
const WRONG_UNITS: readonly Uint8Array[] = WRONG.map((bytes) => Uint8Array.from(bytes));

/** Lengths around which something changes: the header's form, vectors of 16 and 64 bytes, words of 4 and 8. */
const EDGES: readonly number[] = [
  0, 1, 3, 4, 7, 8, 15, 16, 17, 31, 63, 64, 65, 125, 126, 127, 128, 255, 512, 527, 1024,
];

/** How long a payload is: mostly short, as most are. */
export function drawLength(random: Random): number {
  if (random.oneIn(4)) return random.pick(EDGES);
  if (random.oneIn(2_000)) return random.between(65_500, 65_600);
  if (random.oneIn(60)) return random.below(4_000);
  return random.below(random.oneIn(3) ? 200 : 24);
}

/** `length` bytes of UTF-8, or nearly so where `wrong`: then something in it is not. */
export function drawText(random: Random, length: number, wrong: boolean): Uint8Array {
  const text = new Uint8Array(length);
  const asciiOnly = random.oneIn(2);
  const wrongAt = wrong ? random.below(length + 1) : -1;
  let at = 0;
  let isWrong = !wrong;
  while (at < length) {
    const takeWrong = !isWrong && at >= wrongAt;
    const unit = takeWrong ? random.pick(WRONG_UNITS) : random.pick(UNITS);
    if (takeWrong) isWrong = true;
    if ((!asciiOnly || takeWrong) && at + unit.length <= length) {
      text.set(unit, at);
      at += unit.length;
    } else {
      const run = Math.min(length - at, 1 + random.below(40));
      text.fill(0x61 + random.below(26), at, at + run);
      at += run;
    }
  }
  return text;
}
