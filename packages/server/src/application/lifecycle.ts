import type { Application, ApplicationEnvironment } from "./application.js";
import { EventDefinition } from "./events.js";

// In the order in which they are raised. A start that fails raises ApplicationStopping and ApplicationStopped, and no
// more; stopping what never started raises nothing.

/** The modules are about to run. To hear of it, subscribe with `server.monitor` before `start`. Ktor: `ApplicationStarting`. */
export const ApplicationStarting: EventDefinition<Application> = new EventDefinition("ApplicationStarting");

/** Every module has run. Ktor: `ApplicationModulesLoaded`. */
export const ApplicationModulesLoaded: EventDefinition<Application> = new EventDefinition("ApplicationModulesLoaded");

/** The application has started; it does not listen yet. Ktor: `ApplicationStarted`. */
export const ApplicationStarted: EventDefinition<Application> = new EventDefinition("ApplicationStarted");

/** The server takes connections; an application without a server of its own can be attached. Ktor: `ServerReady`. */
export const ServerReady: EventDefinition<ApplicationEnvironment> = new EventDefinition("ServerReady");

/** Stopping begins: sessions are still open. Ktor: `ApplicationStopPreparing`. */
export const ApplicationStopPreparing: EventDefinition<ApplicationEnvironment> = new EventDefinition(
  "ApplicationStopPreparing",
);

/** Every session has ended, or was cut: what the application used may go. Ktor: `ApplicationStopping`. */
export const ApplicationStopping: EventDefinition<Application> = new EventDefinition("ApplicationStopping");

/** The application has stopped. Ktor: `ApplicationStopped`. */
export const ApplicationStopped: EventDefinition<Application> = new EventDefinition("ApplicationStopped");
