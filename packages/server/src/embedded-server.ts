import type { Duration } from "@sluice/core";
import { InvalidOptionError, milliseconds } from "@sluice/core";
import type { ApplicationModule } from "./application/application.js";
import { Application } from "./application/application.js";
import type { EngineConnector } from "./application/engine.js";
import type { CodecBackend, CodecChoice, TlsOptions } from "./node/host.js";
import { NodeHost } from "./node/host.js";
import type { Logger } from "./observability/logger.js";
import { consoleLogger } from "./observability/logger.js";
import { WebSockets } from "./websockets/plugin.js";

/** What `embeddedServer` takes. */
export interface ServerConfig {
  /** Default 8080; 0 takes a free one, which `resolvedConnectors()` tells. */
  readonly port?: number;
  /** Default `"0.0.0.0"`: every address of the machine. */
  readonly host?: string;
  /** Serves TLS with these options of `node:https`: `key`, `cert` … */
  readonly tls?: TlsOptions;
  /** Which codec runs. "auto" takes WebAssembly, and TypeScript where that does not run; "wasm" never falls back. Default "auto". */
  readonly codec?: CodecChoice;
  /** Default `console`. */
  readonly logger?: Logger;
  /** How long a request may take to arrive; then 408. Default 10 s. */
  readonly handshakeTimeout?: Duration;
}

export interface StartOptions {
  /** Whether `start` resolves only when the server has stopped. Default false. */
  readonly wait?: boolean;
}

export interface StopOptions {
  /** How long handlers may take to finish after their sessions got Close 1001; then they are cancelled. Default 5 s. */
  readonly gracePeriod?: Duration;
  /** How long stopping may take in all; then sockets are cut. Default 10 s. */
  readonly timeout?: Duration;
}

/** A server with an application inside. Ktor: `EmbeddedServer`. */
export interface EmbeddedServer {
  readonly application: Application;
  /** What codec runs, and why. */
  readonly codec: { readonly backend: CodecBackend; readonly reason: string };
  /**
   * Runs the module and listens.
   *
   * @throws ListenError (`ADDRESS_IN_USE`, `ADDRESS_NOT_AVAILABLE`), and whatever the module throws.
   */
  start(options?: StartOptions): Promise<void>;
  /** Where the server listens; resolves once it does, and rejects when it cannot. */
  resolvedConnectors(): Promise<readonly EngineConnector[]>;
  /**
   * Refuses new sessions, sends Close 1001 to every open one, lets handlers finish, then cuts what is left. The second
   * call is the same promise.
   */
  stop(options?: StopOptions): Promise<void>;
}

/**
 * Makes a server. Ktor: `embeddedServer(Netty, port, host) { module }`.
 *
 * @throws InvalidOptionError (`INVALID_OPTION`), CodecUnavailableError (`CODEC_UNAVAILABLE`)
 */
export function embeddedServer(config: ServerConfig, module: ApplicationModule): EmbeddedServer {
  const { port = 8080, host = "0.0.0.0", logger = consoleLogger } = config;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new InvalidOptionError("port", port, "a whole number from 0 to 65535");
  }
  const handshakeTimeout = milliseconds(config.handshakeTimeout ?? "10s", "handshakeTimeout");
  const node = new NodeHost(config.codec ?? "auto");
  const application = new Application({ ...node.environment, logger });
  const engine = node.engine(application, { host, port, tls: config.tls, handshakeTimeout });
  return new Server(application, node.codec, engine, module);
}

type Engine = ReturnType<NodeHost["engine"]>;

class Server implements EmbeddedServer {
  readonly application: Application;
  readonly codec: EmbeddedServer["codec"];
  readonly #engine: Engine;
  readonly #module: ApplicationModule;
  #started: Promise<readonly EngineConnector[]> | undefined;
  #stopped: Promise<void> | undefined;
  readonly #gone: Promise<void>;
  #settleGone!: () => void;

  constructor(application: Application, codec: EmbeddedServer["codec"], engine: Engine, module: ApplicationModule) {
    this.application = application;
    this.codec = codec;
    this.#engine = engine;
    this.#module = module;
    this.#gone = new Promise((resolve) => {
      this.#settleGone = resolve;
    });
  }

  async start({ wait = false }: StartOptions = {}): Promise<void> {
    this.#started ??= this.#listen();
    await this.#started;
    if (wait) await this.#gone;
  }

  resolvedConnectors(): Promise<readonly EngineConnector[]> {
    this.#started ??= this.#listen();
    return this.#started;
  }

  stop(options: StopOptions = {}): Promise<void> {
    this.#stopped ??= this.#stop(
      milliseconds(options.gracePeriod ?? "5s", "gracePeriod"),
      milliseconds(options.timeout ?? "10s", "timeout"),
    );
    return this.#stopped;
  }

  async #listen(): Promise<readonly EngineConnector[]> {
    await this.#module(this.application);
    return [await this.#engine.listen()];
  }

  async #stop(gracePeriod: number, timeout: number): Promise<void> {
    await this.#started?.catch(() => undefined);
    const sessions = this.application.pluginOrNull(WebSockets)?.sessions;
    const platform = this.application.environment.platform;
    const cancel = platform.setTimer(Math.min(gracePeriod, timeout), () => sessions?.cancelAll());
    const cut = platform.setTimer(timeout, () => this.#engine.destroy());
    const closed = this.#engine.close();
    await sessions?.closeAll();
    this.#engine.destroy();
    await closed;
    cancel.cancel();
    cut.cancel();
    this.#settleGone();
  }
}
