import type { Platform, SessionOptions } from "@sluice/core";
import type { Logger } from "../observability/logger.js";
import type { RouteEntry } from "../routing/entry.js";
import { Route } from "../routing/route.js";
import type { PathRouter } from "../routing/router.js";
import { createPathRouter } from "../routing/router.js";
import { Attributes } from "./attributes.js";
import type { ApplicationPlugin } from "./plugin.js";
import { DuplicatePluginError, MissingPluginError } from "./plugin.js";

/** What an engine hands to the application that it runs. */
export interface ApplicationEnvironment {
  readonly codec: SessionOptions["codec"];
  readonly platform: Platform;
  readonly logger: Logger;
  /** SHA-1 of a string, in base64. */
  readonly sha1: (input: string) => string;
}

/** Configures an application. Modules compose: one may call another. Ktor: `Application.module()`. */
export type ApplicationModule = (application: Application) => void | Promise<void>;

/** Plugins and routes, and what they share. Ktor: `Application`. */
export class Application {
  readonly attributes: Attributes = new Attributes();
  /** Every route of the application, by path. */
  readonly router: PathRouter<RouteEntry> = createPathRouter<RouteEntry>();
  readonly #plugins = new Map<ApplicationPlugin<never, unknown>, unknown>();
  readonly #root: Route<""> = new Route(this, "", this.router);

  constructor(readonly environment: ApplicationEnvironment) {}

  get log(): Logger {
    return this.environment.logger;
  }

  /**
   * Installs a plugin.
   *
   * @throws DuplicatePluginError (`DUPLICATE_PLUGIN`) the second time.
   * @throws InvalidOptionError (`INVALID_OPTION`) for an option that cannot be; the message names it.
   */
  install<Options, Instance>(plugin: ApplicationPlugin<Options, Instance>, options: Options): Instance {
    if (this.#plugins.has(plugin)) throw new DuplicatePluginError(plugin.name);
    const instance = plugin.install(this, options);
    this.#plugins.set(plugin, instance);
    return instance;
  }

  /** An installed plugin. @throws MissingPluginError (`MISSING_PLUGIN`) */
  plugin<Options, Instance>(plugin: ApplicationPlugin<Options, Instance>): Instance {
    if (!this.#plugins.has(plugin)) throw new MissingPluginError(plugin.name);
    return this.#plugins.get(plugin) as Instance;
  }

  /** An installed plugin, or `null`. */
  pluginOrNull<Options, Instance>(plugin: ApplicationPlugin<Options, Instance>): Instance | null {
    return this.#plugins.has(plugin) ? (this.#plugins.get(plugin) as Instance) : null;
  }

  /** Adds routes. */
  routing(build: (routing: Route<"">) => void): Route<""> {
    build(this.#root);
    return this.#root;
  }
}
