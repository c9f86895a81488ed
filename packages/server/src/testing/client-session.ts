import type { DefaultWebSocketSession, SessionOptions, WebSocketSession } from "@sluice/core";
import { DefaultSession, RawSession } from "@sluice/core";

/** A raw session of a client. Ktor: `ClientWebSocketSession`. */
export interface ClientWebSocketSession extends WebSocketSession {
  /** The headers of the 101 response. */
  readonly headers: Headers;
  /** The subprotocol agreed on (RFC 6455 section 1.9), or `null`. */
  readonly protocol: string | null;
  /** Resolves when the connection is gone and nothing of the session is left. */
  readonly ended: Promise<void>;
}

/** A session of a client. Ktor: `DefaultClientWebSocketSession`. */
export interface DefaultClientWebSocketSession extends ClientWebSocketSession, DefaultWebSocketSession {}

export class DefaultClientSession extends DefaultSession implements DefaultClientWebSocketSession {
  readonly headers: Headers;

  constructor(options: SessionOptions, headers: Headers) {
    super(options);
    this.headers = headers;
  }

  get protocol(): string | null {
    return this.headers.get("sec-websocket-protocol");
  }
}

export class RawClientSession extends RawSession implements ClientWebSocketSession {
  readonly headers: Headers;

  constructor(options: SessionOptions, headers: Headers) {
    super(options);
    this.headers = headers;
  }

  get protocol(): string | null {
    return this.headers.get("sec-websocket-protocol");
  }
}
