import { checkMaxFrameSize } from "./misuse.js";
import { ParseError } from "./parse-error.js";

/** Which end of the connection reads. A server requires masked frames, a client forbids them (RFC 6455 section 5.1). */
export type Role = "server" | "client";

export interface FrameCursorOptions {
  readonly role: Role;
  /** Bytes; at most 2^31 - 1. */
  readonly maxFrameSize: number;
  /** Whether a message in fragments is held to `maxFrameSize` too. Default true. */
  readonly limitMessages?: boolean;
  /** Whether text messages are checked as UTF-8. Changed between messages only. Default true. */
  readonly validateText?: boolean;
  /**
   * The RSV bits (`Info.rsv1` …) that extensions own on the first frame of a message. Default none. A text message whose
   * first frame has one is not checked as UTF-8.
   */
  readonly messageRsv?: number;
  /**
   * The RSV bits that extensions own on continuation frames. Default none. From a continuation on that has one, a text
   * message is no longer checked: its bytes are not its text (`Info.text` tells).
   */
  readonly continuationRsv?: number;
}

/**
 * How far one connection has been parsed: a plain record that `Codec.parse` copies in and out, so that connections share
 * one codec. The caller sets `start` and `end` and may change the configuration between calls; the rest is the codec's.
 */
export class FrameCursor {
  /** 1 where incoming frames must be masked, 0 where they must not be. */
  readonly masked: 0 | 1;
  /** Holds from the next header on. */
  maxFrameSize: number;
  limitMessages: boolean;
  validateText: boolean;
  messageRsv: number;
  continuationRsv: number;

  /** Unread bytes lie in `Codec.readBuffer` from `start` to `end`. `parse` moves `start` on. */
  start = 0;
  end = 0;
  /** Bytes since the first byte after the handshake, at `start`. A double: it may pass 2^32. */
  offset = 0;

  /** What ended the stream. Once it is set, `parse` returns 0 for ever. */
  error: ParseError = ParseError.none;
  /** Where, in bytes since the first byte after the handshake. */
  errorOffset = 0;
  /** With `frameTooBig` and `messageTooBig`: the length that the header declared (rounded past 2^53). */
  errorLength = 0;

  /** Header bytes that wait for the rest of their header: how many (0 to 13), and the bytes, little-endian. */
  headerLength = 0;
  header0 = 0;
  header1 = 0;
  header2 = 0;
  header3 = 0;
  /** The frame whose payload is under way: its first byte, and `Info.first` while no piece of it was returned. */
  frame = 0;
  /** Payload bytes of that frame still to come; 0 between frames. */
  remaining = 0;
  /** Its masking key, rotated so that the next payload byte meets the low byte. An int32. */
  key = 0;
  /**
   * The unfinished message: the first byte of its first frame without FIN, and the RSV bits of its continuations; 0
   * between messages.
   */
  message = 0;
  /** Payload bytes of that message whose headers were read. */
  messageSize = 0;
  /** An unfinished UTF-8 sequence: its bytes little-endian, and their number (1 to 3) in the top byte; 0 for none. */
  utf8 = 0;

  /** @throws RangeError when `maxFrameSize` is not a whole number of bytes from 0 to 2^31 - 1. */
  constructor(options: FrameCursorOptions) {
    checkMaxFrameSize(options.maxFrameSize);
    this.masked = options.role === "server" ? 1 : 0;
    this.maxFrameSize = options.maxFrameSize;
    this.limitMessages = options.limitMessages ?? true;
    this.validateText = options.validateText ?? true;
    this.messageRsv = options.messageRsv ?? 0;
    this.continuationRsv = options.continuationRsv ?? 0;
  }
}
