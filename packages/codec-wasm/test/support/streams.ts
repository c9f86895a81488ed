import fc from "fast-check";
import type { FrameCursorOptions, Role } from "../../src/index.js";
import { createRandom } from "./random.js";
import { encodeFrame, utf8 } from "./wire.js";

/** A stream, how it is cut, and how it is read. */
export interface Stream {
  readonly options: FrameCursorOptions;
  readonly bytes: Uint8Array;
  readonly cuts: readonly number[];
  /** Draws `maxFrames` and places in the read buffer. */
  readonly seed: number;
}

interface Message {
  readonly text: boolean;
  readonly kind: number;
  readonly size: number;
  /** Where it is cut into fragments, as shares of its length. */
  readonly fragments: readonly number[];
  /** The control frames in front of it and between its fragments. */
  readonly controls: readonly number[];
  readonly rsv: number;
  readonly key: number;
}

const RSV = fc.constantFrom(0, 0, 0, 0x40, 0x20, 0x60, 0x70);

/** Mostly short, as frames are; now and then past 125, and rarely past 65,535. */
const SIZE = fc.oneof(
  { weight: 1_200, arbitrary: fc.integer({ min: 0, max: 60 }) },
  { weight: 400, arbitrary: fc.integer({ min: 60, max: 200 }) },
  { weight: 60, arbitrary: fc.integer({ min: 200, max: 3_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 65_000, max: 66_500 }) },
);

/** What text is made of: from ASCII alone to every length of sequence. */
const TEXT_UNITS: readonly string[] = [
  "plain ASCII text ",
  "größer, łódź ",
  "日本語のテキスト",
  "🙂🙃😀",
  "a é € 𝄞 \ufeff\uffff",
  "x".repeat(40).concat("ß"),
];

/** A place in something, in thousandths of its length. */
const SHARE = fc.integer({ min: 0, max: 1_000 });

const MESSAGE: fc.Arbitrary<Message> = fc.record({
  text: fc.boolean(),
  kind: fc.nat(TEXT_UNITS.length - 1),
  size: SIZE,
  fragments: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(SHARE, { maxLength: 4 }) },
  ),
  controls: fc.array(fc.constantFrom(0x88, 0x89, 0x8a), { maxLength: 2 }),
  rsv: RSV,
  key: fc.integer(),
});

/** `owned` decides whether the RSV bits of a stream have an owner: without, nearly every stream would end at once. */
export const STREAM: fc.Arbitrary<Stream> = fc
  .record({
    role: fc.constantFrom<Role>("server", "client"),
    messages: fc.array(MESSAGE, { minLength: 10, maxLength: 60, size: "max" }),
    owned: fc.constantFrom(0, 0, 0x40, 0x70),
    strayRsv: fc.constantFrom(false, false, false, false, true),
    limit: fc.constantFrom(2 ** 31 - 1, 2 ** 31 - 1, 70_000, 3_000, 150, 20),
    limitMessages: fc.boolean(),
    validateText: fc.constantFrom(true, true, true, false),
    flips: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(fc.tuple(SHARE, fc.integer({ min: 1, max: 255 })), { maxLength: 2 }) },
    ),
    cuts: fc.array(SHARE, { maxLength: 30 }),
    fineCut: fc.tuple(SHARE, fc.integer({ min: 0, max: 40 })),
    seed: fc.integer(),
  })
  .map((drawn) => {
    const { role, owned, strayRsv, seed } = drawn;
    const wire: number[] = [];
    for (const message of drawn.messages) {
      const allowed = strayRsv ? message.rsv : message.rsv & owned;
      for (const frame of framesOf(message, allowed))
        wire.push(...encodeFrame(frame, role, keyBytes(message.key)).bytes);
    }
    const bytes = Uint8Array.from(wire);
    for (const [share, flip] of drawn.flips) {
      const at = Math.min(bytes.length - 1, Math.floor((share * bytes.length) / 1_000));
      bytes[at] = (bytes[at] ?? 0) ^ flip;
    }
    const cuts = drawn.cuts.map((share) => Math.floor((share * bytes.length) / 1_000));
    // Somewhere a run of bytes arrives one by one, so that headers and sequences are cut at every place.
    const [share, count] = drawn.fineCut;
    const from = Math.floor((share * bytes.length) / 1_000);
    for (let index = 0; index < count; index++) cuts.push(Math.min(bytes.length, from + index));
    return {
      options: {
        role,
        maxFrameSize: drawn.limit,
        limitMessages: drawn.limitMessages,
        validateText: drawn.validateText,
        messageRsv: owned,
        continuationRsv: seed % 3 === 0 ? owned : 0,
      },
      bytes,
      cuts: cuts.sort((a, b) => a - b),
      seed,
    };
  });

function framesOf(message: Message, rsv: number): { first: number; payload: Uint8Array }[] {
  const payload = payloadOf(message);
  const cuts = message.fragments.map((share) => Math.floor((share * payload.length) / 1_000)).sort((a, b) => a - b);
  const controls = [...message.controls];
  const frames: { first: number; payload: Uint8Array }[] = [];
  let from = 0;
  for (const [index, to] of [...cuts, payload.length].entries()) {
    const control = controls.pop();
    if (control !== undefined) frames.push({ first: control, payload: payload.subarray(0, 20) });
    const fin = index === cuts.length ? 0x80 : 0;
    const opcode = index > 0 ? 0 : message.text ? 1 : 2;
    frames.push({ first: fin | opcode | (index === 0 ? rsv : 0), payload: payload.subarray(from, to) });
    from = to;
  }
  return frames;
}

function payloadOf(message: Message): Uint8Array {
  if (!message.text) {
    const random = createRandom(message.key);
    return Uint8Array.from({ length: message.size }, () => random(256));
  }
  const unit = TEXT_UNITS[message.kind] ?? "";
  return utf8(unit.repeat(Math.ceil(message.size / utf8(unit).length)));
}

function keyBytes(key: number): readonly number[] {
  return [key & 0xff, (key >>> 8) & 0xff, (key >>> 16) & 0xff, key >>> 24];
}
