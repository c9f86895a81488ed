import type { Codec, FrameCursorOptions } from "@sluice/codec-wasm";
import { createCodec, MAX_DESCRIPTORS, ParseError, READ_BUFFER_SIZE } from "@sluice/codec-wasm";
import { Random } from "../random.js";
import type { Garbage } from "./reading.js";
import { Reading } from "./reading.js";

/** A stream of frames, how it is cut, and how it is read. */
export interface StreamInput {
  readonly options: FrameCursorOptions;
  readonly bytes: Uint8Array;
  /** Where chunks end, in order. */
  readonly cuts: readonly number[];
  /** What places in the read buffer, and how many frames are asked for, are drawn from. */
  readonly drive: number;
}

/** The codec that is held to the reference, once more with memory of its own, and the reference. */
export type ComparedCodecs = readonly [ours: Codec, again: Codec, reference: Codec];

const CODECS: ComparedCodecs = [
  createCodec({ backend: "wasm" }),
  createCodec({ backend: "wasm" }),
  createCodec({ backend: "typescript" }),
];

/** For one in so many streams all memory from the read buffer on is watched, and for the others what lies beside a chunk. */
const ALL_WATCHED = 256;

/**
 * Reads a stream with both codecs in step, WebAssembly twice. Each time other bytes lie around the chunk: once those that
 * really come next, which would make a frame whole, once some that mean nothing, once ones. What is read must be the same
 * after every call, and the bytes around must stay as they are: so no byte outside counts, and none is written.
 */
export function readAlike({ options, bytes, cuts, drive }: StreamInput, codecs: ComparedCodecs = CODECS): void {
  const random = new Random(drive);
  const noise = random.next();
  const watchesAll = random.oneIn(ALL_WATCHED);
  let to = 0;
  const upcoming: Garbage = (distance, behind) => (behind ? (bytes[to + distance] ?? 0) : 0x81);
  const readings = [
    new Reading(codecs[0], options, upcoming),
    new Reading(codecs[1], options, (distance) => (noise >>> (distance & 15)) & 0xff),
    new Reading(codecs[2], options, () => 0xff),
  ] as const;
  for (const [from, end] of chunks(cuts, bytes.length)) {
    to = end;
    const chunk = bytes.subarray(from, end);
    const place = drawPlace(random, chunk.length);
    for (const reading of readings) reading.begin(chunk, place, watchesAll);
    let count: number;
    let maxFrames: number;
    do {
      maxFrames = random.oneIn(4) ? random.below(5) : MAX_DESCRIPTORS;
      for (const reading of readings) reading.parse(maxFrames);
      const [ours, again, theirs] = readings;
      ours.compare(theirs);
      again.compare(theirs);
      count = theirs.count;
      if (theirs.cursor.error !== ParseError.none) return;
    } while (count === maxFrames);
  }
}

/** Both ends of every chunk, none of them longer than the read buffer. */
export function* chunks(cuts: readonly number[], length: number): Generator<readonly [from: number, to: number]> {
  let from = 0;
  for (const cut of [...cuts, length]) {
    const to = Math.max(from, Math.min(cut, length));
    for (; to - from > READ_BUFFER_SIZE; from += READ_BUFFER_SIZE) yield [from, from + READ_BUFFER_SIZE];
    yield [from, to];
    from = to;
  }
}

/** At the beginning, anywhere, or so that the chunk ends where the buffer does. */
function drawPlace(random: Random, length: number): number {
  const last = READ_BUFFER_SIZE - length;
  if (random.oneIn(3)) return 0;
  return random.oneIn(4) ? last : Math.min(last, random.below(128));
}
