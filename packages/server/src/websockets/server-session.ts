import type { ActiveExtension, DefaultWebSocketSession, Transport, WebSocketSession } from "@sluice/core";
import { DefaultSession, RawSession } from "@sluice/core";
import type { ApplicationCall } from "../application/call.js";
import type { WebSocketRoute } from "../routing/web-socket.js";

/** A raw session of a server: every frame as it came. Ktor: `WebSocketServerSession`. */
export interface WebSocketServerSession<Parameters = unknown> extends WebSocketSession {
  /** The request that opened the session, and the parameters of its path. */
  readonly call: ApplicationCall<Parameters>;
  /** The subprotocol agreed on (RFC 6455 section 1.9), or `null`. */
  readonly protocol: string | null;
}

/** A session of a server: whole messages, pings and Close answered. Ktor: `DefaultWebSocketServerSession`. */
export interface DefaultWebSocketServerSession<Parameters = unknown>
  extends WebSocketServerSession<Parameters>,
    DefaultWebSocketSession {}

/** What a session of a server has besides its connection. */
export interface ServerSide {
  readonly call: ApplicationCall;
  readonly route: WebSocketRoute;
  /** Those that were agreed on. */
  readonly extensions: readonly ActiveExtension[];
}

export class DefaultServerSession extends DefaultSession implements DefaultWebSocketServerSession {
  readonly call: ApplicationCall;
  /** @internal */
  readonly route: WebSocketRoute;

  constructor(transport: Transport, { call, route, extensions }: ServerSide) {
    super(route.sessions, transport, extensions);
    this.call = call;
    this.route = route;
  }

  get protocol(): string | null {
    return this.route.protocol ?? null;
  }
}

export class RawServerSession extends RawSession implements WebSocketServerSession {
  readonly call: ApplicationCall;
  /** @internal */
  readonly route: WebSocketRoute;

  constructor(transport: Transport, { call, route, extensions }: ServerSide) {
    super(route.sessions, transport, extensions);
    this.call = call;
    this.route = route;
  }

  get protocol(): string | null {
    return this.route.protocol ?? null;
  }
}

/** A session of either kind. */
export type ServerSession = DefaultServerSession | RawServerSession;
