/*
 * UTF-8 as Unicode table 3-7 has it. A sequence that has begun is kept as its bytes, little-endian, with their number in
 * the top byte: `FrameCursor.utf8`, and what `Codec.validateUtf8` takes and returns.
 */

/** How many bytes a sequence has that begins with `byte`, or 0 where none does. */
function sequenceLength(byte: number): number {
  if (byte < 0x80) return 1;
  if (byte < 0xc2) return 0;
  if (byte < 0xe0) return 2;
  if (byte < 0xf0) return 3;
  return byte < 0xf5 ? 4 : 0;
}

/** Whether `byte` can be the second of a sequence: overlong forms, surrogates and what is past U+10FFFF end here. */
function isSecond(lead: number, byte: number): boolean {
  if (lead === 0xe0) return byte >= 0xa0 && byte < 0xc0;
  if (lead === 0xed) return byte >= 0x80 && byte < 0xa0;
  if (lead === 0xf0) return byte >= 0x90 && byte < 0xc0;
  if (lead === 0xf4) return byte >= 0x80 && byte < 0x90;
  return (byte & 0xc0) === 0x80;
}

/**
 * Checks `bytes` from `start` to `end`, after the unfinished sequence `pending`.
 *
 * @returns the sequence that is unfinished at `end`, or `-1 - index` of the first byte that cannot continue.
 */
export function validateUtf8(bytes: Uint8Array, start: number, end: number, pending: number): number {
  let sequence = pending & 0xff_ffff;
  let have = pending >>> 24;
  let need = have === 0 ? 0 : sequenceLength(sequence & 0xff);
  for (let index = start; index < end; index++) {
    const byte = bytes[index] as number;
    if (have === 0) {
      if (byte < 0x80) continue;
      need = sequenceLength(byte);
      if (need === 0) return -1 - index;
      sequence = byte;
      have = 1;
      continue;
    }
    const fits = have === 1 ? isSecond(sequence, byte) : (byte & 0xc0) === 0x80;
    if (!fits) return -1 - index;
    sequence |= byte << (have << 3);
    have++;
    if (have === need) have = 0;
  }
  return have === 0 ? 0 : (have << 24) | (sequence & 0xff_ffff);
}
