import type { Application } from "./application/application.js";
import { ServerStoppedError } from "./application/engine.js";
import type { Events } from "./application/events.js";
import { checkOptionNames } from "./application/option-names.js";
import type { ApplicationModules, StopOptions } from "./application/server.js";
import { ApplicationServer } from "./application/server.js";
import type { ApplicationConfig, CodecInUse, ReadPathInUse } from "./application-config.js";
import { APPLICATION_OPTIONS, createApplication } from "./application-config.js";
import type { AttachedEngine } from "./node/attached-engine.js";
import type { AttachableServer, NodeHost } from "./node/host.js";

/** An application without a server of its own: its WebSocket routes are served by others. */
export interface AttachableApplication {
  readonly application: Application;
  readonly monitor: Events;
  /** What codec runs, and why. */
  readonly codec: CodecInUse;
  /** How bytes come in, and why. Those of a TLS server always come by way of "data". */
  readonly readPath: ReadPathInUse;
  /**
   * Takes the upgrades for WebSocket routes from a server of `node:http` or `node:https`, which may listen already or
   * later. To be called before the server has listeners that answer upgrades of every path; more than once for several
   * servers. Several applications may be attached to one server: the first that has a route takes the upgrade.
   *
   * An upgrade that no route takes is left to the server's other listeners; where there are none, a WebSocket is
   * answered with 404, and anything else as if nobody had asked for an upgrade. Ordinary requests, for paths of
   * WebSocket routes too, and `get` routes are not served here: they are the business of who has the server.
   *
   * How long a handshake may take is for the server's `headersTimeout` to say. Another library on the same server must
   * leave upgrades alone that are not its own: a `WebSocketServer` of `ws` does so with `noServer: true` only.
   *
   * @returns the application itself.
   * @throws InvalidOptionError (`INVALID_OPTION`) when `server` is no server.
   * @throws ServerStoppedError (`SERVER_STOPPED`) after `stop`.
   */
  attach(server: AttachableServer): this;
  /**
   * Refuses new sessions with 503, sends Close 1001 to every open one, lets handlers finish, cuts what is left and lets
   * go of the servers, which go on. For good; the second call is the same promise.
   *
   * @throws InvalidOptionError (`INVALID_OPTION`); the application goes on.
   */
  stop(options?: StopOptions): Promise<void>;
}

/**
 * Makes an application whose WebSocket routes are served by an existing server, so that Express, Fastify, Hono or plain
 * Node keep their HTTP side. Runs the modules; resolves when they have run.
 *
 * ```ts
 * const app = await application((app) => {
 *   app.install(WebSockets);
 *   app.routing((routing) => {
 *     routing.webSocket("/echo", async (session) => {
 *       for await (const frame of session.incoming) await session.send(frame);
 *     });
 *   });
 * });
 * const server = createServer(express());
 * app.attach(server);
 * server.listen(8080);
 * ```
 *
 * @throws InvalidOptionError (`INVALID_OPTION`) for an option that cannot be, and whatever a module throws.
 * @throws CodecUnavailableError (`CODEC_UNAVAILABLE`) when the codec "wasm" is asked for and cannot run.
 * @throws ReadPathUnavailableError (`READ_PATH_UNAVAILABLE`) when the read path "shared" is asked for and cannot be taken,
 * and when "direct" is.
 */
export async function application(
  modules: ApplicationModules,
  config: ApplicationConfig = {},
): Promise<AttachableApplication> {
  checkOptionNames("options of application", config, APPLICATION_OPTIONS);
  const { application, node } = createApplication(config, false);
  const engine = node.attachedEngine(application);
  const attachable = new AttachedApplication(application, engine, modules, node);
  await attachable.start();
  return attachable;
}

class AttachedApplication extends ApplicationServer<void> implements AttachableApplication {
  readonly codec: CodecInUse;
  readonly readPath: ReadPathInUse;
  readonly #engine: AttachedEngine;

  constructor(application: Application, engine: AttachedEngine, modules: ApplicationModules, node: NodeHost) {
    super(application, engine, modules);
    this.codec = node.codec;
    this.readPath = node.readPath;
    this.#engine = engine;
  }

  attach(server: AttachableServer): this {
    if (this.isStopping) throw new ServerStoppedError();
    this.#engine.attach(server);
    return this;
  }
}
