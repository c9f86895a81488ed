import type { Codec } from "@sluice/codec-wasm";
import { DESCRIPTOR_WORDS, Info } from "@sluice/codec-wasm";
import { Opcode } from "../frame-type.js";
import type { PackedBytes, Packing } from "../packed-bytes.js";

/** A frame in one piece, and a message by itself. */
const WHOLE: number = Info.first | Info.last | Info.fin;

/** A binary frame in one piece, whole, without RSV bits: its info. */
export const WHOLE_BINARY: number = WHOLE | Opcode.binary;

/** Payloads from here on, in bytes, are written from where they are instead of being copied into the batch. */
export const LARGE_PAYLOAD: number = 32 * 1024;

/** Up to this many bytes the engine keeps an array among its objects, which costs less than a place in shared memory. */
const ALONE_UP_TO = 64;

/**
 * From here on, in bytes, a payload has memory of its own: a frame that is kept for long holds on to nothing else. Below
 * `LARGE_PAYLOAD` that may be a string.
 */
const ALONE_FROM = 4096;

/** The most memory, in bytes, that payloads share: what a small frame that is kept for long may hold on to. */
const MOST_SHARED = 16 * 1024;

/** Multiples of this are places where arrays of any type can begin. */
const ALIGNMENT = 8;

const NOTHING = new ArrayBuffer(0);

/**
 * Copies the payloads of whole frames out of the codec's memory. An `ArrayBuffer` costs several times what copying
 * a small payload does, so that those of one chunk, and of no other, share one: a quarter of the time for 128 bytes.
 */
export class Payloads {
  readonly #codec: Codec;
  readonly #packing: Packing | undefined;
  readonly #neighbours = new SharedMemory();
  /** Of what is an extension's: it reads that and lets it go, so that those of other chunks may share the memory, too. */
  readonly #extensions = new SharedMemory();

  constructor(codec: Codec, packing: Packing | undefined) {
    this.#codec = codec;
    this.#packing = packing;
  }

  /** As {@link copy}, or the same in another form, while nobody asks for the bytes. */
  own(at: number, end: number): Uint8Array | PackedBytes {
    const { descriptors, readBuffer } = this.#codec;
    const length = descriptors[at + 2] as number;
    if (length < ALONE_FROM || length >= LARGE_PAYLOAD) return this.copy(at, end);
    const start = descriptors[at + 1] as number;
    return this.#packing?.pack(readBuffer, start, start + length) ?? copied(readBuffer, start, start + length);
  }

  /** The payload of the frame that the descriptor at word `at` tells of; descriptors go up to word `end`. */
  copy(at: number, end: number): Uint8Array {
    const { descriptors, readBuffer } = this.#codec;
    const info = descriptors[at] as number;
    const start = descriptors[at + 1] as number;
    const length = descriptors[at + 2] as number;
    if (!mayShare(info, length)) return copied(readBuffer, start, start + length);
    const memory = (info & Info.rsv) === 0 ? this.#neighbours : this.#extensions;
    if (memory.left < length) {
      const size = memory === this.#neighbours ? sharedSize(descriptors, at, end) : MOST_SHARED;
      if (size === length) return readBuffer.slice(start, start + length);
      memory.renew(size);
    }
    const payload = memory.take(length);
    payload.set(readBuffer.subarray(start, start + length));
    return payload;
  }

  /** The chunk is done: what comes is no neighbour of what came. */
  done(): void {
    this.#neighbours.drop();
  }
}

/** Memory that arrays get one behind the other. */
class SharedMemory {
  #memory: ArrayBuffer = NOTHING;
  /** Bytes of it, as it was made: to ask the memory takes a call. */
  #size = 0;
  /** Bytes of it that are taken. */
  #used = 0;

  /** Bytes that can be taken. */
  get left(): number {
    return this.#size - this.#used;
  }

  renew(size: number): void {
    this.#memory = new ArrayBuffer(size);
    this.#size = size;
    this.#used = 0;
  }

  take(length: number): Uint8Array {
    const taken = new Uint8Array(this.#memory, this.#used, length);
    this.#used = align(this.#used + length);
    return taken;
  }

  drop(): void {
    this.#memory = NOTHING;
    this.#size = 0;
    this.#used = 0;
  }
}

/** As `slice`, which fills its memory with zeroes first: of 256 KiB that is half the time, and a few bytes are faster so. */
function copied(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return end - start < ALONE_FROM ? bytes.slice(start, end) : new Uint8Array(bytes.subarray(start, end));
}

/** Bytes that the frames from word `at` on need together, as far as they may share memory. */
function sharedSize(descriptors: Uint32Array, at: number, end: number): number {
  let size = 0;
  for (let word = at; word < end; word += DESCRIPTOR_WORDS) {
    const length = descriptors[word + 2] as number;
    if (!mayShare(descriptors[word] as number, length)) continue;
    const next = align(size) + length;
    if (next > MOST_SHARED) break;
    size = next;
  }
  return size;
}

/** Whole messages that are binary or an extension's. Text is a string, and control frames and pieces go their own ways. */
function mayShare(info: number, length: number): boolean {
  const isCopied = (info & WHOLE) === WHOLE && (info & 0x08) === 0 && (info & Info.text) === 0;
  return isCopied && length > ALONE_UP_TO && length < ALONE_FROM;
}

function align(size: number): number {
  return (size + ALIGNMENT - 1) & -ALIGNMENT;
}
