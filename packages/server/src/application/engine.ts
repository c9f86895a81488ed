import { SluiceError } from "@sluice/core";

/** Where a server listens. Ktor: `EngineConnectorConfig`. */
export interface EngineConnector {
  readonly type: "HTTP" | "HTTPS";
  readonly host: string;
  /** The port that was bound, also when 0 was asked for. */
  readonly port: number;
}

/** Everywhere that a server listens. */
export type EngineConnectors = readonly [first: EngineConnector, ...more: EngineConnector[]];

/** What serves an application: it takes requests, and answers them. */
export interface Engine<out Bound = unknown> {
  /**
   * Takes requests from now on, and tells where.
   *
   * @throws ListenError (`ADDRESS_IN_USE`, `ADDRESS_NOT_AVAILABLE`)
   */
  listen(): Promise<Bound>;
  /** Answers new requests with 503 from now on; resolves when those from before are answered. */
  drain(): Promise<void>;
  /** Takes no more requests and cuts what is still open; resolves when nothing is left. */
  close(): Promise<void>;
}

/** A server was stopped, which is for good: make another one. */
export class ServerStoppedError extends SluiceError {
  readonly code = "SERVER_STOPPED";

  constructor() {
    super("The server was stopped");
  }
}

/** A server cannot listen where it was told to. */
export class ListenError extends SluiceError {
  readonly code: "ADDRESS_IN_USE" | "ADDRESS_NOT_AVAILABLE";

  constructor(
    readonly host: string,
    readonly port: number,
    cause: { readonly code?: string | undefined; readonly message: string },
  ) {
    const inUse = cause.code === "EADDRINUSE";
    super(inUse ? `Port ${port} on ${host} is in use` : `Cannot listen on ${host}, port ${port}: ${cause.message}`);
    this.cause = cause;
    this.code = inUse ? "ADDRESS_IN_USE" : "ADDRESS_NOT_AVAILABLE";
  }
}
