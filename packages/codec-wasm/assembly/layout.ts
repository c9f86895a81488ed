/*
 * The memory map, in bytes. Sized once: 15 pages of 64 KiB, never grown, so views over it never go stale. src/wasm/layout.ts
 * repeats these numbers for JavaScript, and a test compares the two.
 *
 * Vector code loads and stores whole 16-byte vectors, so it may touch up to 15 bytes past a range; it stores there what
 * it loaded. Each area is therefore followed by slack that belongs to nobody.
 */

/** What `parse` copies in and out of a cursor that is not between messages. See the offsets below. */
export const STATE: usize = 64;

/** A header that came in parts is put together here. */
export const HEADER: usize = 128;

/** Static data begins here (asc's --memoryBase) and ends below DESCRIPTORS. */
export const STATIC: usize = 1024;

export const DESCRIPTORS: usize = 4096;
export const READ_BUFFER: usize = 12288;
export const SLAB: usize = 540672;
export const SCRATCH: usize = 806912;

export const STATE_HEADER_LENGTH: usize = 0;
export const STATE_HEADER: usize = 4;
export const STATE_FRAME: usize = 20;
export const STATE_REMAINING: usize = 24;
export const STATE_KEY: usize = 28;
export const STATE_MESSAGE: usize = 32;
export const STATE_UTF8: usize = 36;
export const STATE_ERROR: usize = 40;
/** Where the error is, relative to where the call began to read; below 0 for a byte of an earlier chunk. */
export const STATE_ERROR_AT: usize = 44;
/** Doubles, since both may pass 2^32. */
export const STATE_MESSAGE_SIZE: usize = 48;
export const STATE_ERROR_LENGTH: usize = 56;
