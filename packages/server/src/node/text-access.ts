import { Buffer } from "node:buffer";
import type { TextAccess } from "@sluice/codec-wasm";

/** What `Buffer` has for every array of bytes, and its types do not tell. */
interface Slices {
  latin1Slice(this: Uint8Array, start: number, end: number): string;
  utf8Slice(this: Uint8Array, start: number, end: number): string;
  utf8Write(this: Uint8Array, text: string, at: number): number;
}

const { latin1Slice, utf8Slice, utf8Write } = Buffer.prototype as unknown as Slices;

/** Strings by way of `Buffer`'s native methods, which read and write any `Uint8Array` without a view in between. */
export const nodeTextAccess: TextAccess = {
  decode: (bytes, start, end, ascii) =>
    ascii ? latin1Slice.call(bytes, start, end) : utf8Slice.call(bytes, start, end),
  encode: (text, target, at) => utf8Write.call(target, text, at),
  byteLength: (text) => Buffer.byteLength(text),
};
