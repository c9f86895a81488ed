import type { ApplicationModule, RawWebSocketHandler, WebSocketOptions } from "../../src/index.js";
import { WebSockets } from "../../src/index.js";

/** A module with one raw WebSocket route, at `/`. */
export function rawRoute(handler: RawWebSocketHandler<"">, options: WebSocketOptions = {}): ApplicationModule {
  return (app) => {
    app.install(WebSockets, options);
    app.routing((routing) => void routing.webSocketRaw("/", handler));
  };
}
