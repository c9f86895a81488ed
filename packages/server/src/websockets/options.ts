import type {
  ChannelConfig,
  Duration,
  InstalledWebSocketExtension,
  SessionSettings,
  WebSocketContentConverter,
} from "@sluice/core";
import { bounded } from "@sluice/core";
import type { OriginCheck, Origins } from "../handshake/origin.js";
import { originCheck } from "../handshake/origin.js";
import type { MessageRate } from "./message-rate.js";
import { resolveMessageRate } from "./message-rate.js";
import { OptionChecks } from "./option-checks.js";

/**
 * What `install(WebSockets, …)` takes. Every limit has a finite default where it says no other; durations are milliseconds,
 * or text such as `"15s"`, and sizes are bytes. Ktor: `WebSockets.WebSocketOptions`.
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
  /** Fragments in a message, empty ones too; over it 1008. `Infinity` turns it off. Default 16,384. */
  readonly maxFragments?: number;
  /** Bytes held for unfinished messages and unparsed input, by all sessions together; 1008 for the one that asks for more. `Infinity` turns it off. Default 256 MiB. */
  readonly maxRetainedBytes?: number;
  /** How long a full incoming channel may stay unread; then 1008. 0 for ever. Default 10 min. */
  readonly maxPause?: Duration;
  /** How fast a peer may send messages; over it 1008, or they are dropped. Default: as fast as the handler reads. */
  readonly messageRate?: MessageRate;
  /** How long a session may live; then its Close is 1001. 0 for ever. Default 0. */
  readonly maxLifetime?: Duration;
  /**
   * How long a session may be without a message: when none came whole, and none had its turn to go out, for so long, its
   * Close is 1001. Pings and pongs do not count, which find lost peers; neither does time in which a full incoming channel
   * keeps the peer waiting. 0 for ever. Default 0.
   */
  readonly idleTimeout?: Duration;
  /** Whether outgoing frames are masked. Default false, as RFC 6455 section 5.1 asks of a server. */
  readonly masking?: boolean;
  /**
   * What a session holds each way: `bounded(…)` or `unlimited()`. Default: incoming 64 frames or 1 MiB, then reading
   * pauses; outgoing 1,024 frames or 4 MiB, then `send` waits. Under `"close"` a full channel ends the session with 1008.
   */
  readonly channels?: { readonly incoming?: ChannelConfig; readonly outgoing?: ChannelConfig };
  /**
   * Open sessions, those included whose handler is still at work, and handshakes whose `authenticate` is; over it 503.
   * `Infinity` turns it off. Default 100,000.
   */
  readonly maxConnections?: number;
  /**
   * The same for one client address; over it 503. The address is the peer's, or what `trustedProxies` say of it: without
   * those, all that come by way of a proxy have one address. IPv6 addresses count by their network of 64 bits, which is what
   * a single client has; one that stands for an IPv4 address (`::ffff:192.0.2.1`) counts as that. Clients of no address, as
   * on a Unix socket, count as one. Default `Infinity`, which turns it off: many people may share an address.
   */
  readonly maxConnectionsPerAddress?: number;
  /** Which pages may open a session; others get 403 (RFC 6455 section 10.2). Default `"same-origin"`. */
  readonly origins?: Origins;
  /** How long a route's `authenticate` may take to decide about a handshake; then 503. More than 0. Default 10 s. */
  readonly authenticateTimeout?: Duration;
  /**
   * What `sendSerialized` and `receiveDeserialized` turn values into messages and back with: `jsonConverter()`, or one of
   * your own. Default none; both then reject with `WebSocketConverterNotFoundError`. Ktor: `contentConverter`.
   */
  readonly contentConverter?: WebSocketContentConverter;
  /**
   * Extensions that sessions may use where the client offers them, in the order in which they apply going out; coming in
   * it is the reverse. Two that own the same reserved bit are an error. Default none. Ktor: `extensions { install(X) { } }`.
   */
  readonly extensions?: readonly InstalledWebSocketExtension[];
}

/** The options with every default in its place. */
export interface ResolvedOptions {
  /** As they were given. */
  readonly given: WebSocketOptions;
  readonly settings: SessionSettings;
  readonly maxRetainedBytes: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly checkOrigin: OriginCheck;
  /** Milliseconds. */
  readonly authenticateTimeout: number;
  readonly contentConverter: WebSocketContentConverter | undefined;
  readonly extensions: readonly InstalledWebSocketExtension[];
}

const MIB = 1024 * 1024;

/** The longest frame that can be allowed: what a single buffer can hold with certainty. */
const LARGEST_FRAME = 2 ** 31 - 1;

/**
 * @throws InvalidOptionError (`INVALID_OPTION`) with the option's name and value, and ExtensionConflictError
 * (`EXTENSION_CONFLICT`) with the names of both extensions.
 */
export function resolveOptions(options: WebSocketOptions): ResolvedOptions {
  const checks = new OptionChecks();
  return resolveChecked(checks.names("options of WebSockets", options, NAMES), checks);
}

/** As `resolveOptions`, of options that have no unknown names, and with checks that know whose options they are. */
export function resolveChecked(options: WebSocketOptions, checks: OptionChecks): ResolvedOptions {
  const channels = checks.channels(options.channels ?? {});
  return {
    given: options,
    settings: {
      masking: checks.flag("masking", options.masking ?? false),
      maxFrameSize: checks.count("maxFrameSize", options.maxFrameSize ?? MIB, LARGEST_FRAME),
      maxFragments: checks.count("maxFragments", options.maxFragments ?? 16_384),
      pingPeriod: checks.duration("pingPeriod", options.pingPeriod ?? "30s"),
      timeout: checks.positive("timeout", options.timeout ?? "15s"),
      closeTimeout: checks.positive("closeTimeout", options.closeTimeout ?? "10s"),
      maxPause: checks.duration("maxPause", options.maxPause ?? "10m"),
      maxLifetime: checks.duration("maxLifetime", options.maxLifetime ?? 0),
      idleTimeout: checks.duration("idleTimeout", options.idleTimeout ?? 0),
      messageRate: resolveMessageRate(options.messageRate, checks),
      incoming: checks.channel("channels.incoming", channels.incoming ?? bounded(64), MIB),
      outgoing: checks.channel("channels.outgoing", channels.outgoing ?? bounded(1024), 4 * MIB),
    },
    maxRetainedBytes: checks.count("maxRetainedBytes", options.maxRetainedBytes ?? 256 * MIB),
    maxConnections: checks.count("maxConnections", options.maxConnections ?? 100_000),
    maxConnectionsPerAddress: checks.count(
      "maxConnectionsPerAddress",
      options.maxConnectionsPerAddress ?? Number.POSITIVE_INFINITY,
    ),
    checkOrigin: originCheck(options.origins, checks.name("origins")),
    authenticateTimeout: checks.positive("authenticateTimeout", options.authenticateTimeout ?? "10s"),
    contentConverter: checks.converter(options.contentConverter),
    extensions: checks.extensions(options.extensions ?? []),
  };
}

const NAMES: readonly (keyof WebSocketOptions)[] = [
  "pingPeriod",
  "timeout",
  "closeTimeout",
  "maxFrameSize",
  "maxFragments",
  "maxRetainedBytes",
  "maxPause",
  "messageRate",
  "maxLifetime",
  "idleTimeout",
  "masking",
  "channels",
  "maxConnections",
  "maxConnectionsPerAddress",
  "origins",
  "authenticateTimeout",
  "contentConverter",
  "extensions",
];
