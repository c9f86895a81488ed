import type { CodeLength } from "./blocks.js";
import { BlockWriter, END_OF_BLOCK, FIXED_DISTANCES, FIXED_LITERALS, writeCodes } from "./blocks.js";
import type { Random } from "./random.js";

/** A payload of blocks that no compressor would write; about half of them are corrupt. */
export function randomBlocks(random: Random): Uint8Array {
  const writer = new BlockWriter();
  for (let left = 1 + random(3); left > 0; left--) {
    const isFinal = random(6) === 0;
    const kind = random(8);
    if (kind < 4) writeDynamic(writer, random, isFinal);
    else if (kind < 6) writeFixed(writer, random, isFinal);
    else writeStored(writer, random, isFinal);
    if (isFinal && random(10) !== 0) writer.align();
  }
  if (random(4) !== 0) writer.bits(0, 3);
  return writer.bytes();
}

function writeStored(writer: BlockWriter, random: Random, isFinal: boolean): void {
  const size = random(4) === 0 ? 0 : random(30);
  const wrong = random(40) === 0 ? 1 << random(16) : 0;
  writer.bits(isFinal ? 1 : 0, 3).align();
  writer.bits(size, 16).bits(~size ^ wrong, 16);
  for (let index = 0; index < size; index++) writer.bits(random(256), 8);
}

function writeFixed(writer: BlockWriter, random: Random, isFinal: boolean): void {
  writer.bits(isFinal ? 1 : 0, 1).bits(1, 2);
  writeSymbols(writer, random, FIXED_LITERALS, FIXED_DISTANCES);
}

function writeDynamic(writer: BlockWriter, random: Random, isFinal: boolean): void {
  const literals = randomLengths(random, 257 + random(random(4) === 0 ? 32 : 30), 1 + random(60), 15);
  if (random(20) !== 0 && literals[END_OF_BLOCK] === 0) {
    const other = literals.findIndex((length) => length > 0);
    literals[END_OF_BLOCK] = literals[other] ?? 0;
    literals[other] = 0;
  }
  const most = 1 + random(random(4) === 0 ? 32 : 30);
  const distances = random(6) === 0 ? Array<number>(most).fill(0) : randomLengths(random, most, 1 + random(most), 15);
  if (random(8) === 0) literals[random(literals.length)] = random(16);
  if (random(8) === 0) distances[random(distances.length)] = random(16);

  const lengths = randomRuns(random, [...literals, ...distances]);
  if (random(30) === 0) lengths.splice(random(lengths.length), 0, [16 + random(3), random(128)]);
  const used = new Set(lengths.map((length) => (typeof length === "number" ? length : length[0])));
  const lengthCodes = Array<number>(19).fill(0);
  const codes = randomLengths(random, used.size, used.size, 7);
  for (const [index, symbol] of [...used].entries()) lengthCodes[symbol] = codes[index] ?? 0;
  if (random(30) === 0) lengthCodes[random(19)] = random(8);
  writeCodes(writer, { literals: literals.length, distances: distances.length, lengthCodes, lengths }, isFinal);
  writeSymbols(writer, random, literals, distances);
}

function writeSymbols(
  writer: BlockWriter,
  random: Random,
  literals: readonly number[],
  distances: readonly number[],
): void {
  const coded = [...literals.keys()].filter((symbol) => literals[symbol] !== 0);
  const reached = [...distances.keys()].filter((symbol) => distances[symbol] !== 0);
  for (let left = random(40); left > 0; left--) {
    const symbol = coded[random(coded.length)] ?? END_OF_BLOCK;
    if (symbol === END_OF_BLOCK && random(3) !== 0) continue;
    writer.symbol(literals, symbol);
    if (symbol === END_OF_BLOCK) return;
    if (symbol < END_OF_BLOCK) continue;
    writer.bits(random(32), symbol < 265 || symbol > 284 ? 0 : (symbol - 261) >> 2);
    // Small ones often: there is not much to refer to.
    const distance = reached[random(random(3) === 0 ? reached.length : Math.min(4, reached.length))] ?? 0;
    writer.symbol(distances, distance);
    writer.bits(random(2) * random(8192), distance < 4 ? 0 : (distance - 2) >> 1);
  }
  if (random(10) !== 0) writer.symbol(literals, END_OF_BLOCK);
}

/** Of `size` symbols, those of a complete set with `used` codes. */
function randomLengths(random: Random, size: number, used: number, longest: number): number[] {
  const codes = [0];
  const shape = random(3);
  while (codes.length < Math.min(used, size)) {
    const open = [...codes.keys()].filter((index) => (codes[index] ?? 0) < longest);
    const picked = shape === 0 ? open[0] : shape === 1 ? open.at(-1) : open[random(open.length)];
    if (picked === undefined) break;
    const length = (codes[picked] ?? 0) + 1;
    codes.splice(picked, 1, length, length);
  }
  if (codes.length === 1) codes[0] = 1;
  const lengths = Array<number>(size).fill(0);
  const places = Array.from({ length: size }, (_, index) => index);
  for (const length of codes) {
    const [place = 0] = places.splice(random(places.length), 1);
    lengths[place] = length;
  }
  return lengths;
}

/** The same lengths, with repetitions here and there. */
function randomRuns(random: Random, lengths: readonly number[]): CodeLength[] {
  const runs: CodeLength[] = [];
  let index = 0;
  while (index < lengths.length) {
    const length = lengths[index] ?? 0;
    let run = 1;
    while (lengths[index + run] === length) run += 1;
    if (length === 0 && run >= 11 && random(10) !== 0) {
      const count = Math.min(run, 138);
      runs.push([18, count - 11]);
      index += count;
    } else if (length === 0 && run >= 3 && random(10) !== 0) {
      const count = Math.min(run, 10);
      runs.push([17, count - 3]);
      index += count;
    } else if (lengths[index - 1] === length && run >= 3 && random(5) !== 0) {
      const count = Math.min(run, 3 + random(4));
      runs.push([16, count - 3]);
      index += count;
    } else {
      runs.push(length);
      index += 1;
    }
  }
  return runs;
}
