import { Buffer, isUtf8 } from "node:buffer";
import { performance } from "node:perf_hooks";
import type { TextAccess } from "@sluice/codec-wasm";

/** What `Buffer` has for every array of bytes, and its types do not tell. */
interface Slices {
  latin1Slice(this: Uint8Array, start: number, end: number): string;
  utf8Slice(this: Uint8Array, start: number, end: number): string;
  ucs2Slice(this: Uint8Array, start: number, end: number): string;
  utf8Write(this: Uint8Array, text: string, at: number): number;
  latin1Write(this: Uint8Array, text: string, at: number): number;
}

const { latin1Slice, utf8Slice, ucs2Slice, utf8Write, latin1Write } = Buffer.prototype as unknown as Slices;

/** Strings by way of `Buffer`'s native methods, which read and write any `Uint8Array` without a view in between. */
const buffers: TextAccess = {
  decode: (bytes, start, end, ascii) =>
    ascii ? latin1Slice.call(bytes, start, end) : utf8Slice.call(bytes, start, end),
  isUtf8,
  encode: (text, target, at) => utf8Write.call(target, text, at),
  byteLength: (text) => Buffer.byteLength(text),
  packing: {
    pack: (bytes, start, end) => latin1Slice.call(bytes, start, end),
    unpack: (packed, target, at) => void latin1Write.call(target, packed, at),
  },
};

const withUtf16: TextAccess = { ...buffers, decodeUtf16: (bytes, start, end) => ucs2Slice.call(bytes, start, end) };

/**
 * From which slowness on it pays to have the codec make UTF-16. The try gives ten on Node 20 and 22, and two from 24 on,
 * which reads UTF-8 with SIMD of its own.
 */
const UTF16_PAYS = 5;

/** How this process makes strings of bytes: found out once, in a fraction of a millisecond. */
export function nodeTextAccess(): TextAccess {
  access ??= slowness() > UTF16_PAYS ? withUtf16 : buffers;
  return access;
}

let access: TextAccess | undefined;

/** How many times as long as UTF-16 the same text takes as UTF-8. */
function slowness(): number {
  const text = "語".repeat(400);
  const [utf8, utf16] = [Buffer.from(text), Buffer.from(text, "utf16le")];
  return fastest(() => utf8Slice.call(utf8, 0, utf8.length)) / fastest(() => ucs2Slice.call(utf16, 0, utf16.length));
}

/** The least time of several, in milliseconds: whatever else the machine does only makes it longer. */
function fastest(decode: () => string): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 8; round++) {
    const begin = performance.now();
    for (let count = 0; count < 10; count++) decode();
    least = Math.min(least, performance.now() - begin);
  }
  return Math.max(least, 1e-6);
}
