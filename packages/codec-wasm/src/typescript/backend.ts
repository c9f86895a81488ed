import type { Backend } from "../codec.js";
import { READ_BUFFER_SIZE, SLAB_SIZE } from "../codec.js";
import { CodecBase } from "../codec-base.js";
import type { FrameCursor } from "../cursor.js";
import { DESCRIPTOR_WORDS, MAX_DESCRIPTORS } from "../descriptor.js";
import { rotateKey } from "../mask-key.js";
import { checkParse, checkPending, checkRange } from "../misuse.js";
import type { CodecSelection } from "../selection.js";
import type { TextAccess } from "../text-access.js";
import type { WordMemory } from "./mask.js";
import { createWordMemory, maskForeign, maskMemory } from "./mask.js";
import { parse } from "./parse.js";
import { validateUtf8 } from "./utf8.js";

/** The reference: what the WebAssembly module does, in TypeScript to be read and to be compared with. */
export class TypeScriptCodec extends CodecBase {
  readonly backend: Backend = "typescript";
  readonly readBuffer: Uint8Array;
  readonly descriptors: Uint32Array = new Uint32Array(MAX_DESCRIPTORS * DESCRIPTOR_WORDS);
  readonly slab: Uint8Array;
  readonly #read: WordMemory = createWordMemory(READ_BUFFER_SIZE);
  readonly #slab: WordMemory = createWordMemory(SLAB_SIZE);

  constructor(selection: CodecSelection, text: TextAccess) {
    super(selection, text);
    this.readBuffer = this.#read.bytes;
    this.slab = this.#slab.bytes;
  }

  parse(cursor: FrameCursor, maxFrames: number): number {
    checkParse(cursor, maxFrames, READ_BUFFER_SIZE);
    return parse(cursor, this.#read, this.descriptors, maxFrames);
  }

  validateUtf8(bytes: Uint8Array, start: number, end: number, pending = 0): number {
    checkRange(start, end, bytes.length);
    checkPending(pending);
    return validateUtf8(bytes, start, end, pending);
  }

  mask(bytes: Uint8Array, start: number, end: number, key: number, phase = 0): void {
    checkRange(start, end, bytes.length);
    this.maskRange(bytes, start, end, rotateKey(key, phase));
  }

  protected maskRange(bytes: Uint8Array, start: number, end: number, key: number): void {
    if (bytes === this.slab) maskMemory(this.#slab, start, end, key);
    else if (bytes === this.readBuffer) maskMemory(this.#read, start, end, key);
    else maskForeign(bytes, start, end, key);
  }
}
