import type {
  DefaultWebSocketSession,
  Deserialized,
  SerializingSession,
  SessionOptions,
  StandardSchemaV1,
  WebSocketContentConverter,
  WebSocketSession,
} from "@sluice/core";
import { DefaultSession, RawSession, receiveDeserialized, sendSerialized } from "@sluice/core";

/** A raw session of a client. Ktor: `ClientWebSocketSession`. */
export interface ClientWebSocketSession extends WebSocketSession, SerializingSession {
  /** The headers of the 101 response. */
  readonly headers: Headers;
  /** The subprotocol agreed on (RFC 6455 section 1.9), or `null`. */
  readonly protocol: string | null;
  /** Resolves when the connection is gone and nothing of the session is left. */
  readonly ended: Promise<void>;
}

/** A session of a client. Ktor: `DefaultClientWebSocketSession`. */
export interface DefaultClientWebSocketSession extends ClientWebSocketSession, DefaultWebSocketSession {}

/** What a session of a client has besides its connection. */
export interface ClientSide {
  readonly headers: Headers;
  readonly converter: WebSocketContentConverter | undefined;
}

type OptionalSchema = StandardSchemaV1 | undefined;

export class DefaultClientSession extends DefaultSession implements DefaultClientWebSocketSession {
  readonly headers: Headers;
  readonly converter: WebSocketContentConverter | undefined;

  constructor(options: SessionOptions, { headers, converter }: ClientSide) {
    super(options);
    this.headers = headers;
    this.converter = converter;
  }

  get protocol(): string | null {
    return this.headers.get("sec-websocket-protocol");
  }

  sendSerialized(value: unknown): Promise<void> {
    return sendSerialized(this, this.converter, value);
  }

  receiveDeserialized<Schema extends OptionalSchema = undefined>(schema?: Schema): Promise<Deserialized<Schema>> {
    return receiveDeserialized(this.incoming, this.converter, schema);
  }
}

export class RawClientSession extends RawSession implements ClientWebSocketSession {
  readonly headers: Headers;
  readonly converter: WebSocketContentConverter | undefined;

  constructor(options: SessionOptions, { headers, converter }: ClientSide) {
    super(options);
    this.headers = headers;
    this.converter = converter;
  }

  get protocol(): string | null {
    return this.headers.get("sec-websocket-protocol");
  }

  sendSerialized(value: unknown): Promise<void> {
    return sendSerialized(this, this.converter, value);
  }

  receiveDeserialized<Schema extends OptionalSchema = undefined>(schema?: Schema): Promise<Deserialized<Schema>> {
    return receiveDeserialized(this.incoming, this.converter, schema);
  }
}
