import type { Codec } from "@sluice/codec-wasm";
import type { Frame } from "../frame.js";
import { isWellFormed } from "../frame.js";

/** What `checkText` gives for text that is not UTF-8. */
export const NOT_UTF8 = -1;

/**
 * Checks a frame of a text message as UTF-8.
 *
 * @param pending what the check of the frame before it gave; 0 for the first of a message.
 * @returns what waits of a character that the next fragment goes on with, 0 at the end of a message; or `NOT_UTF8`.
 */
export function checkText(codec: Codec, frame: Frame.Text, pending: number): number {
  if (pending === 0 && isWellFormed(frame)) return 0;
  const { data } = frame;
  const left = codec.validateUtf8(data, 0, data.length, pending);
  return left < 0 || (frame.fin && left !== 0) ? NOT_UTF8 : left;
}
