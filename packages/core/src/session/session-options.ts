import type { Codec, Role } from "@sluice/codec-wasm";
import type { ChannelConfig } from "../channel/overflow.js";
import type { RetainedBytes } from "../protocol/limits.js";
import type { WebSocketContentConverter } from "../serialization/content-converter.js";
import type { MessageRateLimit } from "./message-rate.js";
import type { Platform } from "./platform.js";

/** Who answers for a session. Nothing of it may throw. */
export interface SessionOwner {
  /** A job failed, and the session has learned it. */
  jobFailed(error: unknown): void;
  /** An extension failed, and it was no fault of the peer's. */
  extensionFailed(error: unknown): void;
}

/** What the sessions of one kind are made with: every duration in milliseconds, every size in bytes. One object serves them all. */
export interface SessionOptions {
  readonly role: Role;
  readonly codec: Codec;
  readonly platform: Platform;
  readonly retained: RetainedBytes;
  readonly settings: SessionSettings;
  /** Whether a raw session checks text as UTF-8, across fragments too; then 1007. Default false. A default session always does. */
  readonly validateText?: boolean;
  /** Default: nobody is told. */
  readonly owner?: SessionOwner | undefined;
  /** What turns values into messages and back. Default none. */
  readonly converter?: WebSocketContentConverter | undefined;
}

/** What a user configures of a session, resolved. */
export interface SessionSettings {
  readonly masking: boolean;
  readonly maxFrameSize: number;
  readonly maxFragments: number;
  readonly pingPeriod: number;
  readonly timeout: number;
  readonly closeTimeout: number;
  /** 0 for ever. */
  readonly maxPause: number;
  /** 0 for ever. */
  readonly maxLifetime: number;
  /** 0 for ever. */
  readonly idleTimeout: number;
  /** Without one, as many messages as come. A raw session, whose frames are no messages, closes where this says "drop". */
  readonly messageRate: MessageRateLimit | undefined;
  readonly incoming: ChannelConfig & { readonly maxBytes: number };
  readonly outgoing: ChannelConfig & { readonly maxBytes: number };
}
