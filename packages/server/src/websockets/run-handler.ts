import { CloseReason, SluiceError } from "@sluice/core";
import type { Logger } from "../observability/logger.js";
import { report } from "../observability/logger.js";
import type { WebSocketRoute } from "../routing/web-socket.js";
import type { DefaultServerSession, RawServerSession } from "./server-session.js";

type Session = DefaultServerSession | RawServerSession;

/**
 * Runs a route's handler for a session, and ends the session with it: 1000 when it returns; 1011 when it throws, which
 * is logged, as is a job that fails. What a handler throws because the session had ended is no news. As in Ktor, Close
 * does not wait for the jobs, and the session is not done without them: resolves when handler, connection and jobs are;
 * never rejects.
 */
export async function runHandler(session: Session, route: WebSocketRoute, log: Logger): Promise<void> {
  session.jobFailed = (error) => report(log, error, `A job of webSocket(${route.path}) failed`);
  session.extensionFailed = (error) => report(log, error, `An extension of webSocket(${route.path}) failed`);
  try {
    await route.handler(session);
    await session.close();
  } catch (error) {
    if (!comesOfEnding(session, error)) report(log, error, `The handler of webSocket(${route.path}) failed`);
    await session.close(new CloseReason(CloseReason.Codes.INTERNAL_ERROR));
  }
  session.endInput();
  await session.ended;
}

/** Whether an error is only how the handler learned of its session's end. */
function comesOfEnding(session: Session, error: unknown): boolean {
  if (session.isActive) return false;
  const aborted = error instanceof Error && error.name === "AbortError";
  return aborted || error instanceof SluiceError || error === session.signal.reason;
}
