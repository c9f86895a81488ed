import type { SessionOptions, SessionOwner } from "@sluice/core";
import { InvalidOptionError } from "@sluice/core";
import type { Application } from "../application/application.js";
import { report } from "../observability/logger.js";
import type { WebSocketsInstance } from "../websockets/instance.js";
import type { ResolvedRouteOptions } from "../websockets/route-options.js";
import { resolveRouteOptions } from "../websockets/route-options.js";
import type { WebSocketServerSession } from "../websockets/server-session.js";
import { parsePath } from "./path.js";
import type { Selective } from "./resolve.js";
import type { PlacedSelector } from "./selector.js";
import { protocolSelector } from "./selector.js";

/** A WebSocket route. */
export interface WebSocketRoute extends Selective {
  readonly kind: "webSocket";
  /** Whole messages, or every frame as it came. */
  readonly mode: "default" | "raw";
  /** The whole path as it was written, for the log. */
  readonly path: string;
  /** The subprotocol that it speaks; without one it takes every handshake, and agrees on none. */
  readonly protocol: string | undefined;
  readonly options: ResolvedRouteOptions;
  /** What its sessions are made with. */
  readonly sessions: SessionOptions;
  readonly handler: (session: WebSocketServerSession) => unknown;
}

/** A WebSocket route as it was written. */
export interface WebSocketDefinition {
  readonly mode: WebSocketRoute["mode"];
  readonly path: string;
  readonly options: unknown;
  readonly handler: unknown;
  readonly application: Application;
  readonly webSockets: WebSocketsInstance;
  /** Of the routes around it. */
  readonly selectors: readonly PlacedSelector[];
}

/** @throws InvalidOptionError (`INVALID_OPTION`) when the handler is no function, or an option cannot be. */
export function webSocketRoute({
  mode,
  path,
  options,
  handler,
  application,
  webSockets,
  selectors,
}: WebSocketDefinition): WebSocketRoute {
  const where = `${mode === "raw" ? "webSocketRaw" : "webSocket"}(${path})`;
  if (typeof handler !== "function") throw new InvalidOptionError(`handler of ${where}`, handler, "a function");
  for (const { selector } of selectors) {
    if (selector.kind !== "method" || selector.text === "GET") continue;
    throw new InvalidOptionError(`method around ${where}`, selector.text, "GET, as a handshake has it");
  }
  const resolved = resolveRouteOptions(options, mode, webSockets.options, where);
  const { protocol } = resolved;
  return {
    kind: "webSocket",
    mode,
    path,
    protocol,
    options: resolved,
    sessions: sessionOptions(resolved, path, application, webSockets),
    handler: handler as WebSocketRoute["handler"],
    selectors:
      protocol === undefined
        ? selectors
        : [...selectors, { behind: parsePath(path).segments.length, selector: protocolSelector(protocol) }],
  };
}

function sessionOptions(
  { settings, contentConverter, validateText }: ResolvedRouteOptions,
  path: string,
  { environment, log }: Application,
  { retained }: WebSocketsInstance,
): SessionOptions {
  const { codec, platform } = environment;
  const owner: SessionOwner = {
    jobFailed: (error) => report(log, error, `A job of webSocket(${path}) failed`),
    extensionFailed: (error) => report(log, error, `An extension of webSocket(${path}) failed`),
  };
  return { role: "server", codec, platform, retained, settings, validateText, converter: contentConverter, owner };
}
