/*
 * What `inflate` and `inflateMore` return. src/wasm repeats these numbers for JavaScript; the errors are named after what
 * zlib says.
 */

/** The message is complete. */
export const DONE: i32 = 0;
/** The room is used up, or the context's buffer is: the host takes the bytes and calls `inflateMore`. */
export const MORE: i32 = 1;

export const INVALID_BLOCK_TYPE: i32 = -1;
export const INVALID_STORED_BLOCK_LENGTHS: i32 = -2;
export const TOO_MANY_LENGTH_OR_DISTANCE_SYMBOLS: i32 = -3;
export const INVALID_CODE_LENGTHS_SET: i32 = -4;
export const INVALID_BIT_LENGTH_REPEAT: i32 = -5;
export const INVALID_CODE_MISSING_END_OF_BLOCK: i32 = -6;
export const INVALID_LITERAL_LENGTHS_SET: i32 = -7;
export const INVALID_DISTANCES_SET: i32 = -8;
export const INVALID_LITERAL_LENGTH_CODE: i32 = -9;
export const INVALID_DISTANCE_CODE: i32 = -10;
export const INVALID_DISTANCE_TOO_FAR_BACK: i32 = -11;
export const ENDS_WITHIN_A_BLOCK: i32 = -12;
export const TOO_MANY_FINAL_BLOCKS: i32 = -13;
