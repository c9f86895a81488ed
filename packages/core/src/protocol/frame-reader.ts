import type { Codec } from "@sluice/codec-wasm";
import {
  DESCRIPTOR_WORDS,
  FrameCursor,
  headerSize,
  Info,
  MAX_DESCRIPTORS,
  MAX_HEADER_SIZE,
  ParseError,
} from "@sluice/codec-wasm";
import type { CloseReason } from "../close-reason.js";
import type { SluiceError } from "../errors.js";
import { ProtocolViolationError } from "../errors.js";
import { binaryFrame, Frame, frameOf } from "../frame.js";
import { Opcode } from "../frame-type.js";
import { readClosePayload } from "./close-payload.js";
import type { ConnectionProfile } from "./connection-profile.js";
import type { ConnectionLimits, RetainedBytes } from "./limits.js";
import { Payloads, WHOLE_BINARY } from "./payloads.js";
import { Reassembly } from "./reassembly.js";
import { parseFailure } from "./violations.js";

/** What the input came to: the peer's Close, `null` for an empty one, or what it did wrong. */
export type InputEnd = { readonly close: CloseReason | null } | { readonly error: SluiceError };

/** A text frame in one piece, whole, without RSV bits: info without `ascii` and `text`. */
const WHOLE_TEXT = Info.first | Info.last | Info.fin | Opcode.text;
const WHOLE_MASK = Info.first | Info.last | Info.firstByte;

const NOTHING = new Uint8Array(0);

/** Of a reader that nobody uses. */
const NO_LIMITS: ConnectionLimits = { maxFrameSize: 0, maxFragments: 0 };

/** From pieces of frames in the codec's memory to frames that own their payload, messages put together. */
export class FrameReader {
  /** Frames that are owned and not reported yet: the first `found`. An array that is emptied gets new memory each time. */
  readonly ready: (Frame | undefined)[] = [];
  found = 0;
  /** Behind `ready`, where the input has ended. */
  end: InputEnd | undefined;

  readonly #codec: Codec;
  readonly #retained: RetainedBytes;
  readonly #raw: boolean;
  readonly #cursor: FrameCursor;
  readonly #payloads: Payloads;
  #limits: ConnectionLimits = NO_LIMITS;

  /** The unfinished data frame or message, and what it is. */
  #message: Reassembly | undefined;
  #messageFirstByte = 0;
  #fragments = 0;
  /** The control frame whose payload is under way. */
  #control: Reassembly | undefined;

  constructor(profile: ConnectionProfile) {
    const { role, raw, validateText, messageRsv, continuationRsv } = profile;
    this.#codec = profile.codec;
    this.#retained = profile.retained;
    this.#raw = raw;
    this.#payloads = new Payloads(profile.codec, profile.packing);
    const { maxFrameSize } = NO_LIMITS;
    const options = { role, maxFrameSize, limitMessages: !raw, validateText, messageRsv, continuationRsv };
    this.#cursor = new FrameCursor(options);
  }

  /** Where in the codec's `readBuffer` reading goes on. */
  get position(): number {
    return this.#cursor.start;
  }

  /** Bytes since the first byte after the handshake, at `position`. */
  get offset(): number {
    return this.#cursor.offset;
  }

  /** Payload bytes still to come of the frame under way. */
  get remaining(): number {
    return this.#cursor.remaining;
  }

  /** Whether it stands between two messages, with nothing left to report: then `offset` is all that there is to know. */
  get isIdle(): boolean {
    const { error, headerLength, remaining, message } = this.#cursor;
    const isParsed = error === ParseError.none && headerLength === 0 && remaining === 0 && message === 0;
    return isParsed && this.end === undefined && this.found === 0;
  }

  /** Goes on with another connection's stream, where it is idle there. To be called while it is idle here. */
  moveTo(limits: ConnectionLimits, offset: number): void {
    this.#limits = limits;
    this.#cursor.offset = offset;
  }

  /** A chunk begins at `start` of the codec's `readBuffer`. */
  begin(start: number): void {
    this.#cursor.start = start;
    this.#cursor.maxFrameSize = this.#limits.maxFrameSize;
  }

