import { BaseSession } from "./base-session.js";
import { SessionCore } from "./session-core.js";
import type { SessionOptions } from "./session-options.js";

/**
 * A session that shows every frame as it came and answers none of them: no ping, no pong, no Close of its own but for a
 * violation. Ktor: a raw `WebSocketSession`.
 */
export class RawSession extends BaseSession<SessionCore> {
  constructor(options: SessionOptions) {
    super(new SessionCore(options));
  }
}
