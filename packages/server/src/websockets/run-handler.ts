import { CloseReason, SluiceError } from "@sluice/core";
import { report } from "../observability/logger.js";
import type { WebSocketRoute } from "../routing/web-socket.js";
import type { ServerSession } from "./server-session.js";

/** Whom a session leaves when it is done. */
export interface Leaving {
  remove(session: ServerSession): void;
}

/**
 * Runs a route's handler for a session, and ends the session with it: 1000 when it returns; 1011 when it throws, which
 * is logged. What a handler throws because the session had ended is no news. As in Ktor, Close does not wait for the
 * jobs, and the session is not done without them: it leaves `among` when handler, connection and jobs are.
 */
export function runHandler(session: ServerSession, route: WebSocketRoute, among: Leaving): void {
  let handled: unknown;
  try {
    handled = route.handler(session);
  } catch (error) {
    fail(session, route, among, error);
    return;
  }
  // No async function of its own: what an idle session waits in is the handler's.
  Promise.resolve(handled).then(
    () => end(session, among, CloseReason.normal()),
    (error: unknown) => fail(session, route, among, error),
  );
}

function end(session: ServerSession, among: Leaving, reason: CloseReason): void {
  void session.close(reason);
  session.endInput();
  void session.ended.then(() => among.remove(session));
}

function fail(session: ServerSession, route: WebSocketRoute, among: Leaving, error: unknown): void {
  if (!comesOfEnding(session, error))
    report(session.call.application.log, error, `The handler of webSocket(${route.path}) failed`);
  end(session, among, new CloseReason(CloseReason.Codes.INTERNAL_ERROR));
}

/** Whether an error is only how the handler learned of its session's end. */
function comesOfEnding(session: ServerSession, error: unknown): boolean {
  if (session.isActive) return false;
  const aborted = error instanceof Error && error.name === "AbortError";
  return aborted || error instanceof SluiceError || error === session.signal.reason;
}
