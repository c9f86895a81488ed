import { InvalidOptionError } from "@sluice/core";
import { requireSubprotocol } from "../handshake/subprotocol.js";
import type { WebSocketServerSession } from "../websockets/server-session.js";

/** What may differ from one WebSocket route to the next. */
export interface WebSocketRouteOptions {
  /** The subprotocol that the route speaks: only handshakes that offer it come here. Default: any, and none is agreed on. */
  readonly protocol?: string;
}

/** A WebSocket route. */
export interface WebSocketRoute {
  readonly kind: "webSocket";
  /** Whole messages, or every frame as it came. */
  readonly mode: "default" | "raw";
  /** The whole path as it was written, for the log. */
  readonly path: string;
  readonly protocol: string | undefined;
  readonly handler: (session: WebSocketServerSession) => unknown;
}

/** @throws InvalidOptionError (`INVALID_OPTION`) when the subprotocol is no token, the handler no function, or an option unknown. */
export function webSocketRoute(
  mode: WebSocketRoute["mode"],
  path: string,
  options: WebSocketRouteOptions,
  handler: WebSocketRoute["handler"],
): WebSocketRoute {
  if (typeof handler !== "function") {
    throw new InvalidOptionError(`handler of webSocket(${path})`, handler, "a function");
  }
  if (typeof options !== "object" || options === null) {
    throw new InvalidOptionError(`options of webSocket(${path})`, options, "an object");
  }
  for (const [name, value] of Object.entries(options)) {
    if (name !== "protocol")
      throw new InvalidOptionError(name, value, "left out: a route has only the option protocol");
  }
  const { protocol } = options;
  if (protocol !== undefined) requireSubprotocol(protocol);
  return { kind: "webSocket", mode, path, protocol, handler };
}
