import fc from "fast-check";
import { expect, it } from "vitest";
import type { Codec } from "../src/index.js";
import { DESCRIPTOR_WORDS, FrameCursor, Info, ParseError } from "../src/index.js";
import { codecOf } from "./support/backends.js";
import { Oracle } from "./support/oracle.js";
import { createRandom } from "./support/random.js";
import { read } from "./support/reader.js";
import type { Stream } from "./support/streams.js";
import { STREAM } from "./support/streams.js";

const wasm = codecOf("wasm");
const typescript = codecOf("typescript");

/** Streams. Each has some 80 frames, of which those before an error count. */
const RUNS = 3_000;

/** How many frames one run of the properties must have read. */
const FRAMES = 100_000;

interface Piece {
  readonly words: readonly number[];
  readonly bytes: string;
}

/** Everything one call of `parse` shows. */
interface Call {
  readonly pieces: Piece[];
  readonly cursor: FrameCursor;
}

function* calls(codec: Codec, stream: Stream): Generator<Call> {
  const random = createRandom(stream.seed);
  const cursor = new FrameCursor(stream.options);
  let from = 0;
  for (const to of [...stream.cuts, stream.bytes.length]) {
    const place = random(3) === 0 ? random(100) : 0;
    codec.readBuffer.set(stream.bytes.subarray(from, to), place);
    cursor.start = place;
    cursor.end = place + to - from;
    from = to;
    for (;;) {
      const maxFrames = random(4) === 0 ? random(5) : 256;
      const count = codec.parse(cursor, maxFrames);
      const pieces: Piece[] = [];
      for (let index = 0; index < count; index++) {
        const at = index * DESCRIPTOR_WORDS;
        const words = [...codec.descriptors.subarray(at, at + DESCRIPTOR_WORDS)];
        const [, offset = 0, length = 0] = words;
        pieces.push({
          words,
          bytes: Buffer.from(codec.readBuffer.subarray(offset, offset + length)).toString("latin1"),
        });
      }
      yield { pieces, cursor };
      if (cursor.error !== ParseError.none) return;
      if (count < maxFrames) break;
    }
  }
}

it("gives the same descriptors, bytes, cursors and errors on both backends, call by call", { timeout: 60_000 }, () => {
  expect([wasm.backend, typescript.backend]).toEqual(["wasm", "typescript"]);
  let frames = 0;
  let errors = 0;
  fc.assert(
    fc.property(STREAM, (stream) => {
      const others = calls(typescript, stream);
      for (const ours of calls(wasm, stream)) {
        const theirs = others.next();
        if (theirs.done === true) throw new Error("the TypeScript backend stopped first");
        // Compared as text first: a deep comparison for each of so many calls would take most of the time.
        if (JSON.stringify(ours) !== JSON.stringify(theirs.value)) expect(ours).toEqual(theirs.value);
        for (const { words } of ours.pieces) if (((words[0] ?? 0) & Info.last) !== 0) frames++;
        if (ours.cursor.error !== ParseError.none) errors++;
      }
      expect(others.next().done).toBe(true);
    }),
    { numRuns: RUNS },
  );
  expect(frames).toBeGreaterThanOrEqual(FRAMES);
  expect(errors).toBeGreaterThan(RUNS / 10);
});

it.each([wasm, typescript])("finds what the oracle finds, $backend", { timeout: 60_000 }, (codec) => {
  fc.assert(
    fc.property(STREAM, (stream) => {
      const oracle = new Oracle(stream.options);
      oracle.push(stream.bytes);
      const random = createRandom(stream.seed);
      const drive = { maxFrames: () => 1 + random(40), place: () => random(100) };
      const result = read(codec, stream.options, stream.bytes, stream.cuts, drive);
      expect(result.frames.map(({ first, payload, text }) => ({ first, payload, text }))).toEqual(oracle.frames);
      expect([result.error, result.errorOffset]).toEqual([oracle.error, oracle.errorOffset]);
      expect(result.errorLength).toBe(Number(oracle.errorLength));
    }),
    { numRuns: 200 },
  );
});
