import type { ChannelConfig, Duration, SessionSettings, WebSocketContentConverter } from "@sluice/core";
import { bounded, InvalidOptionError, milliseconds } from "@sluice/core";
import type { OriginCheck, Origins } from "../handshake/origin.js";
import { originCheck } from "../handshake/origin.js";

/**
 * What `install(WebSockets, …)` takes. Every limit has a finite default; durations are milliseconds, or text such as
 * `"15s"`, and sizes are bytes. Ktor: `WebSockets.WebSocketOptions`.
 */
export interface WebSocketOptions {
  /** Between pings (RFC 6455 section 5.5.2); 0 turns them off. Default 30 s (Ktor: off). */
  readonly pingPeriod?: Duration;
  /** How long the peer has to send anything at all after a ping; then the session ends with 1011. More than 0. Default 15 s. */
  readonly timeout?: Duration;
  /** How long the closing handshake may take; then the socket is destroyed. More than 0. Default 10 s. */
  readonly closeTimeout?: Duration;
  /** The longest frame, and message: over it 1009, or `FrameTooBigError` from `send`. 1 to 2^31 - 1. Default 1 MiB (Ktor: unlimited). */
  readonly maxFrameSize?: number;
  /** Fragments in a message, empty ones too; over it 1008. Default 16,384. */
  readonly maxFragments?: number;
  /** Bytes held for unfinished messages and unparsed input, by all sessions together; 1008 for the one that asks for more. Default 256 MiB. */
  readonly maxRetainedBytes?: number;
  /** How long a full incoming channel may stay unread; then 1008. More than 0. Default 10 min. */
  readonly maxPause?: Duration;
  /** Whether outgoing frames are masked. Default false, as RFC 6455 section 5.1 asks of a server. */
  readonly masking?: boolean;
  /**
   * What a session holds each way: `bounded(…)` or `unlimited()`. Default: incoming 64 frames or 1 MiB, then reading
   * pauses; outgoing 1,024 frames or 4 MiB, then `send` waits. Under `"close"` a full channel ends the session with 1008.
   */
  readonly channels?: { readonly incoming?: ChannelConfig; readonly outgoing?: ChannelConfig };
  /** Open sessions, those included whose handler is still at work; over it 503. Default 100,000. */
  readonly maxConnections?: number;
  /** Which pages may open a session; others get 403 (RFC 6455 section 10.2). Default `"same-origin"`. */
  readonly origins?: Origins;
  /**
   * What `sendSerialized` and `receiveDeserialized` turn values into messages and back with: `jsonConverter()`, or one of
   * your own. Default none; both then reject with `WebSocketConverterNotFoundError`. Ktor: `contentConverter`.
   */
  readonly contentConverter?: WebSocketContentConverter;
}

/** The options with every default in its place. */
export interface ResolvedOptions {
  readonly settings: SessionSettings;
  readonly maxRetainedBytes: number;
  readonly maxConnections: number;
  readonly checkOrigin: OriginCheck;
  readonly contentConverter: WebSocketContentConverter | undefined;
}

const MIB = 1024 * 1024;

/** The longest frame that can be allowed: what a single buffer can hold with certainty. */
const LARGEST_FRAME = 2 ** 31 - 1;

/** @throws InvalidOptionError (`INVALID_OPTION`) with the option's name and value. */
export function resolveOptions(options: WebSocketOptions): ResolvedOptions {
  checkNames("options of WebSockets", options, NAMES);
  const { channels = {} } = options;
  checkNames("channels", channels, DIRECTIONS);
  return {
    settings: {
      masking: flag("masking", options.masking ?? false),
      maxFrameSize: count("maxFrameSize", options.maxFrameSize ?? MIB, LARGEST_FRAME),
      maxFragments: count("maxFragments", options.maxFragments ?? 16_384),
      pingPeriod: milliseconds(options.pingPeriod ?? "30s", "pingPeriod"),
      timeout: positive("timeout", options.timeout ?? "15s"),
      closeTimeout: positive("closeTimeout", options.closeTimeout ?? "10s"),
      maxPause: positive("maxPause", options.maxPause ?? "10m"),
      incoming: channel("channels.incoming", channels.incoming ?? bounded(64), MIB),
      outgoing: channel("channels.outgoing", channels.outgoing ?? bounded(1024), 4 * MIB),
    },
    maxRetainedBytes: count("maxRetainedBytes", options.maxRetainedBytes ?? 256 * MIB),
    maxConnections: count("maxConnections", options.maxConnections ?? 100_000),
    checkOrigin: originCheck(options.origins),
    contentConverter: converter(options.contentConverter),
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
  "contentConverter",
]);

const DIRECTIONS: ReadonlySet<string> = new Set<keyof NonNullable<WebSocketOptions["channels"]>>([
  "incoming",
  "outgoing",
]);

/** An object that has no name but these: a misspelt option would be one that nobody set. */
function checkNames(what: string, value: object, names: ReadonlySet<string>): void {
  if (typeof value !== "object" || value === null) throw new InvalidOptionError(what, value, "an object");
  for (const [name, given] of Object.entries(value)) {
    if (names.has(name)) continue;
    const known = [...names].join(", ");
    throw new InvalidOptionError(name, given, `left out, being none of what there is (${known})`);
  }
}

function flag(option: string, value: boolean): boolean {
  if (typeof value !== "boolean") throw new InvalidOptionError(option, value, "true or false");
  return value;
}

/** A whole number from 1; `Infinity` where nothing bounds it. */
function count(option: string, value: number, most: number = Number.POSITIVE_INFINITY): number {
  if ((Number.isInteger(value) || value === Number.POSITIVE_INFINITY) && value >= 1 && value <= most) return value;
  const bound = most === Number.POSITIVE_INFINITY ? "" : ` to ${most}`;
  throw new InvalidOptionError(option, value, `a whole number from 1${bound}`);
}

function positive(option: string, value: Duration): number {
  const result = milliseconds(value, option);
  if (result === 0) throw new InvalidOptionError(option, value, "longer than 0 ms");
  return result;
}

function converter(value: WebSocketContentConverter | undefined): WebSocketContentConverter | undefined {
  if (value === undefined) return undefined;
  const methods = ["serialize", "deserialize", "isApplicable"] as const;
  if (typeof value === "object" && value !== null && methods.every((name) => typeof value[name] === "function")) {
    return value;
  }
  throw new InvalidOptionError("contentConverter", value, `an object with ${methods.join(", ")}`);
}

/** A channel's bounds, which may be made by `bounded` and `unlimited` or written by hand. */
function channel(option: string, config: ChannelConfig, maxBytes: number): SessionSettings["incoming"] {
  if (typeof config !== "object" || config === null) {
    throw new InvalidOptionError(option, config, "bounded(…) or unlimited()");
  }
  const { onOverflow } = config;
  if (onOverflow !== "suspend" && onOverflow !== "close") {
    throw new InvalidOptionError(`${option}.onOverflow`, onOverflow, '"suspend" or "close"');
  }
  return {
    capacity: count(`${option}.capacity`, config.capacity),
    maxBytes: count(`${option}.maxBytes`, config.maxBytes ?? maxBytes),
    onOverflow,
  };
}
