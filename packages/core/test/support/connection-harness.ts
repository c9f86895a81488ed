import type { Codec, Role } from "@sluice/codec-wasm";
import type { CloseReason } from "../../src/close-reason.js";
import type { SluiceError } from "../../src/errors.js";
import { FrameTooBigError, ProtocolViolationError } from "../../src/errors.js";
import type { Frame } from "../../src/frame.js";
import { Connection } from "../../src/protocol/connection.js";
import type { ConnectionSink, ReceiveStatus } from "../../src/protocol/connection-options.js";
import { ConnectionProfile } from "../../src/protocol/connection-profile.js";
import { RetainedBytes } from "../../src/protocol/limits.js";
import { decode, describeFrame } from "./wire.js";

/** What a test may set; the rest is generous. */
export interface HarnessOptions {
  readonly codec: Codec;
  readonly role?: Role;
  readonly raw?: boolean;
  readonly validateText?: boolean;
  readonly masking?: boolean;
  readonly maxFrameSize?: number;
  readonly maxFragments?: number;
  readonly retained?: RetainedBytes;
  readonly nextMaskKey?: () => number;
  /** No words for data frames, which take a look at their bytes. */
  readonly quiet?: boolean;
}

/** A connection whose events are words, whose output is kept, and whose room the test decides. */
export class ConnectionHarness {
  readonly connection: Connection;
  readonly retained: RetainedBytes;
  /** `text "hi"`, `ping`, `close 1000`, `violation RESERVED_BITS 1002 @7`. */
  readonly events: string[] = [];
  readonly frames: Frame[] = [];
  error: SluiceError | undefined;
  freePlaces: number = Number.POSITIVE_INFINITY;
  freeBytes: number = Number.POSITIVE_INFINITY;
  /** Runs inside each event of the sink. */
  onEvent: (() => void) | undefined;
  /** Payloads of `writeLarge`, as they were given. */
  readonly largePayloads: Uint8Array[] = [];

  readonly #codec: Codec;
  readonly #quiet: boolean;
  readonly #written: Uint8Array[] = [];
  #reserved = new Uint8Array(0);
  /** The most bytes that were asked for at once. */
  mostReserved = 0;

  constructor(options: HarnessOptions) {
    const role = options.role ?? "server";
    this.#codec = options.codec;
    this.#quiet = options.quiet ?? false;
    this.retained = options.retained ?? new RetainedBytes(64 * 1024 * 1024);
    const profile = new ConnectionProfile({
      role,
      codec: options.codec,
      retained: this.retained,
      raw: options.raw ?? false,
      maskKeys: { randomMaskKey: options.nextMaskKey ?? (() => 0x0a0b_0c0d) },
      ...(options.validateText === undefined ? {} : { validateText: options.validateText }),
    });
    this.connection = new Connection({
      profile,
      sink: this.#sink(),
      output: {
        // Never anything: what is written is taken at once.
        waiting: undefined,
        share: (frames, size) => {
          this.#written.push(frames.bytes.subarray(0, size));
        },
        // Not at 0, as in a batch that holds other frames.
        reserve: (size) => {
          this.mostReserved = Math.max(this.mostReserved, size);
          this.#reserved = new Uint8Array(size + 3);
          return { bytes: this.#reserved, length: 3 };
        },
        commit: (size) => {
          this.#written.push(this.#reserved.subarray(3, 3 + size));
        },
        writeLarge: (header, payload) => {
          this.largePayloads.push(payload);
          this.#written.push(header.slice(), payload.slice());
        },
      },
      limits: { maxFrameSize: options.maxFrameSize ?? 1 << 20, maxFragments: options.maxFragments ?? 16_384 },
      masking: options.masking ?? role === "client",
    });
  }

  /** One chunk. */
  receive(chunk: Uint8Array, at = 0): ReceiveStatus {
    this.#codec.readBuffer.set(chunk, at);
    return this.connection.receive(at, at + chunk.length);
  }

  /** The bytes in chunks that end at `cuts`, however often a pause has to be waited out. */
  feed(input: Uint8Array, cuts: readonly number[] = []): void {
    let start = 0;
    for (const end of [...cuts, input.length]) {
      let status = this.receive(input.subarray(start, end));
      while (status === "paused") status = this.connection.resume();
      start = end;
    }
  }

  /** What was written, in words. */
  get output(): string[] {
    return decode(this.outputBytes).map(describeFrame);
  }

  get outputBytes(): Uint8Array {
    return Uint8Array.from(Buffer.concat(this.#written));
  }

  #sink(): ConnectionSink {
    const report = (event: string): void => {
      this.events.push(event);
      this.onEvent?.();
    };
    const harness = this;
    return {
      get freePlaces(): number {
        return harness.freePlaces;
      },
      get freeBytes(): number {
        return harness.freeBytes;
      },
      data: (frame) => {
        this.frames.push(frame);
        if (!this.#quiet) report(describe(frame));
      },
      ping: (frame) => report(describe(frame)),
      pong: (frame) => report(describe(frame)),
      peerClose: (reason) => report(`peerClose ${describeReason(reason)}`),
      violation: (error) => {
        this.error = error;
        report(describeError(error));
      },
    };
  }
}

/** A frame in words, as `describeFrame` has them. */
export function describe(frame: Frame): string {
  const first = frame.frameType.opcode | (frame.fin ? 0x80 : 0);
  return describeFrame({ first, masked: false, payload: frame.data });
}

export function describeReason(reason: CloseReason | null): string {
  if (reason === null) return "empty";
  return reason.message === "" ? `${reason.code}` : `${reason.code} ${JSON.stringify(reason.message)}`;
}

export function describeError(error: SluiceError): string {
  if (error instanceof ProtocolViolationError) {
    return `violation ${error.violation} ${error.closeCode} @${error.offset}`;
  }
  if (error instanceof FrameTooBigError) return `too big ${error.size} over ${error.maxFrameSize} @${error.offset}`;
  return `failed ${error.code}`;
}

/** Every way to cut `size` bytes in two, and byte by byte, and not at all. */
export function cutsOf(size: number): number[][] {
  const cuts: number[][] = [[]];
  for (let at = 1; at < size; at++) cuts.push([at]);
  cuts.push(Array.from({ length: Math.max(0, size - 1) }, (_, index) => index + 1));
  return cuts;
}
