import type {
  ActiveExtension,
  DefaultWebSocketSession,
  SessionOptions,
  Transport,
  WebSocketSession,
} from "@sluice/core";
import { DefaultSession, RawSession } from "@sluice/core";

/** What a session of a client has besides. */
export interface ClientSide {
  readonly transport: Transport;
  /** Those that were agreed on. */
  readonly extensions: readonly ActiveExtension[];
  /** The headers of the 101 response. */
  readonly headers: Headers;
}

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

  constructor(options: SessionOptions, { transport, extensions, headers }: ClientSide) {
    super(options, transport, extensions);
    this.headers = headers;
  }

  get protocol(): string | null {
    return this.headers.get("sec-websocket-protocol");
  }
}

export class RawClientSession extends RawSession implements ClientWebSocketSession {
  readonly headers: Headers;

  constructor(options: SessionOptions, { transport, extensions, headers }: ClientSide) {
    super(options, transport, extensions);
    this.headers = headers;
  }

  get protocol(): string | null {
    return this.headers.get("sec-websocket-protocol");
  }
}
