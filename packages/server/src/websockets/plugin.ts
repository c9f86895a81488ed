import { RetainedBytes } from "@sluice/core";
import type { ApplicationPlugin } from "../application/plugin.js";
import { Admission } from "./admission.js";
import type { WebSocketsInstance } from "./instance.js";
import type { WebSocketOptions } from "./options.js";
import { resolveOptions } from "./options.js";
import { RefusedOrigins } from "./refused-origins.js";
import { SessionRegistry } from "./session-registry.js";

/**
 * WebSocket routes for an application: to be installed before the first of them is defined. Ktor: `WebSockets`.
 *
 * ```ts
 * app.install(WebSockets, { pingPeriod: "15s", maxFrameSize: 64 * 1024 });
 * ```
 */
export const WebSockets: ApplicationPlugin<WebSocketOptions, WebSocketsInstance> = {
  name: "WebSockets",
  install({ log }, options) {
    const resolved = resolveOptions(options);
    const sessions = new SessionRegistry();
    return {
      options: resolved,
      retained: new RetainedBytes(resolved.maxRetainedBytes),
      sessions,
      admission: new Admission(sessions, resolved),
      refusedOrigins: new RefusedOrigins(log),
    };
  },
};
