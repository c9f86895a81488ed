import { CloseReason } from "@sluice/core";
import type { Logger } from "../observability/logger.js";
import type { WebSocketRoute } from "../routing/web-socket.js";
import type { DefaultServerSession, RawServerSession } from "./server-session.js";

/**
 * Runs a route's handler for a session, and ends the session with it: 1000 when it returns; 1011 when it throws, which
 * is logged. What it throws because the session had ended is no news. Resolves when both are done; never rejects.
 */
export async function runHandler(
  session: DefaultServerSession | RawServerSession,
  route: WebSocketRoute,
  log: Logger,
): Promise<void> {
  try {
    await route.handler(session);
    await session.close();
  } catch (error) {
    if (session.isActive) report(log, error, route);
    await session.close(new CloseReason(CloseReason.Codes.INTERNAL_ERROR));
  }
  await session.ended;
}

function report(log: Logger, error: unknown, route: WebSocketRoute): void {
  try {
    log.error(error, `The handler of webSocket(${route.path}) failed`);
  } catch {
    // A logger that throws must not keep the session from ending.
  }
}
