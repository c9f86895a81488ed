import type { Codec, Role } from "@sluice/codec-wasm";
import type { CloseReason } from "../close-reason.js";
import type { SluiceError } from "../errors.js";
import type { Frame } from "../frame.js";
import type { ConnectionProfile } from "./connection-profile.js";
import type { ConnectionLimits, RetainedBytes } from "./limits.js";
import type { SharedFrames } from "./shared-frames.js";

/**
 * What one connection reports, in the order of the wire. Nothing of it may throw, run code of a user or parse another
 * connection; sending is allowed, and so is `Connection.violate`.
 */
export interface ConnectionSink {
  /** Data frames that may come now. At 0 parsing pauses. */
  readonly freePlaces: number;
  /** Payload bytes that may come now; one frame may overshoot. At 0 or below parsing pauses. */
  readonly freeBytes: number;
  /** A whole message, or in a raw connection any frame. */
  data(frame: Frame): void;
  /** Not in a raw connection. */
  ping(frame: Frame.Ping): void;
  /** Not in a raw connection. */
  pong(frame: Frame.Pong): void;
  /** The peer's Close; `null` for an empty one. The last event. */
  peerClose(reason: CloseReason | null): void;
  /** The peer broke a rule. The last event. */
  violation(error: SluiceError): void;
}

/** Memory that frames are encoded into, one behind the other. */
export interface OutputBatch {
  readonly bytes: Uint8Array;
  /** Where the next frame begins. */
  readonly length: number;
}

/** Where a connection's frames are encoded to. A `Transport` is one. */
export interface ConnectionOutput {
  /** What waits to be written: `undefined` for nothing, `SharedFrames` where it is nothing else. */
  readonly waiting: OutputBatch | SharedFrames | undefined;
  /** Has these frames wait in place of what does: the same, and one frame of `size` bytes behind it. */
  share(frames: SharedFrames, size: number): void;
  /** Memory with room for `size` bytes at `length`. Nothing else is written between this call and `commit`. */
  reserve(size: number): OutputBatch;
  /** `size` bytes, one whole frame, were put into the reserved memory. */
  commit(size: number): void;
  /** Takes `header` and `payload` as one frame, without copying the payload. */
  writeLarge(header: Uint8Array, payload: Uint8Array): void;
}

/** Where masking keys come from. A `Platform` is one. */
export interface MaskKeys {
  /** The next key, unpredictable (RFC 6455 section 5.3). */
  randomMaskKey(): number;
}

/** What connections of one kind have in common. */
export interface ConnectionKind {
  readonly role: Role;
  readonly codec: Codec;
  readonly retained: RetainedBytes;
  readonly maskKeys: MaskKeys;
  /** Whether every frame is reported as it came, fragments and control frames included. Default false. */
  readonly raw?: boolean;
  /** Whether text is checked as UTF-8. Default: unless `raw`. */
  readonly validateText?: boolean;
  /** The RSV bits (`Info.rsv1` …) that extensions own on the first frame of a message, and on others. Default none. */
  readonly messageRsv?: number | undefined;
  readonly continuationRsv?: number | undefined;
}

export interface ConnectionOptions {
  readonly profile: ConnectionProfile;
  readonly sink: ConnectionSink;
  readonly output: ConnectionOutput;
  readonly limits: ConnectionLimits;
  /** Whether outgoing frames are masked at first. A client must (RFC 6455 section 5.1). */
  readonly masking: boolean;
}

/**
 * What came of a chunk: all of it was parsed; or the rest waits in the backlog for `resume`; or nothing more is read,
 * because the last event was reported.
 */
export type ReceiveStatus = "more" | "paused" | "ended";
