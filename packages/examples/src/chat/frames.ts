import { Frame } from "@sluice/server";
import type { ServerEvent } from "./events.js";

const encoder = new TextEncoder();
const frames = new WeakMap<ServerEvent, Frame.Text>();

/** The frame of an event: one for all the sessions that it goes to, so it becomes JSON and UTF-8 only once. */
export function frameOf(event: ServerEvent): Frame.Text {
  const known = frames.get(event);
  if (known !== undefined) return known;
  const frame = new Frame.Text(encoder.encode(JSON.stringify(event)));
  frames.set(event, frame);
  return frame;
}
