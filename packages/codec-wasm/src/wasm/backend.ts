import type { Backend } from "../codec.js";
import { READ_BUFFER_SIZE, SLAB_SIZE } from "../codec.js";
import { CodecBase } from "../codec-base.js";
import type { FrameCursor } from "../cursor.js";
import { DESCRIPTOR_WORDS, MAX_DESCRIPTORS } from "../descriptor.js";
import { rotateKey } from "../mask-key.js";
import { checkParse, checkPending, checkRange } from "../misuse.js";
import { ParseError } from "../parse-error.js";
import type { CodecSelection } from "../selection.js";
import type { TextAccess } from "../text-access.js";
import { maskForeign } from "../typescript/mask.js";
import { validateUtf8 } from "../typescript/utf8.js";
import type { CodecExports } from "./instance.js";
import { ASCII, Config, DESCRIPTORS, READ_BUFFER, Result, SCRATCH, SCRATCH_SIZE, SLAB, STATE } from "./layout.js";
import { readState, writeState } from "./state.js";

/** Texts from and up to this many bytes are worth making UTF-16 of in the module, where the platform says so, and fit. */
const UTF16_WORTH = 40;
const UTF16_FITS = SCRATCH_SIZE / 2;

/** Below this many bytes, checking UTF-8 in place beats copying it into the module's memory. Measured: bench:codec. */
const COPY_WORTH = 64;

/*
 * Copies, because an imported constant is loaded and checked at each use, while a module's own is part of the compiled
 * code: a tenth of the time of masking 8 bytes.
 */
const READ_ADDRESS = READ_BUFFER;
const READ_SIZE = READ_BUFFER_SIZE;
const SLAB_ADDRESS = SLAB;
const SLAB_BYTES = SLAB_SIZE;

/** Where `bytes` are, when they are not in the module's memory. */
const ELSEWHERE = -1;

/** The WebAssembly module behind the `Codec` interface. */
export class WasmCodec extends CodecBase {
  readonly backend: Backend = "wasm";
  readonly readBuffer: Uint8Array;
  readonly descriptors: Uint32Array;
  readonly slab: Uint8Array;
  readonly #parse: CodecExports["parse"];
  readonly #mask: CodecExports["mask"];
  readonly #unmaskText: CodecExports["unmaskText"];
  readonly #utf16: CodecExports["utf16"];
  readonly #memory: ArrayBuffer;
  readonly #scratch: Uint8Array;
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;

  constructor(exports: CodecExports, selection: CodecSelection, text: TextAccess) {
    super(selection, text);
    const memory = exports.memory.buffer;
    this.#parse = exports.parse;
    this.#mask = exports.mask;
    this.#unmaskText = exports.unmaskText;
    this.#utf16 = exports.utf16;
    this.#memory = memory;
    this.readBuffer = new Uint8Array(memory, READ_BUFFER, READ_BUFFER_SIZE);
    this.descriptors = new Uint32Array(memory, DESCRIPTORS, MAX_DESCRIPTORS * DESCRIPTOR_WORDS);
    this.slab = new Uint8Array(memory, SLAB, SLAB_SIZE);
    this.#scratch = new Uint8Array(memory, SCRATCH, SCRATCH_SIZE);
    this.#words = new Int32Array(memory, STATE, 16);
    this.#doubles = new Float64Array(memory, STATE, 8);
  }

