import type { FrameCursorOptions } from "@sluice/codec-wasm";
import type { Random } from "../random.js";
import { damaged, drawCuts } from "../streams/damage.js";
import { drawMessages } from "../streams/messages.js";
import type { StreamInput } from "../streams/read-alike.js";
import { readAlike } from "../streams/read-alike.js";
import type { FuzzTarget } from "../target.js";

const LIMITS: readonly number[] = [2 ** 31 - 1, 2 ** 31 - 1, 70_000, 1024, 126, 125, 16, 0];
const OWNED: readonly number[] = [0, 0, 0x40, 0x40, 0x30, 0x70];

export function drawReaderOptions(random: Random): FrameCursorOptions {
  return {
    role: random.oneIn(4) ? "client" : "server",
    maxFrameSize: random.pick(LIMITS),
    limitMessages: !random.oneIn(4),
    validateText: !random.oneIn(6),
    messageRsv: random.pick(OWNED),
    continuationRsv: random.oneIn(3) ? random.pick(OWNED) : 0,
  };
}

/** Streams of frames, sound and damaged, in any chunks: both codecs agree call by call. */
export const frames = (): FuzzTarget<StreamInput> => ({
  generate(random) {
    const drawn = drawReaderOptions(random);
    const { role, messageRsv = 0, continuationRsv = 0 } = drawn;
    const sound = random.oneIn(4);
    const options = sound ? { ...drawn, maxFrameSize: 2 ** 31 - 1 } : drawn;
    const written = drawMessages(random, { role, messageRsv, continuationRsv, sound }).bytes;
    const bytes = !sound && random.oneIn(2) ? damaged(random, written) : written;
    return { options, bytes, cuts: drawCuts(random, bytes.length), drive: random.next() };
  },
  check: (input) => readAlike(input),
});
