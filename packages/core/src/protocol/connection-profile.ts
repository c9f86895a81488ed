import type { Codec, Role } from "@sluice/codec-wasm";
import { Packing } from "../packed-bytes.js";
import type { ConnectionKind, MaskKeys } from "./connection-options.js";
import { FrameReader } from "./frame-reader.js";
import type { ConnectionLimits, RetainedBytes } from "./limits.js";

/**
 * What connections of one kind have in common, once for all of them. A connection that stands between two messages has
 * nothing to remember of its reading but its place, so one reader serves all that do.
 */
export class ConnectionProfile {
  readonly role: Role;
  readonly codec: Codec;
  readonly retained: RetainedBytes;
  readonly maskKeys: MaskKeys;
  readonly raw: boolean;
  readonly validateText: boolean;
  readonly messageRsv: number;
  readonly continuationRsv: number;
  /** Where the platform gains by it. */
  readonly packing: Packing | undefined;
  #reader: FrameReader | undefined;

  constructor(kind: ConnectionKind) {
    this.role = kind.role;
    this.codec = kind.codec;
    this.retained = kind.retained;
    this.maskKeys = kind.maskKeys;
    this.raw = kind.raw ?? false;
    this.validateText = kind.validateText ?? !this.raw;
    this.messageRsv = kind.messageRsv ?? 0;
    this.continuationRsv = kind.continuationRsv ?? 0;
    this.packing = kind.codec.packing && new Packing(kind.codec.packing);
  }

  /** A reader for a connection at this place of its stream: its own until it gives it back. */
  lendReader(limits: ConnectionLimits, offset: number): FrameReader {
    const reader = this.#reader ?? new FrameReader(this);
    this.#reader = undefined;
    reader.moveTo(limits, offset);
    return reader;
  }

  /** Takes a reader back that stands between two messages. */
  takeReader(reader: FrameReader): void {
    this.#reader = reader;
  }
}
