import type { HttpCall } from "../application/http-call.js";
import type { WebSocketRoute } from "./web-socket.js";

/** An ordinary HTTP route. */
export interface HttpRoute {
  readonly kind: "http";
  readonly method: "GET";
  readonly handler: (call: HttpCall) => unknown;
}

/** What a path leads to. */
export type RouteEntry = HttpRoute | WebSocketRoute;
