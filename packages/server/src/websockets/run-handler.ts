import { CloseReason, SluiceError } from "@sluice/core";
import { report } from "../observability/logger.js";
import { WebSockets } from "./plugin.js";
import type { ServerSession } from "./server-session.js";

/**
 * Runs the handler of a session's route, and ends the session with it: 1000 when it returns; 1011 when it throws, which
 * is logged. What a handler throws because the session had ended is no news. As in Ktor, Close does not wait for the
 * jobs, and the session is not done without them: it is counted until handler, connection and jobs are.
 */
export function runHandler(session: ServerSession): void {
  let handled: unknown;
  try {
    handled = session.route.handler(session);
  } catch (error) {
    threw.call(session, error);
    return;
  }
  // No async function of its own: what an idle session waits in is the handler's. And no closures: with the scope that they have
  // in common they take twice what two bound functions do.
  Promise.resolve(handled).then(returned.bind(session), threw.bind(session));
}

function end(session: ServerSession, reason: CloseReason): void {
  void session.close(reason);
  session.endInput();
  void session.ended.then(() => session.call.application.plugin(WebSockets).admission.remove(session));
}

function returned(this: ServerSession): void {
  end(this, CloseReason.normal());
}

function threw(this: ServerSession, error: unknown): void {
  if (!comesOfEnding(this, error))
    report(this.call.application.log, error, `The handler of webSocket(${this.route.path}) failed`);
  end(this, new CloseReason(CloseReason.Codes.INTERNAL_ERROR));
}

/** Whether an error is only how the handler learned of its session's end. */
function comesOfEnding(session: ServerSession, error: unknown): boolean {
  if (session.isActive) return false;
  const aborted = error instanceof Error && error.name === "AbortError";
  return aborted || error instanceof SluiceError || error === session.signal.reason;
}
