import type {
  ActiveExtension,
  DefaultWebSocketSession,
  SessionOptions,
  Transport,
  WebSocketSession,
} from "@sluice/core";
import { DefaultSession, RawSession } from "@sluice/core";
import type { ApplicationCall } from "../application/call.js";

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
  readonly protocol: string | null;
  /** Those that were agreed on. */
  readonly extensions: readonly ActiveExtension[];
}

export class DefaultServerSession extends DefaultSession implements DefaultWebSocketServerSession {
  readonly call: ApplicationCall;
  readonly protocol: string | null;

  constructor(options: SessionOptions, transport: Transport, { call, protocol, extensions }: ServerSide) {
    super(options, transport, extensions);
    this.call = call;
    this.protocol = protocol;
  }
}

export class RawServerSession extends RawSession implements WebSocketServerSession {
  readonly call: ApplicationCall;
  readonly protocol: string | null;

  constructor(options: SessionOptions, transport: Transport, { call, protocol, extensions }: ServerSide) {
    super(options, transport, extensions);
    this.call = call;
    this.protocol = protocol;
  }
}

/** A session of either kind. */
export type ServerSession = DefaultServerSession | RawServerSession;
