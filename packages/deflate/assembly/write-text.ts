/*
 * Short text, as a whole message and nothing else, with codes that are made for all such.
 */
import { beginOutput, put, written } from "./bit-writer";
import { HEADS, headsSize } from "./deflate-context";
import { FIXED_CODES, TEXT_CODES } from "./layout";
import { beginText, isText } from "./text-codes";
import { writeAtOnce } from "./write-at-once";

/** Fewer bytes do not make up for telling codes. */
const WORTH_A_HEADER: u32 = 256;

/** Fewer bytes hardly ever become shorter at all. */
const LEAST_TEXT: u32 = 64;

/** Writes it, and returns true; or returns false, and all is as it was, where it is no text, or becomes hardly shorter by that. */
export function writeText(context: usize, bytes: usize, from: usize, to: usize): boolean {
  const size = <u32>(to - from);
  if (size < LEAST_TEXT || !isText(from, to)) return false;
  let most = size - (size >> 3);
  if (size < WORTH_A_HEADER) {
    put(1 << 1, 3);
    writeAtOnce(context, bytes, from, to, FIXED_CODES);
  } else {
    beginText();
    most = written() + (size >> 1) + (size >> 3);
    writeAtOnce(context, bytes, from, to, TEXT_CODES);
  }
  if (written() <= most) return true;
  // Who looks for matches anew must not find places of this message that come later.
  memory.fill(context + HEADS, 0, headsSize(context));
  beginOutput(true);
  return false;
}
