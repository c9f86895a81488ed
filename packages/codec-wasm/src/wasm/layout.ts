/*
 * The memory map of assembly/layout.ts, for JavaScript. A test reads both files and compares them.
 */

/** Bytes. */
export const STATE = 64;
export const DESCRIPTORS = 4096;
export const READ_BUFFER = 12_288;
export const SLAB = 540_672;
export const SCRATCH = 806_912;

/** The size of SCRATCH without the slack behind it. */
export const SCRATCH_SIZE: number = 128 * 1024;

/** The words of STATE, as indices of an Int32Array. */
export const State = {
  headerLength: 0,
  header0: 1,
  header1: 2,
  header2: 3,
  header3: 4,
  frame: 5,
  remaining: 6,
  key: 7,
  message: 8,
  utf8: 9,
  error: 10,
  errorAt: 11,
} as const;

/** The doubles of STATE, as indices of a Float64Array. */
export const StateDouble = { messageSize: 6, errorLength: 7 } as const;

/** The bits of `parse`'s `config`: see assembly/header.ts. */
export const Config = { masked: 1, validateText: 2, limitMessages: 4, resume: 8 } as const;

/** The fields of what `parse` returns. */
export const Result = { count: 0x1ff, positionShift: 9, position: 0xf_ffff, state: 0x8000_0000 } as const;

/** Set in the result of `unmaskText` when every byte is below 0x80. */
export const ASCII = 0x4000_0000;
