import type { ActiveExtension } from "../extension/negotiation.js";
import { NO_EXTENSIONS } from "../extension/negotiation.js";
import { BaseSession } from "./base-session.js";
import { SessionCore } from "./session-core.js";
import type { SessionOptions } from "./session-options.js";
import type { Transport } from "./transport.js";

/**
 * A session that shows every frame as it came and answers none of them: no ping, no pong, no Close of its own but for a
 * violation. Ktor: a raw `WebSocketSession`.
 */
export class RawSession extends BaseSession<SessionCore> {
  /** @param extensions those that were agreed on, in the order in which they apply going out. Default none. */
  constructor(options: SessionOptions, transport: Transport, extensions: readonly ActiveExtension[] = NO_EXTENSIONS) {
    super(new SessionCore(options, transport, extensions));
  }
}
