import type { Codec, FrameCursorOptions } from "@sluice/codec-wasm";
import { DESCRIPTOR_WORDS, FrameCursor, ParseError } from "@sluice/codec-wasm";
import { Difference, expectSame, expectSameBytes, expectThat } from "../difference.js";

/** Bytes on either side of a chunk that are watched. */
const GUARD = 64;

/** Fills the bytes beside a chunk; `distance` counts away from it, from 0. */
export type Garbage = (distance: number, behind: boolean) => number;

/** One codec reading one stream, chunk by chunk and call by call, between bytes that are none of its business. */
export class Reading {
  readonly cursor: FrameCursor;
  /** Descriptors of the last call. */
  count = 0;
  readonly #codec: Codec;
  readonly #garbage: Garbage;
  /** All of the memory that the read buffer lies in: past the buffer's ends, too, nothing may change. */
  readonly #memory: Uint8Array;
  readonly #base: number;
  readonly #before = new Uint8Array(GUARD);
  readonly #behind = new Uint8Array(GUARD);
  /** What was in that memory behind the guards, where all of it is watched. */
  #far: Uint8Array | undefined;
  #chunk: Uint8Array = new Uint8Array(0);
  #place = 0;
  #offset = 0;

  constructor(codec: Codec, options: FrameCursorOptions, garbage: Garbage) {
    this.#codec = codec;
    this.#garbage = garbage;
    this.cursor = new FrameCursor(options);
    const { buffer, byteOffset } = codec.readBuffer;
    this.#memory = new Uint8Array(buffer);
    this.#base = byteOffset;
  }

  get name(): string {
    return this.#codec.backend;
  }

  /** Puts a chunk at `place` of the read buffer. `watchesAll` costs much: then the whole of the memory is compared. */
  begin(chunk: Uint8Array, place: number, watchesAll: boolean): void {
    this.#chunk = chunk;
    this.#place = place;
    this.#codec.readBuffer.set(chunk, place);
    for (let distance = 0; distance < GUARD; distance++) {
      this.#before[GUARD - 1 - distance] = this.#garbage(distance, false);
      this.#behind[distance] = this.#garbage(distance, true);
    }
    this.#guardBefore().set(this.#before.subarray(GUARD - this.#guardBefore().length));
    this.#guardBehind().set(this.#behind.subarray(0, this.#guardBehind().length));
    this.cursor.start = place;
    this.cursor.end = place + chunk.length;
    this.#offset = this.cursor.offset;
    this.#far = watchesAll ? this.#farBytes() : undefined;
  }

  /** One call of `parse`, and what holds after every call whatever the bytes are. */
  parse(maxFrames: number): void {
    this.count = this.#codec.parse(this.cursor, maxFrames);
    const { start, end, offset, error } = this.cursor;
    const here = (what: string): string => `${what} (${this.name})`;
    expectThat(this.count <= maxFrames, here("more descriptors than were asked for"));
    expectThat(start <= end && start >= this.#place, here("cursor.start left the chunk"));
    expectSame(here("cursor.offset beside cursor.start"), offset - this.#offset, start - this.#place);
    const before = this.#guardBefore();
    const behind = this.#guardBehind();
    expectSameBytes(here("bytes in front of the chunk"), before, this.#before.subarray(GUARD - before.length));
    expectSameBytes(here("bytes behind the chunk"), behind, this.#behind.subarray(0, behind.length));
    if (this.#far !== undefined) expectSameBytes(here("bytes far from the chunk"), this.#farBytes(), this.#far);
    if (error !== ParseError.none) return;
    const unread = this.#codec.readBuffer.subarray(start, end);
    expectSameBytes(here("bytes not read yet"), unread, this.#chunk.subarray(start - this.#place));
    if (this.count < maxFrames) expectSame(here("where it stopped"), start, end);
  }

  /** Whether this call gave what the other's gave. */
  compare(other: Reading): void {
    const between = `${this.name} and ${other.name}`;
    expectSame(`descriptors of ${between}`, this.count, other.count);
    const ours = this.#codec.descriptors;
    const theirs = other.#codec.descriptors;
    for (let word = 0; word < this.count * DESCRIPTOR_WORDS; word++) {
      if (ours[word] !== theirs[word]) expectSame(`word ${word} of ${between}`, ours[word], theirs[word]);
    }
    for (let at = 0; at < this.count * DESCRIPTOR_WORDS; at += DESCRIPTOR_WORDS) {
      const [, start = 0, length = 0] = ours.subarray(at, at + DESCRIPTOR_WORDS);
      const mine = this.#codec.readBuffer.subarray(start, start + length);
      expectThat(
        start >= this.#place && start + length <= this.cursor.end,
        `a descriptor of ${this.name} points outside the chunk`,
      );
      expectSameBytes(
        `payload ${at / DESCRIPTOR_WORDS} of ${between}`,
        mine,
        other.#codec.readBuffer.subarray(start, start + length),
      );
    }
    compareCursors(this.cursor, other.cursor, between);
  }

  /** From the read buffer on: what lies before it is the codec's own. */
  #farBytes(): Uint8Array {
    const at = this.#base + this.#place;
    return Buffer.concat([this.#memory.subarray(this.#base, at), this.#memory.subarray(at + this.#chunk.length)]);
  }

  #guardBefore(): Uint8Array {
    const at = this.#base + this.#place;
    return this.#memory.subarray(Math.max(this.#base, at - GUARD), at);
  }

  #guardBehind(): Uint8Array {
    const at = this.#base + this.#place + this.#chunk.length;
    return this.#memory.subarray(at, at + GUARD);
  }
}

/** Every field: what a cursor keeps between calls is part of what both codecs agree on. */
function compareCursors(ours: FrameCursor, theirs: FrameCursor, between: string): void {
  for (const field of FIELDS) {
    if (!Object.is(ours[field], theirs[field])) {
      throw new Difference(`cursor.${field} of ${between}: ${ours[field]} here, ${theirs[field]} there`);
    }
  }
}

const FIELDS = Object.keys(new FrameCursor({ role: "server", maxFrameSize: 0 })) as (keyof FrameCursor)[];
