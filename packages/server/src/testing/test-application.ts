import type { Platform } from "@sluice/core";
import type { ApplicationEnvironment } from "../application/application.js";
import { Application } from "../application/application.js";
import type { ApplicationModules, StopOptions } from "../application/server.js";
import { ApplicationServer } from "../application/server.js";
import type { Logger } from "../observability/logger.js";
import { consoleLogger, report } from "../observability/logger.js";
import { WebSockets } from "../websockets/plugin.js";
import type { LoggedError } from "./error-log.js";
import { ErrorLog } from "./error-log.js";
import { HandlersStillRunningError } from "./errors.js";
import { MemoryEngine } from "./memory-engine.js";
import { TestClient } from "./test-client.js";

/** How to run a test. */
export interface TestApplicationSettings {
  /** The clock, timers and turns of all sessions: `new VirtualTime()`, for example. Default: those of Node. */
  readonly platform?: Platform;
  /** How long handlers may go on when the test is over. Default: 1 s until they are cancelled, 2 s in all. */
  readonly stop?: StopOptions;
}

/** What a test works with. */
export interface TestScope {
  readonly client: TestClient;
  readonly application: Application;
  /** Stops the application before the test is over, as `EmbeddedServer.stop` does. */
  stop(options?: StopOptions): Promise<void>;
  /**
   * The errors that the application has logged since the last call: what handlers threw. A test takes those that it
   * expects; any other fails it.
   */
  takeErrors(): LoggedError[];
}

/** Runs `block` against an application in memory; see `testApplication`. */
export async function runTest<Result>(
  environment: ApplicationEnvironment,
  module: ApplicationModules,
  block: (scope: TestScope) => Result | Promise<Result>,
  options: TestApplicationSettings & { readonly logger?: Logger },
): Promise<Result> {
  const { logger, platform = environment.platform, stop = { gracePeriod: "1s", timeout: "2s" } } = options;
  const log = new ErrorLog(logger);
  const application = new Application({ ...environment, platform, logger: log });
  const engine = new MemoryEngine(application);
  const server = new ApplicationServer(application, engine, module);
  const end = async (): Promise<void> => {
    await engine.cut();
    await server.stop(stop);
    const running = application.pluginOrNull(WebSockets)?.sessions.size ?? 0;
    if (running + engine.answering > 0) throw new HandlersStillRunningError(running, engine.answering);
  };
  let result: Result;
  try {
    await server.start();
    result = await block({
      client: new TestClient(application, engine),
      application,
      stop: (options) => server.stop(options),
      takeErrors: () => log.take(),
    });
  } catch (error) {
    // What the test failed with comes first; handlers may have failed before it.
    await end().catch((stuck: unknown) => log.error(stuck, "The test application could not stop"));
    if (logger === undefined) for (const { error: cause, message } of log.take()) report(consoleLogger, cause, message);
    throw error;
  }
  await end();
  throwFirst(log.take());
  return result;
}

/** Throws what handlers threw: Ktor's test host does so, too. */
function throwFirst(errors: readonly LoggedError[]): void {
  const [first, ...others] = errors;
  if (first === undefined) return;
  if (others.length === 0) throw first.error;
  throw new AggregateError(
    errors.map(({ error }) => error),
    errors.map(({ message }) => message).join("; "),
  );
}
