import { SluiceError } from "@sluice/core";
import type { Application } from "./application.js";

/** Something to install into an application. Ktor: `Plugin`. */
export interface ApplicationPlugin<Options extends object, Instance> {
  /** Its name, for errors. */
  readonly name: string;
  /** Makes what `application.plugin(…)` gives. Checks the options. */
  install(application: Application, options: Options): Instance;
}

/** A plugin was installed twice. Ktor: `DuplicatePluginException`. */
export class DuplicatePluginError extends SluiceError {
  readonly code = "DUPLICATE_PLUGIN";

  constructor(readonly plugin: string) {
    super(`The plugin ${plugin} is installed already`);
  }
}

/** A plugin is needed and not installed. Ktor: `MissingApplicationPluginException`. */
export class MissingPluginError extends SluiceError {
  readonly code = "MISSING_PLUGIN";

  constructor(readonly plugin: string) {
    super(`The plugin ${plugin} is not installed: call app.install(${plugin}, { … }) first`);
  }
}
