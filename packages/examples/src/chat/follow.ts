import type { DefaultWebSocketSession, SharedFlow } from "@sluice/server";

/** Collects a flow for as long as a session lasts. A collector that fails ends its session, and no other. */
export function follow<T>(
  session: DefaultWebSocketSession,
  flow: SharedFlow<T>,
  collector: (value: T) => Promise<void>,
): void {
  const { signal } = session;
  flow.collect(collector, { signal }).catch((reason: unknown) => {
    if (!signal.aborted) void session.closeExceptionally(reason);
  });
}