  parse(cursor: FrameCursor, maxFrames: number): number {
    checkParse(cursor, maxFrames, READ_SIZE);
    if (cursor.error !== ParseError.none) return 0;
    const { start } = cursor;
    let config: number = cursor.masked;
    if (cursor.validateText) config |= Config.validateText;
    if (cursor.limitMessages) config |= Config.limitMessages;
    // Config has the RSV bits where a first byte has them, and four bits further up those of continuations.
    config |= (cursor.messageRsv & 0x70) | ((cursor.continuationRsv & 0x70) << 4);
    // Between messages, which is nearly always, there is no state to copy: the call's arguments say everything.
    if ((cursor.headerLength | cursor.remaining | cursor.message) !== 0) {
      config |= Config.resume;
      writeState(cursor, this.#words, this.#doubles);
    }
    const result = this.#parse(start, cursor.end, maxFrames, config, cursor.maxFrameSize);
    const position = (result >>> Result.positionShift) & Result.position;
    if (result < 0) readState(cursor, this.#words, this.#doubles);
    cursor.start = position;
    cursor.offset += position - start;
    return result & Result.count;
  }

  override decodeText(bytes: Uint8Array, start: number, end: number, ascii: boolean): string {
    const { text } = this;
    const size = end - start;
    const isWorth = !ascii && bytes === this.readBuffer && size >= UTF16_WORTH && size <= UTF16_FITS;
    if (!isWorth || text.decodeUtf16 === undefined) return super.decodeText(bytes, start, end, ascii);
    checkRange(start, end, READ_SIZE);
    const written = this.#utf16(READ_ADDRESS + start, READ_ADDRESS + end, SCRATCH);
    return text.decodeUtf16(this.#scratch, 0, written);
  }

  validateUtf8(bytes: Uint8Array, start: number, end: number, pending = 0): number {
    checkRange(start, end, bytes.length);
    checkPending(pending);
    if (pending === 0 && this.#isWhole(bytes, start, end)) return 0;
    const address = this.#addressOf(bytes, end - start);
    if (address === ELSEWHERE) return this.#validateElsewhere(bytes, start, end, pending);
    const result = this.#unmaskText(address + start, address + end, 0, pending);
    return result < 0 ? result + address : result & ~ASCII;
  }

  /**
   * Whether the platform says that it is well-formed text, as it mostly is. Asked before it is known where the bytes are, but for the two
   * arrays that are compared with: to ask for an array's `buffer` costs as much.
   */
  #isWhole(bytes: Uint8Array, start: number, end: number): boolean {
    const { text } = this;
    const size = end - start;
    if (text.isUtf8 === undefined || size < COPY_WORTH || bytes === this.slab || bytes === this.readBuffer)
      return false;
    return text.isUtf8(size === bytes.length ? bytes : bytes.subarray(start, end));
  }

  /**
   * UTF-8 in memory that the module cannot see. Copying in and checking there costs less than checking here from some
   * dozens of bytes on; nothing is copied back.
   */
  #validateElsewhere(bytes: Uint8Array, start: number, end: number, pending: number): number {
    if (end - start < COPY_WORTH) return validateUtf8(bytes, start, end, pending);
    let state = pending;
    for (let from = start; from < end; from += SCRATCH_SIZE) {
      const to = Math.min(from + SCRATCH_SIZE, end);
      this.#scratch.set(bytes.subarray(from, to));
      state = this.#unmaskText(SCRATCH, SCRATCH + to - from, 0, state);
      if (state < 0) return state + SCRATCH - from;
      state &= ~ASCII;
    }
    return state;
  }

  mask(bytes: Uint8Array, start: number, end: number, key: number, phase = 0): void {
    const turned = phase === 0 ? key : rotateKey(key, phase);
    const mask = this.#mask;
    // By area, with its size and address as constants: with `bytes.length` and one call for all areas, 1 KiB takes an
    // eighth longer, more than the call into the module.
    if (bytes === this.readBuffer) {
      checkRange(start, end, READ_SIZE);
      mask(READ_ADDRESS + start, READ_ADDRESS + end, turned);
    } else if (bytes === this.slab) {
      checkRange(start, end, SLAB_BYTES);
      mask(SLAB_ADDRESS + start, SLAB_ADDRESS + end, turned);
    } else {
      checkRange(start, end, bytes.length);
      this.#maskElsewhere(bytes, start, end, turned);
    }
  }

  protected maskRange(bytes: Uint8Array, start: number, end: number, key: number): void {
    if (bytes === this.slab) this.#mask(SLAB_ADDRESS + start, SLAB_ADDRESS + end, key);
    else this.#maskElsewhere(bytes, start, end, key);
  }

  /** A view of the module's memory, or memory that it cannot see: copying in and out to mask loses to TypeScript in place. */
  #maskElsewhere(bytes: Uint8Array, start: number, end: number, key: number): void {
    const address = this.#addressOf(bytes, end - start);
    if (address === ELSEWHERE) maskForeign(bytes, start, end, key);
    else this.#mask(address + start, address + end, key);
  }

  /** The address of `bytes[0]` in the module's memory, or ELSEWHERE. */
  #addressOf(bytes: Uint8Array, length: number): number {
    if (bytes === this.slab) return SLAB_ADDRESS;
    if (bytes === this.readBuffer) return READ_ADDRESS;
    // `buffer` makes an engine allocate one for a small array that never had any; short ranges are not worth it.
    return length >= COPY_WORTH && bytes.buffer === this.#memory ? bytes.byteOffset : ELSEWHERE;
  }
}
