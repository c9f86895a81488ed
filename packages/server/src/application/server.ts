import type { Duration } from "@sluice/core";
import { InvalidOptionError, milliseconds } from "@sluice/core";
import { WebSockets } from "../websockets/plugin.js";
import type { Application, ApplicationModule } from "./application.js";
import { Deadline } from "./deadline.js";
import type { Engine, EngineConnectors } from "./engine.js";
import { ServerStoppedError } from "./engine.js";
import type { Events } from "./events.js";
import {
  ApplicationModulesLoaded,
  ApplicationStarted,
  ApplicationStarting,
  ApplicationStopPreparing,
  ApplicationStopped,
  ApplicationStopping,
  ServerReady,
} from "./lifecycle.js";
import { checkOptionNames } from "./option-names.js";
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

/** One module, or several, which run one after the other. */
export type ApplicationModules = ApplicationModule | readonly ApplicationModule[];

/** An application and the engine that serves it: how both start and stop. */
export class ApplicationServer<Bound = EngineConnectors> {
  readonly application: Application;
  readonly #engine: Engine<Bound>;
  readonly #modules: readonly ApplicationModule[];
  readonly #connectors = new Settled<Bound>();
  readonly #gone = new Settled<void>();
  /** Whether ApplicationStarting was raised, and ApplicationStopped not yet. */
  #live = false;
  #started: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  /** @throws InvalidOptionError (`INVALID_OPTION`) for a module that is none. */
  constructor(application: Application, engine: Engine<Bound>, modules: ApplicationModules) {
    this.application = application;
    this.#engine = engine;
    this.#modules = listOf(modules);
  }

  get monitor(): Events {
    return this.application.monitor;
  }

  /** Whether `stop` was called. */
  get isStopping(): boolean {
    return this.#stopped !== undefined;
  }

  async start(options: StartOptions = {}): Promise<void> {
    checkOptionNames("options of start", options, ["wait"] satisfies (keyof StartOptions)[]);
    this.#started ??= this.#start();
    await this.#started;
    if (options.wait === true) await this.#gone.promise;
  }

  resolvedConnectors(): Promise<Bound> {
    return this.#connectors.promise;
  }

  stop(options: StopOptions = {}): Promise<void> {
    if (this.#stopped !== undefined) return this.#stopped;
    try {
      checkOptionNames("options of stop", options, ["gracePeriod", "timeout"] satisfies (keyof StopOptions)[]);
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
      await this.#load();
      const bound = await this.#engine.listen();
      this.monitor.raise(ServerReady, this.application.environment);
      this.#connectors.resolve(bound);
    } catch (error) {
      this.#connectors.reject(error);
      // Whoever stops the server meanwhile raises these at its end.
      if (this.#stopped === undefined) this.#raiseStopped();
      throw error;
    }
  }

  async #load(): Promise<void> {
    const { application, monitor } = this;
    this.#live = true;
    monitor.raise(ApplicationStarting, application);
    for (const module of this.#modules) {
      await module(application);
      this.#checkStopped();
    }
    monitor.raise(ApplicationModulesLoaded, application);
    monitor.raise(ApplicationStarted, application);
  }

  #checkStopped(): void {
    if (this.#stopped !== undefined) throw new ServerStoppedError();
  }

  async #stop(grace: Deadline, timeout: Deadline): Promise<void> {
    await timeout.orUntil(this.#started?.catch(() => undefined));
    this.#connectors.reject(new ServerStoppedError());
    if (this.#live) this.monitor.raise(ApplicationStopPreparing, this.application.environment);
    const sessions = this.application.pluginOrNull(WebSockets)?.sessions;
    const done = Promise.all([sessions?.closeAll(), this.#engine.drain()]);
    await grace.orUntil(done);
    sessions?.cancelAll();
    await timeout.orUntil(done);
    await this.#engine.close();
    grace.cancel();
    timeout.cancel();
    this.#raiseStopped();
    this.#gone.resolve();
  }

  #raiseStopped(): void {
    if (!this.#live) return;
    this.#live = false;
    this.monitor.raise(ApplicationStopping, this.application);
    this.monitor.raise(ApplicationStopped, this.application);
  }
}

function listOf(modules: ApplicationModules): readonly ApplicationModule[] {
  const list = typeof modules === "function" ? [modules] : modules;
  if (!Array.isArray(list) || list.some((module) => typeof module !== "function")) {
    throw new InvalidOptionError("module", modules, "a function, or an array of functions");
  }
  return [...list];
}
