import type { Platform, SessionOptions } from "@sluice/core";
import type { Logger } from "../observability/logger.js";
import type { RouteEntry } from "../routing/entry.js";
import { Route } from "../routing/route.js";
import type { PathRouter } from "../routing/router.js";
import { createPathRouter } from "../routing/router.js";
import { Attributes } from "./attributes.js";
import { Events } from "./events.js";
import type { TrustedProxies } from "./forwarded.js";
import type { ApplicationPlugin } from "./plugin.js";
import { DuplicatePluginError, MissingPluginError } from "./plugin.js";

/** What an engine hands to the application that it runs. */
export interface ApplicationEnvironment {
  readonly codec: SessionOptions["codec"];
  readonly platform: Platform;
  readonly logger: Logger;
  /** SHA-1 of a string, in base64. */
  readonly sha1: (input: string) => string;
  /** The proxies whose `X-Forwarded-*` headers are believed. Default: none. */
  readonly proxies?: TrustedProxies | undefined;
}

/** Configures an application. Modules compose: one may call another. Ktor: `Application.module()`. */
export type ApplicationModule = (application: Application) => void | Promise<void>;

/** Plugins and routes, and what they share. Ktor: `Application`. */
export class Application {
  /** What plugins and modules keep for the life of the application. */
  readonly attributes: Attributes = new Attributes();
  /**
   * What happens to the application: `app.monitor.subscribe(ApplicationStarted, () => { … })`. What a handler throws is
   * logged and harms nobody. Ktor: `monitor`.
   */
  readonly monitor: Events;
  /** Every route of the application, by path. @internal */
  readonly router: PathRouter<RouteEntry> = createPathRouter<RouteEntry>();
  readonly #plugins = new Map<ApplicationPlugin<never, unknown>, unknown>();
  readonly #root: Route<""> = new Route(this, "", this.router);

  /** @internal */
  constructor(
    /** What the engine offers. */
    readonly environment: ApplicationEnvironment,
  ) {
    this.monitor = new Events(environment.logger);
  }

  /** Where the application reports errors: the server's `logger`. */
  get log(): Logger {
    return this.environment.logger;
  }

  /**
   * Installs a plugin. Ktor: `install(plugin) { … }`.
   *
   * @param rest the plugin's options, which may be left out where each of them may.
   * @returns what `plugin(…)` gives from then on.
   * @throws DuplicatePluginError (`DUPLICATE_PLUGIN`) the second time.
   * @throws InvalidOptionError (`INVALID_OPTION`) for an option that cannot be; the message names it.
   */
  install<Options extends object, Instance>(
    plugin: ApplicationPlugin<Options, Instance>,
    ...rest: Partial<Options> extends Options ? [options?: Options] : [options: Options]
  ): Instance {
    if (this.#plugins.has(plugin)) throw new DuplicatePluginError(plugin.name);
    const [options = {} as Options] = rest;
    const instance = plugin.install(this, options);
    this.#plugins.set(plugin, instance);
    return instance;
  }

  /** An installed plugin. @throws MissingPluginError (`MISSING_PLUGIN`) */
  plugin<Options extends object, Instance>(plugin: ApplicationPlugin<Options, Instance>): Instance {
    if (!this.#plugins.has(plugin)) throw new MissingPluginError(plugin.name);
    return this.#plugins.get(plugin) as Instance;
  }

  /** An installed plugin, or `null`. */
  pluginOrNull<Options extends object, Instance>(plugin: ApplicationPlugin<Options, Instance>): Instance | null {
    return this.#plugins.has(plugin) ? (this.#plugins.get(plugin) as Instance) : null;
  }

  /** Adds routes, and gives the root of all routes. Ktor: `routing { … }`. */
  routing(build: (routing: Route<"">) => void): Route<""> {
    build(this.#root);
    return this.#root;
  }
}
