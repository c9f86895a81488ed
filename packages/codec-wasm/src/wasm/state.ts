import type { FrameCursor } from "../cursor.js";
import { ParseError } from "../parse-error.js";
import { State, StateDouble } from "./layout.js";

/*
 * The part of a cursor that outlives a chunk, copied to where the module reads it and back. Only cursors in the middle
 * of a header, a frame or a message come here. Plain stores: a hundred of them are not worth a loop over names.
 */

export function writeState(cursor: FrameCursor, words: Int32Array, doubles: Float64Array): void {
  words[State.headerLength] = cursor.headerLength;
  words[State.header0] = cursor.header0;
  words[State.header1] = cursor.header1;
  words[State.header2] = cursor.header2;
  words[State.header3] = cursor.header3;
  words[State.frame] = cursor.frame;
  words[State.remaining] = cursor.remaining;
  words[State.key] = cursor.key;
  words[State.message] = cursor.message;
  words[State.utf8] = cursor.utf8;
  doubles[StateDouble.messageSize] = cursor.messageSize;
}

/** `cursor.start` and `cursor.offset` still stand where the call began. */
export function readState(cursor: FrameCursor, words: Int32Array, doubles: Float64Array): void {
  const waits = words[State.headerLength] !== 0;
  cursor.headerLength = words[State.headerLength] as number;
  cursor.header0 = waits ? (words[State.header0] as number) : 0;
  cursor.header1 = waits ? (words[State.header1] as number) : 0;
  cursor.header2 = waits ? (words[State.header2] as number) : 0;
  cursor.header3 = waits ? (words[State.header3] as number) : 0;
  cursor.frame = words[State.frame] as number;
  cursor.remaining = words[State.remaining] as number;
  cursor.key = words[State.key] as number;
  cursor.message = words[State.message] as number;
  cursor.utf8 = words[State.utf8] as number;
  cursor.messageSize = doubles[StateDouble.messageSize] as number;
  // The module returns only the numbers of ParseError.
  const error = words[State.error] as ParseError;
  if (error === ParseError.none) return;
  cursor.error = error;
  cursor.errorOffset = cursor.offset + (words[State.errorAt] as number);
  if (error === ParseError.frameTooBig || error === ParseError.messageTooBig) {
    cursor.errorLength = doubles[StateDouble.errorLength] as number;
  }
}
