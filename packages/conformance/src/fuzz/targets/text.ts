import { isUtf8 } from "node:buffer";
import type { Codec } from "@sluice/codec-wasm";
import { createCodec } from "@sluice/codec-wasm";
import { Difference, expectSame, expectSameBytes, expectThat } from "../difference.js";
import { damaged, drawCuts } from "../streams/damage.js";
import { drawLength, drawText } from "../streams/payloads.js";
import { chunks } from "../streams/read-alike.js";
import type { FuzzTarget } from "../target.js";

interface TextInput {
  readonly bytes: Uint8Array;
  readonly cuts: readonly number[];
  /** How far behind the beginning of memory the bytes are put: alignment must not matter. */
  readonly shift: number;
  readonly key: number;
}

/** Bytes around what is worked on. */
const GUARD = 32;
const FILL = 0xa5;

const codecs = [createCodec({ backend: "wasm" }), createCodec({ backend: "typescript" })] as const;
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** UTF-8 and masking, in the codec's memory and elsewhere: both codecs and Node agree, in any pieces. */
export const text = (): FuzzTarget<TextInput> => ({
  generate(random) {
    const length = drawLength(random);
    const bytes = random.oneIn(8) ? random.bytes(length) : drawText(random, length, random.oneIn(2));
    return {
      bytes: random.oneIn(4) ? damaged(random, bytes) : bytes,
      cuts: drawCuts(random, bytes.length),
      shift: random.below(64),
      key: random.next() | 0,
    };
  },
  check(input) {
    const verdicts = codecs.map((codec) => checkUtf8(codec, input));
    expectSame("the verdict on UTF-8", verdicts[0], verdicts[1]);
    for (const codec of codecs) checkMask(codec, input);
  },
});

/** Where the text is wrong, its length where it ends too early, or -1. */
function checkUtf8(codec: Codec, { bytes, cuts, shift }: TextInput): number {
  const elsewhere = new Uint8Array(GUARD + shift + bytes.length);
  elsewhere.set(bytes, GUARD + shift);
  codec.readBuffer.set(bytes, shift);
  codec.slab.set(bytes, shift);
  const here = `(${codec.backend})`;
  const whole = verdict(codec, elsewhere, GUARD + shift, bytes.length, []);
  expectSame(`the verdict on pieces ${here}`, verdict(codec, elsewhere, GUARD + shift, bytes.length, cuts), whole);
  expectSame(
    `the verdict in the read buffer ${here}`,
    verdict(codec, codec.readBuffer, shift, bytes.length, cuts),
    whole,
  );
  expectSame(`the verdict in the slab ${here}`, verdict(codec, codec.slab, shift, bytes.length, []), whole);
  expectSame(`UTF-8 as Node has it ${here}`, whole === -1, isUtf8(bytes));
  expectSameBytes(`what was only looked at ${here}`, codec.readBuffer.subarray(shift, shift + bytes.length), bytes);
  if (whole === -1) {
    const ascii = bytes.every((byte) => byte < 0x80);
    const decoded = codec.decodeText(codec.readBuffer, shift, shift + bytes.length, ascii);
    expectSame(`the text ${here}`, decoded, decoder.decode(bytes));
    checkEncoding(codec, decoded, bytes);
  }
  return whole;
}

function verdict(codec: Codec, memory: Uint8Array, at: number, length: number, cuts: readonly number[]): number {
  let pending = 0;
  for (const [from, to] of chunks(cuts, length)) {
    pending = codec.validateUtf8(memory, at + from, at + to, pending);
    if (pending < 0) return -1 - pending - at;
  }
  return pending === 0 ? -1 : length;
}

function checkEncoding(codec: Codec, decoded: string, bytes: Uint8Array): void {
  const here = `(${codec.backend})`;
  expectSame(`the size of the text ${here}`, codec.textSize(decoded), bytes.length);
  if (decoded.length * 3 + 2 * GUARD > codec.slab.length) return;
  const fromText = codec.encodeText(codec.slab, 0, 0x81, decoded, undefined);
  const text = codec.slab.slice(0, fromText);
  const fromBytes = codec.encodeFrame(codec.slab, 0, 0x81, bytes, undefined);
  expectSameBytes(`a text frame and a frame of its bytes ${here}`, text, codec.slab.subarray(0, fromBytes));
}

/** RFC 6455 section 5.3, byte by byte. */
function checkMask(codec: Codec, { bytes, shift, key }: TextInput): void {
  const expected = bytes.map((byte, index) => byte ^ (key >>> (((index + shift) & 3) << 3)));
  for (const memory of [codec.readBuffer, codec.slab, new Uint8Array(GUARD + 64 + bytes.length + GUARD)]) {
    const start = GUARD + shift;
    const end = start + bytes.length;
    const around = [memory.subarray(start - GUARD, start), memory.subarray(end, end + GUARD)];
    for (const guard of around) guard.fill(FILL);
    memory.set(bytes, start);
    codec.mask(memory, start, end, key, shift & 3);
    const here = `(${codec.backend})`;
    expectSameBytes(`what was masked ${here}`, memory.subarray(start, end), expected);
    expectThat(
      around.every((guard) => guard.every((byte) => byte === FILL)),
      `masking changed bytes around ${here}`,
    );
    codec.mask(memory, start, end, key, shift & 3);
    if (Buffer.compare(memory.subarray(start, end), bytes) !== 0) {
      throw new Difference(`masking twice does not give back what there was ${here}`);
    }
  }
}
