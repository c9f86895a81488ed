import type { Frame } from "../frame.js";

/** A frame, or text that was sent without one. Text with the same content is the same. */
export type Sent = Frame.Data | string;

/**
 * The first frames of what many connections send alike, encoded: it waits in each one's output in place of bytes of its own,
 * and is written from where it is. The bytes never change.
 */
export class SharedFrames {
  /** The same frames, and what somebody sent behind them. */
  next: SharedFrames | undefined;

  constructor(
    /** Unmasked, as a server sends them. */
    readonly bytes: Uint8Array,
    readonly frames: number,
    /** The last of them: what it is, and its first byte on the wire. */
    readonly sent: Sent,
    readonly firstByte: number,
  ) {}

  get length(): number {
    return this.bytes.length;
  }

  /** Whether this is what is sent. */
  is(sent: Sent, firstByte: number): boolean {
    return this.sent === sent && this.firstByte === firstByte;
  }
}
