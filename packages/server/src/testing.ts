import { checkOptionNames } from "./application/option-names.js";
import type { ApplicationModules } from "./application/server.js";
import type { ApplicationConfig } from "./application-config.js";
import { APPLICATION_OPTIONS, createApplication } from "./application-config.js";
import type { Logger } from "./observability/logger.js";
import type { TestApplicationSettings, TestScope } from "./testing/test-application.js";
import { runTest } from "./testing/test-application.js";

export type { ClientWebSocketSession, DefaultClientWebSocketSession } from "./testing/client-session.js";
export type { LoggedError } from "./testing/error-log.js";
export { HandlersStillRunningError, HandshakeRefusedError } from "./testing/errors.js";
export type { TestScope } from "./testing/test-application.js";
export type { TestClient, TestSessionOptions, TestWebSocketOptions } from "./testing/test-client.js";
export type { TestRequestOptions } from "./testing/test-request.js";
export { VirtualTime } from "./testing/virtual-time.js";

/** What `testApplication` takes. */
export interface TestApplicationOptions extends TestApplicationSettings, ApplicationConfig {
  /** Gets what the application logs, besides the test. Default: nobody. */
  readonly logger?: Logger;
}

const NAMES: readonly (keyof TestApplicationOptions)[] = [...APPLICATION_OPTIONS, "platform", "stop"];

/**
 * Runs an application in memory, for one test: no port, no socket, and otherwise what a server runs. Requests go through
 * its routes, its checks of the handshake and its handlers; sessions are the same sessions. Ktor: `testApplication { }`.
 *
 * ```ts
 * await testApplication(module, async ({ client }) => {
 *   await client.webSocket("/echo", async (session) => {
 *     await session.send("Hi");
 *     const frame = await session.incoming.receive();
 *     expect(frame.type === "text" && frame.readText()).toBe("Hi");
 *   });
 * });
 * ```
 *
 * When `block` is done, connections that it left open are cut, and the application stops.
 *
 * @returns what `block` gives.
 * @throws what `block` throws; what the module throws.
 * @throws what a handler threw, unless `takeErrors` took it; an `AggregateError` where several did.
 * @throws HandlersStillRunningError (`HANDLERS_STILL_RUNNING`) when handlers do not end with their sessions.
 * @throws InvalidOptionError (`INVALID_OPTION`), CodecUnavailableError (`CODEC_UNAVAILABLE`) as `embeddedServer`.
 */
export async function testApplication<Result>(
  module: ApplicationModules,
  block: (scope: TestScope) => Result | Promise<Result>,
  options: TestApplicationOptions = {},
): Promise<Result> {
  checkOptionNames("options of testApplication", options, NAMES);
  const { environment } = createApplication(options, false).application;
  return await runTest(environment, module, block, options);
}
