import type { Duration } from "@sluice/core";
import { milliseconds } from "@sluice/core";
import { WebSockets } from "../websockets/plugin.js";
import type { Application, ApplicationModule } from "./application.js";
import { Deadline } from "./deadline.js";
import type { Engine, EngineConnector } from "./engine.js";
import { ServerStoppedError } from "./engine.js";
import { Settled } from "./settled.js";

/** What `EmbeddedServer.start` takes. */
export interface StartOptions {
  /** Whether `start` resolves only when the server has stopped. Default false. */
  readonly wait?: boolean;
}

/** What `EmbeddedServer.stop` takes. */
export interface StopOptions {
  /** How long handlers may take to finish after their sessions got Close 1001; then they are cancelled. Default 5 s. */
  readonly gracePeriod?: Duration;
  /** How long stopping may take in all; then whatever is left is cut and no handler waited for. Default 10 s. */
  readonly timeout?: Duration;
}

/** An application and the engine that serves it: how both start and stop. */
export class ApplicationServer {
  readonly application: Application;
  readonly #engine: Engine;
  readonly #module: ApplicationModule;
  readonly #connectors = new Settled<readonly EngineConnector[]>();
  readonly #gone = new Settled<void>();
  #started: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  constructor(application: Application, engine: Engine, module: ApplicationModule) {
    this.application = application;
    this.#engine = engine;
    this.#module = module;
  }

  async start({ wait = false }: StartOptions = {}): Promise<void> {
    this.#started ??= this.#start();
    await this.#started;
    if (wait) await this.#gone.promise;
  }

  resolvedConnectors(): Promise<readonly EngineConnector[]> {
    return this.#connectors.promise;
  }

  stop(options: StopOptions = {}): Promise<void> {
    if (this.#stopped !== undefined) return this.#stopped;
    try {
      const gracePeriod = milliseconds(options.gracePeriod ?? "5s", "gracePeriod");
      const timeout = milliseconds(options.timeout ?? "10s", "timeout");
      this.#stopped = this.#stop(new Deadline(Math.min(gracePeriod, timeout)), new Deadline(timeout));
      return this.#stopped;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async #start(): Promise<void> {
    try {
      this.#checkStopped();
      await this.#module(this.application);
      this.#checkStopped();
      this.#connectors.resolve([await this.#engine.listen()]);
    } catch (error) {
      this.#connectors.reject(error);
      throw error;
    }
  }

  #checkStopped(): void {
    if (this.#stopped !== undefined) throw new ServerStoppedError();
  }

  async #stop(grace: Deadline, timeout: Deadline): Promise<void> {
    await timeout.orUntil(this.#started?.catch(() => undefined));
    this.#connectors.reject(new ServerStoppedError());
    const sessions = this.application.pluginOrNull(WebSockets)?.sessions;
    const done = Promise.all([sessions?.closeAll(), this.#engine.drain()]);
    await grace.orUntil(done);
    sessions?.cancelAll();
    await timeout.orUntil(done);
    await this.#engine.close();
    grace.cancel();
    timeout.cancel();
    this.#gone.resolve();
  }
}
