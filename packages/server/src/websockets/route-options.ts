import type { InstalledWebSocketExtension, SessionSettings, WebSocketContentConverter } from "@sluice/core";
import { InvalidOptionError } from "@sluice/core";
import type { OriginCheck } from "../handshake/origin.js";
import { requireSubprotocol } from "../handshake/subprotocol.js";
import type { Authenticate } from "./gate-call.js";
import { OptionChecks } from "./option-checks.js";
import type { ResolvedOptions, WebSocketOptions } from "./options.js";
import { resolveChecked } from "./options.js";

/** Options of the plugin that a route may set for its own sessions; what it leaves out is as the plugin has it. */
type Overrides = Pick<
  WebSocketOptions,
  | "authenticateTimeout"
  | "channels"
  | "closeTimeout"
  | "contentConverter"
  | "extensions"
  | "idleTimeout"
  | "masking"
  | "maxFragments"
  | "maxFrameSize"
  | "maxLifetime"
  | "maxPause"
  | "messageRate"
  | "origins"
>;

/** What may differ from one raw WebSocket route to the next. */
export interface RawWebSocketRouteOptions<Parameters = unknown> extends Overrides {
  /**
   * The subprotocol that the route speaks: only handshakes that offer it come here, and it is agreed on. Default: any, and
   * none is agreed on. Routes with the same path may speak different ones.
   */
  readonly protocol?: string;
  /**
   * Decides about a request before it is answered with 101: see `Authenticate`. Default: whoever comes from an allowed
   * origin may open a session.
   */
  readonly authenticate?: Authenticate<Parameters>;
  /** Whether extensions are negotiated. Default false: frames are shown as they came. Ktor: `negotiateExtensions`. */
  readonly negotiateExtensions?: boolean;
  /** Whether text must be UTF-8, also across fragments; over it 1007. Default false: a raw session looks at single frames. */
  readonly validateText?: boolean;
}

/** What may differ from one WebSocket route to the next. */
export interface WebSocketRouteOptions<Parameters = unknown>
  extends Omit<RawWebSocketRouteOptions<Parameters>, "negotiateExtensions" | "validateText">,
    Pick<WebSocketOptions, "pingPeriod" | "timeout"> {}

/** The options of a route, those of the plugin where it has none of its own. */
export interface ResolvedRouteOptions {
  readonly settings: SessionSettings;
  readonly checkOrigin: OriginCheck;
  readonly contentConverter: WebSocketContentConverter | undefined;
  readonly protocol: string | undefined;
  readonly authenticate: Authenticate | undefined;
  /** Milliseconds. */
  readonly authenticateTimeout: number;
  readonly validateText: boolean;
  /** Those that may be negotiated. */
  readonly extensions: readonly InstalledWebSocketExtension[];
}

/**
 * @param where the route, for messages: `webSocket(/chat)`.
 * @throws InvalidOptionError (`INVALID_OPTION`) with the option's name, its value and the route.
 */
export function resolveRouteOptions(
  options: unknown,
  mode: "default" | "raw",
  plugin: ResolvedOptions,
  where: string,
): ResolvedRouteOptions {
  const checks = new OptionChecks(where);
  const given = checks.names("options", options, mode === "raw" ? RAW_NAMES : NAMES) as WebSocketRouteOptions &
    RawWebSocketRouteOptions;
  const { protocol, authenticate, validateText = false, negotiateExtensions, ...overrides } = given;
  if (protocol !== undefined) requireSubprotocol(protocol, checks.name("protocol"));
  if (authenticate !== undefined && typeof authenticate !== "function") {
    throw new InvalidOptionError(checks.name("authenticate"), authenticate, "a function");
  }
  const { settings, checkOrigin, contentConverter, authenticateTimeout, extensions } = overriding(
    plugin,
    overrides,
    checks,
  );
  const negotiates = checks.flag("negotiateExtensions", negotiateExtensions ?? mode === "default");
  return {
    settings,
    checkOrigin,
    contentConverter,
    protocol,
    authenticate,
    authenticateTimeout,
    validateText: checks.flag("validateText", validateText),
    extensions: negotiates ? extensions : [],
  };
}

/** The plugin's options with those of a route in their place; a route without any shares the plugin's. */
function overriding(plugin: ResolvedOptions, overrides: WebSocketOptions, checks: OptionChecks): ResolvedOptions {
  const set = Object.entries(overrides).filter(([, value]) => value !== undefined);
  if (set.length === 0) return plugin;
  const merged: WebSocketOptions = { ...plugin.given, ...Object.fromEntries(set) };
  const { channels } = overrides;
  if (channels === undefined) return resolveChecked(merged, checks);
  const own = checks.channels(channels);
  return resolveChecked({ ...merged, channels: { ...plugin.given.channels, ...own } }, checks);
}

const SHARED = [
  "protocol",
  "authenticate",
  "authenticateTimeout",
  "channels",
  "closeTimeout",
  "contentConverter",
  "extensions",
  "idleTimeout",
  "masking",
  "maxFragments",
  "maxFrameSize",
  "maxLifetime",
  "maxPause",
  "messageRate",
  "origins",
] as const;

const NAMES: readonly (keyof WebSocketRouteOptions)[] = [...SHARED, "pingPeriod", "timeout"];

const RAW_NAMES: readonly (keyof RawWebSocketRouteOptions)[] = [...SHARED, "negotiateExtensions", "validateText"];
