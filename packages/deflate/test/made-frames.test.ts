import { Frame } from "@sluice/core";
import { expect, test } from "vitest";
import { MadeFrames } from "../src/made-frames.js";

function frames(count: number): Frame.Data[] {
  return Array.from({ length: count }, (_, index) => new Frame.Text(`frame ${index}`));
}

test("frames that were sent lately are found, each for itself", () => {
  const made = new MadeFrames<number>();
  const all = frames(20);
  for (const [index, frame] of all.entries()) made.set(frame, 10, index);
  expect(all.map((frame) => made.get(frame))).toEqual([...all.keys()]);
  expect(made.get(new Frame.Text("frame 3"))).toBeUndefined();
});

test("a frame that was sent once is forgotten after many others, one that was sent twice is not", () => {
  const made = new MadeFrames<string>();
  const [once, twice] = frames(2) as [Frame.Data, Frame.Data];
  made.set(once, 10, "once");
  made.set(twice, 10, "twice");
  expect(made.get(twice)).toBe("twice");
  for (const frame of frames(1000)) made.set(frame, 10, "another");
  expect(made.get(once)).toBeUndefined();
  expect(made.get(twice)).toBe("twice");
});

test("a long frame is found for as long as somebody has it", () => {
  const made = new MadeFrames<string>();
  const [long] = frames(1) as [Frame.Data];
  made.set(long, 100_000, "long");
  for (const frame of frames(1000)) made.set(frame, 10, "another");
  expect(made.get(long)).toBe("long");
});

test("a frame is forgotten on demand, unless something else has become of it since", () => {
  const made = new MadeFrames<object>();
  const [first, second] = [{}, {}];
  for (const size of [10, 100_000]) {
    for (const sent of [1, 2]) {
      const [frame] = frames(1) as [Frame.Data];
      made.set(frame, size, first);
      if (sent === 2) made.get(frame);
      made.delete(frame, second);
      expect(made.get(frame)).toBe(first);
      made.delete(frame, first);
      expect(made.get(frame)).toBeUndefined();
      made.set(frame, size, second);
      made.delete(frame, first);
      expect(made.get(frame)).toBe(second);
    }
  }
});
