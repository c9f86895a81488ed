import { Frame } from "../frame.js";

/** UTF-16 units up to which the last text is kept, so that nothing large is held for nobody. */
const KEPT_TEXT = 64 * 1024;

let lastFrame: Frame.Text | undefined;

/** The same frame for the same text, as a broadcast sends it to one session after the other: what extensions make of it can be shared. */
export function frameOfText(text: string): Frame.Text {
  if (lastFrame?.payload === text) return lastFrame;
  const frame = new Frame.Text(text);
  if (text.length <= KEPT_TEXT) lastFrame = frame;
  return frame;
}
