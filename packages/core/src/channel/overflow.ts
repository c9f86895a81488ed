import { InvalidOptionError } from "../errors.js";

/** What a full channel does: make the sender wait, or close the session. Ktor: `ChannelOverflow`. */
export type ChannelOverflow = "suspend" | "close";

/** How much a channel holds. Ktor: `ChannelConfig`. */
export interface ChannelConfig {
  /** Frames. */
  readonly capacity: number;
  /** Payload bytes; one frame may overshoot. `undefined` stands for the channel's own default. */
  readonly maxBytes: number | undefined;
  readonly onOverflow: ChannelOverflow;
}

/**
 * A channel of at most `capacity` frames. Ktor: `bounded(capacity, onOverflow)`.
 *
 * @param maxBytes the bytes it holds besides; the default is the channel's (1 MiB incoming, 4 MiB outgoing).
 * @throws InvalidOptionError (`INVALID_OPTION`)
 */
export function bounded(capacity: number, onOverflow: ChannelOverflow = "suspend", maxBytes?: number): ChannelConfig {
  if (!Number.isInteger(capacity) || capacity < 1) {
    throw new InvalidOptionError("bounded(capacity)", capacity, "a whole number of frames, 1 or more");
  }
  if (onOverflow !== "suspend" && onOverflow !== "close") {
    throw new InvalidOptionError("bounded(onOverflow)", onOverflow, '"suspend" or "close"');
  }
  if (maxBytes !== undefined && !(maxBytes >= 1)) {
    throw new InvalidOptionError("bounded(maxBytes)", maxBytes, "a number of bytes, 1 or more");
  }
  return { capacity, maxBytes, onOverflow };
}

/** A channel without a bound: memory then follows the peer. Ktor: `unlimited()`. */
export function unlimited(): ChannelConfig {
  return { capacity: Number.POSITIVE_INFINITY, maxBytes: Number.POSITIVE_INFINITY, onOverflow: "suspend" };
}
