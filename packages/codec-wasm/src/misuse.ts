import { MAX_HEADER_SIZE } from "./codec.js";
import type { FrameCursor } from "./cursor.js";
import { MAX_DESCRIPTORS } from "./descriptor.js";

/*
 * What a caller can get wrong is refused here, in JavaScript and by name, so that the WebAssembly module sees only
 * ranges that lie inside its memory: it has no bounds of its own to notice that bytes belong to somebody else.
 */

/** @throws RangeError unless 0 <= start <= end <= size, all three whole. */
export function checkRange(start: number, end: number, size: number): void {
  // `>>> 0` changes every number that is not a whole one from 0 to 2^32 - 1, NaN and undefined included.
  if (start >>> 0 === start && end >>> 0 === end && start <= end && end <= size) return;
  throw new RangeError(`start ${start} and end ${end} are not a range of ${size} bytes`);
}

/** @throws RangeError unless `needed` bytes fit into `target` at `at`. */
export function checkRoom(target: Uint8Array, at: number, needed: number): void {
  if (at >>> 0 === at && at + needed <= target.length) return;
  throw new RangeError(`target of ${target.length} bytes has no room for ${needed} bytes at ${at}`);
}

/** @throws RangeError unless `firstByte` is a byte. */
export function checkFirstByte(firstByte: number): void {
  if ((firstByte & 0xff) === firstByte) return;
  throw new RangeError(`firstByte ${firstByte} is not a whole number from 0 to 255`);
}

/** @throws RangeError unless `length` can be a payload's length. */
export function checkLength(length: number): void {
  if (Number.isSafeInteger(length) && length >= 0) return;
  throw new RangeError(`length ${length} is not a whole number from 0 to 2^53 - 1`);
}

/** @throws RangeError unless the cursor points into a read buffer of `size` bytes and the counts are in their ranges. */
export function checkParse(cursor: FrameCursor, maxFrames: number, size: number): void {
  const { start, end, maxFrameSize } = cursor;
  if (!(start >>> 0 === start && end >>> 0 === end && start <= end && end <= size)) {
    throw new RangeError(`cursor.start ${start} and cursor.end ${end} are not a range of ${size} bytes`);
  }
  if (!(maxFrames >>> 0 === maxFrames && maxFrames <= MAX_DESCRIPTORS)) {
    throw new RangeError(`maxFrames ${maxFrames} is not a whole number from 0 to ${MAX_DESCRIPTORS}`);
  }
  checkMaxFrameSize(maxFrameSize);
  if (cursor.headerLength >>> 0 >= MAX_HEADER_SIZE) {
    throw new RangeError(`cursor.headerLength ${cursor.headerLength} is not a number from 0 to ${MAX_HEADER_SIZE - 1}`);
  }
}

/** @throws RangeError unless `pending` is something that `validateUtf8` returns. */
export function checkPending(pending: number): void {
  if (pending === 0) return;
  const have = pending >>> 24;
  const lead = pending & 0xff;
  const need = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (have > 0 && have < need && lead >= 0xc2 && lead < 0xf5) return;
  throw new RangeError(`pending ${pending} is no unfinished UTF-8 sequence`);
}

/** @throws RangeError unless `maxFrameSize` is a whole number of bytes from 0 to 2^31 - 1. */
export function checkMaxFrameSize(maxFrameSize: number): void {
  if ((maxFrameSize & 0x7fff_ffff) === maxFrameSize) return;
  throw new RangeError(`maxFrameSize ${maxFrameSize} is not a whole number from 0 to ${0x7fff_ffff}`);
}
