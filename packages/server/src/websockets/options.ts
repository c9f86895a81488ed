import type { ChannelConfig, Duration, SessionSettings } from "@sluice/core";
import { bounded, InvalidOptionError, milliseconds } from "@sluice/core";
import type { OriginCheck, Origins } from "../handshake/origin.js";
import { originCheck } from "../handshake/origin.js";

/** What `install(WebSockets, …)` takes. Every limit has a finite default. Ktor: `WebSockets.WebSocketOptions`. */
export interface WebSocketOptions {
  /** Between pings; 0 turns them off. Default 30 s (Ktor: off). */
  readonly pingPeriod?: Duration;
  /** How long the peer has to send anything at all after a ping; then the session ends with 1011. Default 15 s. */
  readonly timeout?: Duration;
  /** How long the closing handshake may take; then the socket is destroyed. Default 10 s. */
  readonly closeTimeout?: Duration;
  /** Bytes of a frame, and of a message; over it 1009, or `FrameTooBigError` from `send`. Default 1 MiB (Ktor: unlimited). */
  readonly maxFrameSize?: number;
  /** Fragments in a message; over it 1008. Default 16,384. */
  readonly maxFragments?: number;
  /** Bytes held for unfinished messages and unparsed input, by all sessions together. Default 256 MiB. */
  readonly maxRetainedBytes?: number;
  /** How long a full incoming channel may stay unread; then 1008. Default 10 min. */
  readonly maxPause?: Duration;
  /** Whether outgoing frames are masked. Default false, as RFC 6455 section 5.1 asks of a server. */
  readonly masking?: boolean;
  /** What a session holds each way. Default: incoming 64 frames or 1 MiB, outgoing 1,024 frames or 4 MiB, both suspending. */
  readonly channels?: { readonly incoming?: ChannelConfig; readonly outgoing?: ChannelConfig };
  /** Open sessions; over it 503. Default 100,000. */
  readonly maxConnections?: number;
  /** Which pages may open a session. Default: those of the same origin. */
  readonly origins?: Origins;
}

/** The options with every default in its place. */
export interface ResolvedOptions {
  readonly settings: SessionSettings;
  readonly maxRetainedBytes: number;
  readonly maxConnections: number;
  readonly checkOrigin: OriginCheck;
}

const MIB = 1024 * 1024;

/** The longest frame that can be allowed: what a single buffer can hold with certainty. */
const LARGEST_FRAME = 2 ** 31 - 1;

/** @throws InvalidOptionError (`INVALID_OPTION`) with the option's name and value. */
export function resolveOptions(options: WebSocketOptions): ResolvedOptions {
  if (typeof options !== "object" || options === null) {
    throw new InvalidOptionError("options of WebSockets", options, "an object");
  }
  for (const name of Object.keys(options)) {
    if (!NAMES.has(name))
      throw new InvalidOptionError(
        name,
        (options as Record<string, unknown>)[name],
        "left out: WebSockets has no such option",
      );
  }
  return {
    settings: {
      masking: flag("masking", options.masking ?? false),
      maxFrameSize: count("maxFrameSize", options.maxFrameSize ?? MIB, LARGEST_FRAME),
      maxFragments: count("maxFragments", options.maxFragments ?? 16_384),
      pingPeriod: milliseconds(options.pingPeriod ?? "30s", "pingPeriod"),
      timeout: positive("timeout", options.timeout ?? "15s"),
      closeTimeout: positive("closeTimeout", options.closeTimeout ?? "10s"),
      maxPause: positive("maxPause", options.maxPause ?? "10m"),
      incoming: channel(options.channels?.incoming ?? bounded(64), MIB),
      outgoing: channel(options.channels?.outgoing ?? bounded(1024), 4 * MIB),
    },
    maxRetainedBytes: count("maxRetainedBytes", options.maxRetainedBytes ?? 256 * MIB),
    maxConnections: count("maxConnections", options.maxConnections ?? 100_000),
    checkOrigin: originCheck(options.origins),
  };
}

const NAMES: ReadonlySet<string> = new Set<keyof WebSocketOptions>([
  "pingPeriod",
  "timeout",
  "closeTimeout",
  "maxFrameSize",
  "maxFragments",
  "maxRetainedBytes",
  "maxPause",
  "masking",
  "channels",
  "maxConnections",
  "origins",
]);

function flag(option: string, value: boolean): boolean {
  if (typeof value !== "boolean") throw new InvalidOptionError(option, value, "true or false");
  return value;
}

/** A whole number from 1; `Infinity` where nothing bounds it. */
function count(option: string, value: number, most: number = Number.POSITIVE_INFINITY): number {
  if ((Number.isInteger(value) || value === Number.POSITIVE_INFINITY) && value >= 1 && value <= most) return value;
  throw new InvalidOptionError(
    option,
    value,
    `a whole number from 1${most === Number.POSITIVE_INFINITY ? "" : ` to ${most}`}`,
  );
}

function positive(option: string, value: Duration): number {
  const result = milliseconds(value, option);
  if (result === 0) throw new InvalidOptionError(option, value, "longer than 0 ms");
  return result;
}

function channel(config: ChannelConfig, maxBytes: number): SessionSettings["incoming"] {
  return { ...config, maxBytes: config.maxBytes ?? maxBytes };
}