  /**
   * Parses from `position` at most to `chunkEnd`; what was found is in `ready` and `end`. No code but the codec's runs
   * before all of it is owned.
   *
   * @param places frames that may come, 1 or more.
   * @param room payload bytes that may come, 1 or more; the frame that crosses the bound still comes, and none after it.
   * @returns the pieces of frames parsed.
   */
  read(chunkEnd: number, places: number, room: number): number {
    const cursor = this.#cursor;
    const left = room - (this.#message?.size ?? 0) - (this.#control?.size ?? 0);
    // As many bytes as there is room for hold no frame too many. Where that would cut the frame under way, or a header,
    // into crumbs, frames are taken one at a time.
    const single = left <= Math.max(cursor.remaining, MAX_HEADER_SIZE);
    cursor.end = single ? chunkEnd : Math.min(chunkEnd, cursor.start + left);
    const count = this.#codec.parse(cursor, single ? 1 : Math.min(MAX_DESCRIPTORS, places));
    this.#own(count);
    if (this.end === undefined && cursor.error !== ParseError.none) this.#fail();
    return count;
  }

  /** Ends the input with a limit that is not the bytes' own fault. */
  exceedRetained(message: string): void {
    this.#violate("RETAINED_BYTES_EXCEEDED", message, this.#cursor.offset);
  }

  /** Lets go of what is unfinished. */
  drop(): void {
    if (this.#message !== undefined) this.#retained.release(this.#message.size);
    this.#message = undefined;
    this.#control = undefined;
  }

  /** The codec found something wrong. A frame that was one too many is so from its first byte, before its text is wrong. */
  #fail(): void {
    const { frame, start, remaining } = this.#cursor;
    // Of such a frame no piece was given, by which it would have been counted.
    if ((frame & Info.first) !== 0 && !this.#beginFragment(frame, start, remaining)) return;
    this.end = { error: parseFailure(this.#cursor) };
  }

  #add(frame: Frame): void {
    this.ready[this.found++] = frame;
  }

  #own(count: number): void {
    const codec = this.#codec;
    const { descriptors, readBuffer } = codec;
    const wordEnd = count * DESCRIPTOR_WORDS;
    for (let at = 0; at < wordEnd && this.end === undefined; at += DESCRIPTOR_WORDS) {
      const info = descriptors[at] as number;
      const kind = info & WHOLE_MASK;
      if (kind === WHOLE_BINARY) {
        this.#add(binaryFrame(this.#payloads.own(at, wordEnd)));
        continue;
      }
      const start = descriptors[at + 1] as number;
      const end = start + (descriptors[at + 2] as number);
      if (kind === WHOLE_TEXT && (info & Info.text) !== 0) {
        this.#add(new Frame.Text(codec.decodeText(readBuffer, start, end, (info & Info.ascii) !== 0)));
      } else if ((info & 0x08) !== 0) {
        this.#ownControl(info, start, end);
      } else {
        this.#ownFragment(info, at, wordEnd);
      }
    }
    this.#payloads.done();
  }

  #ownControl(info: number, start: number, end: number): void {
    let payload: Uint8Array;
    if ((info & Info.first) !== 0 && (info & Info.last) !== 0) {
      payload = this.#codec.readBuffer.slice(start, end);
    } else {
      this.#control ??= new Reassembly();
      this.#control.append(this.#codec.readBuffer, start, end, 0);
      if ((info & Info.last) === 0) return;
      payload = this.#control.take();
      this.#control = undefined;
    }
    const opcode = info & Info.opcode;
    if (opcode !== Opcode.close) {
      this.#add(frameOf(opcode, info, payload));
      return;
    }
    const reason = readClosePayload(this.#codec, payload, this.#offsetOf(end) - payload.length);
    if (reason instanceof ProtocolViolationError) {
      this.end = { error: reason };
    } else {
      if (this.#raw) this.#add(frameOf(opcode, info, payload));
      this.end = { close: reason };
    }
  }

  #ownFragment(info: number, at: number, wordEnd: number): void {
    const { descriptors } = this.#codec;
    const start = descriptors[at + 1] as number;
    const end = start + (descriptors[at + 2] as number);
    const remaining = descriptors[at + 3] as number;
    if ((info & Info.first) !== 0 && !this.#beginFragment(info, start, end - start + remaining)) return;
    const ends = (info & Info.last) !== 0 && (this.#raw || (info & Info.fin) !== 0);
    let payload: Uint8Array;
    if (ends && this.#message === undefined) {
      payload = this.#payloads.copy(at, wordEnd);
    } else {
      // A message in fragments may go on for long, in tiny ones: its segments grow as if it will.
      const goesOn = !this.#raw && (info & Info.fin) === 0;
      if (!this.#append(start, end, goesOn ? Number.POSITIVE_INFINITY : remaining) || !ends) return;
      payload = this.#takeMessage();
    }
    const first = this.#messageFirstByte;
    // A fragment keeps its own FIN and RSV bits and takes its message's type; a message takes the RSV bits of its first frame.
    const bits = this.#raw ? info & (Info.fin | Info.rsv) : (first & Info.rsv) | Info.fin | (info & Info.text);
    this.#add(frameOf(first & Info.opcode, bits, payload));
  }

  /** Counts a frame of a message. Returns false where it is one too many. */
  #beginFragment(info: number, payloadStart: number, length: number): boolean {
    if ((info & Info.opcode) !== Opcode.continuation) {
      this.#messageFirstByte = info & Info.firstByte;
      this.#fragments = 0;
    }
    this.#fragments++;
    const { maxFragments } = this.#limits;
    if (this.#raw || this.#fragments <= maxFragments) return true;
    // Its first byte, which makes it a fragment, is what is one too many.
    const offset = this.#offsetOf(payloadStart) - headerSize(length, this.#cursor.masked === 1);
    this.#violate("TOO_MANY_FRAGMENTS", `A message has more than ${maxFragments} fragments`, offset);
    return false;
  }

  /** Moves a piece out of the codec's memory, within the budget. */
  #append(start: number, end: number, expected: number): boolean {
    if (end === start) return true;
    if (!this.#retained.take(end - start)) {
      this.exceedRetained("The process holds too many bytes of unfinished messages");
      return false;
    }
    this.#message ??= new Reassembly();
    this.#message.append(this.#codec.readBuffer, start, end, expected);
    return true;
  }

  #takeMessage(): Uint8Array {
    const message = this.#message;
    if (message === undefined) return NOTHING;
    this.#retained.release(message.size);
    this.#message = undefined;
    return message.take();
  }

  #violate(violation: "TOO_MANY_FRAGMENTS" | "RETAINED_BYTES_EXCEEDED", message: string, offset: number): void {
    this.end = { error: new ProtocolViolationError(violation, 1008, message, offset) };
  }

  /** The place in the stream of a place in `readBuffer`: the cursor stands at the same byte in both. */
  #offsetOf(position: number): number {
    return this.#cursor.offset - (this.#cursor.start - position);
  }
}
