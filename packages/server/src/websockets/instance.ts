import type { RetainedBytes } from "@sluice/core";
import type { Admission } from "./admission.js";
import type { ResolvedOptions } from "./options.js";
import type { RefusedOrigins } from "./refused-origins.js";
import type { SessionRegistry } from "./session-registry.js";

/** The installed plugin: what all sessions of an application share. */
export interface WebSocketsInstance {
  readonly options: ResolvedOptions;
  readonly retained: RetainedBytes;
  readonly sessions: SessionRegistry;
  readonly admission: Admission;
  readonly refusedOrigins: RefusedOrigins;
}
