import type { Duration } from "@sluice/core";
import { InvalidOptionError, milliseconds } from "@sluice/core";
import type { ApplicationModule } from "./application/application.js";
import { Application } from "./application/application.js";
import type { Engine, EngineConnector } from "./application/engine.js";
import type { StartOptions, StopOptions } from "./application/server.js";
import { ApplicationServer } from "./application/server.js";
import type { CodecBackend, CodecChoice, TlsOptions } from "./node/host.js";
import { NodeHost } from "./node/host.js";
import type { Logger } from "./observability/logger.js";
import { consoleLogger } from "./observability/logger.js";

export type { StartOptions, StopOptions };

/** What `embeddedServer` takes. Durations are milliseconds, or text such as `"15s"`. */
export interface ServerConfig {
  /** Default 8080; 0 takes a free one, which `resolvedConnectors()` tells. */
  readonly port?: number;
  /** Default `"0.0.0.0"`: every IPv4 address of the machine. */
  readonly host?: string;
  /** Serves TLS with these options of `node:https`: `key`, `cert` … */
  readonly tls?: TlsOptions;
  /** Which codec runs. "auto" takes WebAssembly, and TypeScript where that does not run; "wasm" never falls back. Default "auto". */
  readonly codec?: CodecChoice;
  /** Default `console`. */
  readonly logger?: Logger;
  /** How long a request may take to arrive; then 408. More than 0. With TLS, its handshake has as long before. Default 10 s. */
  readonly handshakeTimeout?: Duration;
}

/** A server with an application inside. Ktor: `EmbeddedServer`. */
export interface EmbeddedServer {
  readonly application: Application;
  /** What codec runs, and why. */
  readonly codec: { readonly backend: CodecBackend; readonly reason: string };
  /**
   * Runs the module and listens. A second call waits for the same start.
   *
   * @throws ListenError (`ADDRESS_IN_USE`, `ADDRESS_NOT_AVAILABLE`), and whatever the module throws.
   * @throws ServerStoppedError (`SERVER_STOPPED`) after `stop`.
   */
  start(options?: StartOptions): Promise<void>;
  /** Where the server listens: resolves once it does, and rejects when it cannot, with what `start` throws. */
  resolvedConnectors(): Promise<readonly EngineConnector[]>;
  /**
   * Refuses new sessions with 503, sends Close 1001 to every open one, lets handlers finish, then cuts what is left. For
   * good; the second call is the same promise.
   *
   * @throws InvalidOptionError (`INVALID_OPTION`); the server goes on.
   */
  stop(options?: StopOptions): Promise<void>;
}

/**
 * Makes a server. Ktor: `embeddedServer(Netty, port, host) { module }`.
 *
 * ```ts
 * const server = embeddedServer({ port: 8080 }, (app) => {
 *   app.install(WebSockets, {});
 *   app.routing((routing) => {
 *     routing.webSocket("/echo", async (session) => {
 *       for await (const frame of session.incoming) await session.send(frame);
 *     });
 *   });
 * });
 * await server.start();
 * ```
 *
 * @throws InvalidOptionError (`INVALID_OPTION`) for an option that cannot be; the message names it.
 * @throws CodecUnavailableError (`CODEC_UNAVAILABLE`) when the codec "wasm" is asked for and cannot run.
 */
export function embeddedServer(config: ServerConfig, module: ApplicationModule): EmbeddedServer {
  const { port = 8080, host = "0.0.0.0", codec = "auto", logger = consoleLogger } = config;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new InvalidOptionError("port", port, "a whole number from 0 to 65535");
  }
  if (typeof host !== "string" || host === "") throw new InvalidOptionError("host", host, "a name or an address");
  if (codec !== "auto" && codec !== "wasm" && codec !== "typescript") {
    throw new InvalidOptionError("codec", codec, '"auto", "wasm" or "typescript"');
  }
  if (typeof module !== "function") throw new InvalidOptionError("module", module, "a function");
  const handshakeTimeout = milliseconds(config.handshakeTimeout ?? "10s", "handshakeTimeout");
  if (handshakeTimeout === 0) throw new InvalidOptionError("handshakeTimeout", 0, "longer than 0 ms");
  const node = new NodeHost(codec);
  const application = new Application({ ...node.environment, logger });
  const engine = node.engine(application, { host, port, tls: config.tls, handshakeTimeout });
  return new NodeServer(application, engine, module, node.codec);
}

class NodeServer extends ApplicationServer implements EmbeddedServer {
  constructor(
    application: Application,
    engine: Engine,
    module: ApplicationModule,
    readonly codec: EmbeddedServer["codec"],
  ) {
    super(application, engine, module);
  }
}
