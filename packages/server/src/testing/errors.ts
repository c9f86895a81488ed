import { SluiceError } from "@sluice/core";

/** A handshake was answered with something else than a session. Ktor: `WebSocketException`. */
export class HandshakeRefusedError extends SluiceError {
  readonly code = "HANDSHAKE_REFUSED";

  constructor(
    readonly path: string,
    readonly status: number,
    readonly headers: Headers,
    readonly body: string,
  ) {
    super(`The handshake for ${path} was answered with ${status}: ${body.trim()}`);
  }
}

/** A test is over, and the application still runs handlers that no ending of their session or request stopped. */
export class HandlersStillRunningError extends SluiceError {
  readonly code = "HANDLERS_STILL_RUNNING";

  constructor(
    /** Handlers of sessions. */
    readonly sessions: number,
    /** Handlers of ordinary requests. */
    readonly requests: number,
  ) {
    super(`The test is over, and handlers of ${sessions} sessions and ${requests} requests are still running`);
  }
}
