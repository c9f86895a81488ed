import { InvalidOptionError } from "@sluice/core";
import type { Application } from "../application/application.js";
import type { HttpCall } from "../application/http-call.js";
import { WebSockets } from "../websockets/plugin.js";
import type { DefaultWebSocketServerSession, WebSocketServerSession } from "../websockets/server-session.js";
import type { HttpRoute, RouteEntry } from "./entry.js";
import type { JoinedPath, PathParameters } from "./path.js";
import { joinPaths, parsePath } from "./path.js";
import type { WebSocketRoute, WebSocketRouteOptions } from "./web-socket.js";
import { webSocketRoute } from "./web-socket.js";

/** What answers a request; 500 when it throws, which is logged. It may be asynchronous. */
export type HttpHandler<Path extends string = string> = (call: HttpCall<PathParameters<Path>>) => unknown;

/** What a session runs. The session ends with it: 1000 when it returns, 1011 when it throws, which is logged. */
export type WebSocketHandler<Path extends string = string> = (
  session: DefaultWebSocketServerSession<PathParameters<Path>>,
) => unknown;

/** As `WebSocketHandler`, with every frame as it came. */
export type RawWebSocketHandler<Path extends string = string> = (
  session: WebSocketServerSession<PathParameters<Path>>,
) => unknown;

// The handlers of the methods below. They are written by what they take, and not by their path, so that two paths with
// the same parameters take the same handlers.
type Answers<Path extends string> = (call: HttpCall<PathParameters<Path>>) => unknown;
type Runs<Path extends string> = (session: DefaultWebSocketServerSession<PathParameters<Path>>) => unknown;
type RunsRaw<Path extends string> = (session: WebSocketServerSession<PathParameters<Path>>) => unknown;

/** Where entries go; the application's router. */
export interface RouteTarget {
  addRoute(path: string, entry: RouteEntry): void;
}

/** A path, and what may be defined below it. Ktor: `Route`. */
export class Route<Path extends string = string> {
  readonly #target: RouteTarget;

  constructor(
    readonly application: Application,
    /** The whole path, from the root. */
    readonly path: Path,
    target: RouteTarget,
  ) {
    this.#target = target;
  }

  /** Routes below `path`. Ktor: `route(path) { }`. @throws InvalidPathError (`INVALID_PATH`) */
  route<Child extends string>(
    path: Child,
    build: (route: Route<JoinedPath<Path, Child>>) => void,
  ): Route<JoinedPath<Path, Child>> {
    const route = this.#child(path);
    parsePath(route.path);
    build(route);
    return route;
  }

  /**
   * Answers GET requests, and HEAD without the body. Ktor: `get(path) { }`.
   *
   * @throws InvalidPathError (`INVALID_PATH`), InvalidOptionError (`INVALID_OPTION`) when the handler is no function.
   */
  get<Child extends string>(path: Child, handler: Answers<JoinedPath<Path, Child>>): Route<JoinedPath<Path, Child>> {
    if (typeof handler !== "function") throw new InvalidOptionError(`handler of get(${path})`, handler, "a function");
    const entry: HttpRoute = { kind: "http", method: "GET", handler: handler as HttpRoute["handler"] };
    return this.#define(path, entry);
  }

  /**
   * Sessions of whole messages: pings and the peer's Close are answered, fragments reassembled. Ktor: `webSocket(path, protocol)`.
   *
   * @throws MissingPluginError (`MISSING_PLUGIN`) when `WebSockets` is not installed.
   * @throws InvalidPathError (`INVALID_PATH`), InvalidOptionError (`INVALID_OPTION`)
   */
  webSocket(handler: Runs<Path>): Route<Path>;
  webSocket<Child extends string>(path: Child, handler: Runs<JoinedPath<Path, Child>>): Route<JoinedPath<Path, Child>>;
  webSocket<Child extends string>(
    path: Child,
    options: WebSocketRouteOptions,
    handler: Runs<JoinedPath<Path, Child>>,
  ): Route<JoinedPath<Path, Child>>;
  webSocket(...definition: readonly unknown[]): unknown {
    return this.#webSocket("default", definition);
  }

  /**
   * Sessions of single frames: every one appears as it came, and nothing is answered. Ktor: `webSocketRaw`.
   *
   * @throws MissingPluginError (`MISSING_PLUGIN`) when `WebSockets` is not installed.
   * @throws InvalidPathError (`INVALID_PATH`), InvalidOptionError (`INVALID_OPTION`)
   */
  webSocketRaw(handler: RunsRaw<Path>): Route<Path>;
  webSocketRaw<Child extends string>(
    path: Child,
    handler: RunsRaw<JoinedPath<Path, Child>>,
  ): Route<JoinedPath<Path, Child>>;
  webSocketRaw<Child extends string>(
    path: Child,
    options: WebSocketRouteOptions,
    handler: RunsRaw<JoinedPath<Path, Child>>,
  ): Route<JoinedPath<Path, Child>>;
  webSocketRaw(...definition: readonly unknown[]): unknown {
    return this.#webSocket("raw", definition);
  }

  #webSocket(mode: WebSocketRoute["mode"], definition: readonly unknown[]): Route {
    this.application.plugin(WebSockets);
    // (handler), (path, handler) or (path, options, handler)
    const handler = definition.at(-1) as WebSocketRoute["handler"];
    const path = definition.length > 1 ? (definition[0] as string) : "";
    const options = definition.length > 2 ? (definition[1] as WebSocketRouteOptions) : {};
    return this.#define(path, webSocketRoute(mode, joinPaths<string, string>(this.path, path), options, handler));
  }

  #define<Child extends string>(path: Child, entry: RouteEntry): Route<JoinedPath<Path, Child>> {
    const route = this.#child(path);
    this.#target.addRoute(route.path, entry);
    return route;
  }

  #child<Child extends string>(path: Child): Route<JoinedPath<Path, Child>> {
    return new Route(this.application, joinPaths(this.path, path), this.#target);
  }
}
