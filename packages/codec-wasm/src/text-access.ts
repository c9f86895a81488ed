/**
 * How a platform turns bytes into strings and back. Handed to `createCodec`, because the fast way differs: Node has
 * `Buffer`, everything else `TextDecoder` and `TextEncoder`.
 */
export interface TextAccess {
  /** Decodes well-formed UTF-8. A byte order mark is data. `ascii` promises that every byte is below 0x80. */
  decode(bytes: Uint8Array, start: number, end: number, ascii: boolean): string;
  /**
   * Decodes UTF-16, little-endian. Given where the platform reads UTF-16 so much faster than UTF-8 that it pays to have
   * the WebAssembly module make it; the TypeScript backend has no use for it.
   */
  decodeUtf16?(bytes: Uint8Array, start: number, end: number): string;
  /**
   * Whether bytes are well-formed UTF-8 (Unicode table 3-7), and end with a whole character. Given where the platform says so
   * faster than the WebAssembly module, which they would have to be copied to.
   */
  isUtf8?(bytes: Uint8Array): boolean;
  /** Encodes at `target[at]` and returns the bytes written. Lone surrogates become EF BF BD. `target` has room for three bytes a UTF-16 unit. */
  encode(text: string, target: Uint8Array, at: number): number;
  /** The UTF-8 length of `text` in bytes. */
  byteLength(text: string): number;
  /** Given where it costs less to keep a few KiB in a string than in an array. */
  readonly packing?: BytePacking;
}

/**
 * Bytes in a string, a character each. An engine keeps a string among its objects, and lets go of it as it does of them; the
 * memory of an array lies outside, is got from the system, and is often given back only much later.
 */
export interface BytePacking {
  pack(bytes: Uint8Array, start: number, end: number): string;
  /** Puts the bytes at `target[at]`, where there is room for them. */
  unpack(packed: string, target: Uint8Array, at: number): void;
}
