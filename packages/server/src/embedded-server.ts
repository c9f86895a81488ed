import type { Duration } from "@sluice/core";
import { InvalidOptionError, milliseconds } from "@sluice/core";
import type { Application } from "./application/application.js";
import type { Engine, EngineConnectors } from "./application/engine.js";
import type { Events } from "./application/events.js";
import { JoinedEngines } from "./application/joined-engines.js";
import { checkOptionNames } from "./application/option-names.js";
import type { ApplicationModules, StartOptions, StopOptions } from "./application/server.js";
import { ApplicationServer } from "./application/server.js";
import type { ApplicationConfig, CodecInUse, ReadPathInUse } from "./application-config.js";
import { APPLICATION_OPTIONS, createApplication } from "./application-config.js";
import type { ConnectorConfig, ResolvedConnector } from "./connectors.js";
import { CONNECTOR_OPTIONS, resolveConnectors } from "./connectors.js";
import type { NodeHost } from "./node/host.js";

export type { StartOptions, StopOptions };

/** What `embeddedServer` takes: where it listens, and more. Durations are milliseconds, or text such as `"15s"`. */
export interface ServerConfig extends ApplicationConfig, ConnectorConfig {
  /** Several places to listen at, in place of `port`, `host` and `tls`. */
  readonly connectors?: readonly ConnectorConfig[];
  /** How long a request may take to arrive; then 408. More than 0. With TLS, its handshake has as long before. Default 10 s. */
  readonly handshakeTimeout?: Duration;
}

/** A server with an application inside. Ktor: `EmbeddedServer`. */
export interface EmbeddedServer {
  readonly application: Application;
  /** The application's events: here to be subscribed to before it starts. */
  readonly monitor: Events;
  /** What codec runs, and why. */
  readonly codec: CodecInUse;
  /** How bytes come in, and why. With TLS they always come by way of "data". */
  readonly readPath: ReadPathInUse;
  /**
   * Runs the modules and listens. A second call waits for the same start.
   *
   * @throws ListenError (`ADDRESS_IN_USE`, `ADDRESS_NOT_AVAILABLE`), and whatever a module throws.
   * @throws ServerStoppedError (`SERVER_STOPPED`) after `stop`.
   */
  start(options?: StartOptions): Promise<void>;
  /**
   * Where the server listens: resolves once it does, and rejects when it cannot, with what `start` throws.
   *
   * ```ts
   * const [{ port }] = await server.resolvedConnectors();
   * ```
   */
  resolvedConnectors(): Promise<EngineConnectors>;
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
 * @throws ReadPathUnavailableError (`READ_PATH_UNAVAILABLE`) when the read path "direct" or "shared" is asked for and cannot be taken.
 */
export function embeddedServer(config: ServerConfig, module: ApplicationModules): EmbeddedServer {
  checkOptionNames("options of embeddedServer", config, NAMES);
  const [first, ...more] = resolveConnectors(config);
  const handshakeTimeout = milliseconds(config.handshakeTimeout ?? "10s", "handshakeTimeout");
  const { readPath } = config;
  if ((readPath === "direct" || readPath === "shared") && [first, ...more].some(({ tls }) => tls !== undefined)) {
    throw new InvalidOptionError("readPath", readPath, '"auto" or "data" where a connector has tls');
  }
  if (handshakeTimeout === 0) throw new InvalidOptionError("handshakeTimeout", 0, "longer than 0 ms");
  const { application, node } = createApplication(config, true);
  const serve = (at: ResolvedConnector): Engine<EngineConnectors> =>
    node.engine(application, { ...at, handshakeTimeout });
  const engine = new JoinedEngines([serve(first), ...more.map(serve)]);
  return new NodeServer(application, engine, module, node);
}

const NAMES: readonly (keyof ServerConfig)[] = [
  ...APPLICATION_OPTIONS,
  ...CONNECTOR_OPTIONS,
  "connectors",
  "handshakeTimeout",
];

class NodeServer extends ApplicationServer implements EmbeddedServer {
  readonly codec: CodecInUse;
  readonly readPath: ReadPathInUse;

  constructor(application: Application, engine: Engine<EngineConnectors>, module: ApplicationModules, node: NodeHost) {
    super(application, engine, module);
    this.codec = node.codec;
    this.readPath = node.readPath;
  }
}
