import type { Codec } from "@sluice/codec-wasm";
import { createCodec } from "@sluice/codec-wasm";
import { createRandom } from "../random.js";

const ASCII = "The quick brown fox jumps over the lazy dog. ";
const MIXED = "Größe 日本語 und ein bißchen Text – dazu 🙂, mehr davon. ";

export type TextKind = "ascii" | "mixed";

/** Text of `bytes` bytes in UTF-8; "mixed" holds sequences of every length, and is filled up with ASCII. */
export function textOf(kind: TextKind, bytes: number): string {
  const unit = kind === "ascii" ? ASCII : MIXED;
  let text = "";
  let size = 0;
  for (const character of unit.repeat(Math.ceil(bytes / unit.length))) {
    const length = Buffer.byteLength(character, "utf8");
    if (size + length > bytes) break;
    text += character;
    size += length;
  }
  return text + ".".repeat(bytes - size);
}

export function bytesOf(kind: TextKind, size: number): Uint8Array {
  return new Uint8Array(Buffer.from(textOf(kind, size), "utf8"));
}

/** Frames as a client sends them, one behind the other. */
export interface Chunk {
  readonly bytes: Uint8Array;
  readonly frames: number;
}

/** @param sizes the least and the most payload bytes of a frame. */
export function chunkOf(frames: number, kind: TextKind, sizes: readonly [number, number], opcode: 1 | 2): Chunk {
  const codec = encoder();
  const random = createRandom();
  const target = new Uint8Array(frames * (sizes[1] + 14) + 64 + 3 * sizes[1]);
  let at = 0;
  for (let index = 0; index < frames; index++) {
    const size = sizes[0] + random(sizes[1] - sizes[0] + 1);
    at += codec.encodeFrame(target, at, 0x80 | opcode, bytesOf(kind, size), random(2 ** 32));
  }
  return { bytes: target.slice(0, at), frames };
}

let shared: Codec | undefined;

/** Not the codec that is measured, so that its compiled code sees only the work. */
function encoder(): Codec {
  shared ??= createCodec({ backend: "typescript" });
  return shared;
}
