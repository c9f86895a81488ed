import type { HttpCall } from "../application/http-call.js";
import type { Selective } from "./resolve.js";
import type { WebSocketRoute } from "./web-socket.js";

/** A route that answers ordinary requests. */
export interface HttpRoute extends Selective {
  readonly kind: "http";
  readonly handler: (call: HttpCall) => unknown;
}

/** What a path leads to. */
export type RouteEntry = HttpRoute | WebSocketRoute;
