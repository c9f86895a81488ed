import { InvalidOptionError } from "@sluice/core";
import type { Application } from "../application/application.js";
import type { HttpCall } from "../application/http-call.js";
import { WebSockets } from "../websockets/plugin.js";
import type { RawWebSocketRouteOptions, WebSocketRouteOptions } from "../websockets/route-options.js";
import type { DefaultWebSocketServerSession, WebSocketServerSession } from "../websockets/server-session.js";
import type { RouteEntry } from "./entry.js";
import type { JoinedPath, PathParameters } from "./path.js";
import { joinPaths, parsePath } from "./path.js";
import type { HostPattern, PlacedSelector, RouteSelector } from "./selector.js";
import { headerSelector, hostSelector, methodSelector } from "./selector.js";
import type { WebSocketRoute } from "./web-socket.js";
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
type Options<Path extends string> = WebSocketRouteOptions<PathParameters<Path>>;
type RawOptions<Path extends string> = RawWebSocketRouteOptions<PathParameters<Path>>;

/** Where entries go; the application's router. */
export interface RouteTarget {
  addRoute(path: string, entry: RouteEntry): void;
}

/**
 * A path and what else is asked of requests, and what may be defined below it. Ktor: `Route`.
 *
 * Of several routes that take a request the best answers: from the root on, text in a path is better than a parameter,
 * that than `*`, that than a tail; where paths are equal, the route that asks for more besides is better.
 *
 * A function that adds routes anywhere takes a plain `Route`: `function echo(routing: Route) { … }`.
 */
// Every method takes its own path's type from `this`: so a `Route<"/a">` is a `Route`, of whatever path.
export class Route<out Path extends string = string> {
  readonly #target: RouteTarget;
  readonly #selectors: readonly PlacedSelector[];

  /** @internal */
  constructor(
    readonly application: Application,
    /** The whole path, from the root. */
    readonly path: Path,
    target: RouteTarget,
    selectors: readonly PlacedSelector[] = [],
  ) {
    this.#target = target;
    this.#selectors = selectors;
  }

  /** Routes below `path`. Ktor: `route(path) { }`. @throws InvalidPathError (`INVALID_PATH`) */
  route<Parent extends string, Child extends string>(
    this: Route<Parent>,
    path: Child,
    build?: (route: Route<JoinedPath<Parent, Child>>) => void,
  ): Route<JoinedPath<Parent, Child>> {
    const route = new Route(this.application, joinPaths(this.path, path), this.#target, this.#selectors);
    parsePath(route.path);
    build?.(route);
    return route;
  }

  /**
   * Routes for requests with the header `name` and in it `value`, in any case: as a whole, or as an element of a list,
   * which is worth what its `q` says. A request without it gets 400. Ktor: `header(name, value) { }`.
   *
   * @throws InvalidOptionError (`INVALID_OPTION`) when `name` is no header's name.
   */
  header<Here extends string>(
    this: Route<Here>,
    name: string,
    value: string,
    build?: (route: Route<Here>) => void,
  ): Route<Here> {
    return this.#select(headerSelector(name, value), build);
  }

  /**
   * Routes for requests to some hosts: `"example.com"` on any port, `"localhost:8080"` on one, or a pattern for the
   * whole name. It looks at `request.host` and `request.port`, which a client writes. Another host gets 404. Ktor:
   * `host(…) { }`.
   *
   * @throws InvalidOptionError (`INVALID_OPTION`) for what is no host.
   */
  host<Here extends string>(
    this: Route<Here>,
    hosts: HostPattern | readonly HostPattern[],
    build?: (route: Route<Here>) => void,
  ): Route<Here> {
    return this.#select(hostSelector(hosts), build);
  }

  /**
   * Routes for one method, in upper case; GET takes HEAD too, and answers it without the body. Another method gets 405.
   * Bodies of requests are not read. Ktor: `method(…) { }`.
   *
   * @throws InvalidOptionError (`INVALID_OPTION`) for what is no method.
   */
  method<Here extends string>(this: Route<Here>, method: string, build?: (route: Route<Here>) => void): Route<Here> {
    return this.#select(methodSelector(method), build);
  }

  /**
   * Answers requests that come here, whatever their method. Ktor: `handle { }`.
   *
   * @throws InvalidOptionError (`INVALID_OPTION`) when the handler is no function.
   */
  handle<Here extends string>(this: Route<Here>, handler: Answers<Here>): Route<Here> {
    return this.#handle(`handle at ${this.path}`, handler);
  }

  /**
   * Answers GET requests, and HEAD without the body. Ktor: `get(path) { }`.
   *
   * @throws InvalidPathError (`INVALID_PATH`), InvalidOptionError (`INVALID_OPTION`) when the handler is no function.
   */
  get<Here extends string>(this: Route<Here>, handler: Answers<Here>): Route<Here>;
  get<Parent extends string, Child extends string>(
    this: Route<Parent>,
    path: Child,
    handler: Answers<JoinedPath<Parent, Child>>,
  ): Route<JoinedPath<Parent, Child>>;
  get(...definition: readonly unknown[]): unknown {
    const path = definition.length > 1 ? (definition[0] as string) : "";
    return this.#plain.route(path).method("GET").#handle(`get(${path})`, definition.at(-1));
  }

  /**
   * Sessions of whole messages: pings and the peer's Close are answered, fragments reassembled. Ktor: `webSocket(path, protocol)`.
   *
   * @throws MissingPluginError (`MISSING_PLUGIN`) when `WebSockets` is not installed.
   * @throws InvalidPathError (`INVALID_PATH`), InvalidOptionError (`INVALID_OPTION`)
   */
  webSocket<Here extends string>(this: Route<Here>, handler: Runs<Here>): Route<Here>;
  webSocket<Here extends string>(this: Route<Here>, options: Options<Here>, handler: Runs<Here>): Route<Here>;
  webSocket<Parent extends string, Child extends string>(
    this: Route<Parent>,
    path: Child,
    handler: Runs<JoinedPath<Parent, Child>>,
  ): Route<JoinedPath<Parent, Child>>;
  webSocket<Parent extends string, Child extends string>(
    this: Route<Parent>,
    path: Child,
    options: Options<JoinedPath<Parent, Child>>,
    handler: Runs<JoinedPath<Parent, Child>>,
  ): Route<JoinedPath<Parent, Child>>;
  webSocket(...definition: readonly unknown[]): unknown {
    return this.#webSocket("default", definition);
  }

  /**
   * Sessions of single frames: every one appears as it came, and nothing is answered. Ktor: `webSocketRaw`.
   *
   * @throws MissingPluginError (`MISSING_PLUGIN`) when `WebSockets` is not installed.
   * @throws InvalidPathError (`INVALID_PATH`), InvalidOptionError (`INVALID_OPTION`)
   */
  webSocketRaw<Here extends string>(this: Route<Here>, handler: RunsRaw<Here>): Route<Here>;
  webSocketRaw<Here extends string>(this: Route<Here>, options: RawOptions<Here>, handler: RunsRaw<Here>): Route<Here>;
  webSocketRaw<Parent extends string, Child extends string>(
    this: Route<Parent>,
    path: Child,
    handler: RunsRaw<JoinedPath<Parent, Child>>,
  ): Route<JoinedPath<Parent, Child>>;
  webSocketRaw<Parent extends string, Child extends string>(
    this: Route<Parent>,
    path: Child,
    options: RawOptions<JoinedPath<Parent, Child>>,
    handler: RunsRaw<JoinedPath<Parent, Child>>,
  ): Route<JoinedPath<Parent, Child>>;
  webSocketRaw(...definition: readonly unknown[]): unknown {
    return this.#webSocket("raw", definition);
  }

  get #plain(): Route {
    return this;
  }

  #webSocket(mode: WebSocketRoute["mode"], definition: readonly unknown[]): Route {
    const { application } = this;
    const webSockets = application.plugin(WebSockets);
    // [path], [options], handler
    const rest = [...definition];
    const handler = rest.pop();
    const path = typeof rest[0] === "string" ? (rest.shift() as string) : "";
    const options = rest.length > 0 ? rest[0] : {};
    const route = this.#plain.route(path);
    const selectors = this.#selectors;
    const entry = webSocketRoute({ mode, path: route.path, options, handler, application, webSockets, selectors });
    this.#target.addRoute(route.path, entry);
    return route;
  }

  #handle(what: string, handler: unknown): this {
    if (typeof handler !== "function") throw new InvalidOptionError(`handler of ${what}`, handler, "a function");
    const answers = handler as (call: HttpCall) => unknown;
    this.#target.addRoute(this.path, { kind: "http", selectors: this.#selectors, handler: answers });
    return this;
  }

  #select<Here extends string>(
    this: Route<Here>,
    selector: RouteSelector,
    build: ((route: Route<Here>) => void) | undefined,
  ): Route<Here> {
    const behind = parsePath(this.path).segments.length;
    const selectors = [...this.#selectors, { behind, selector }];
    const route = new Route(this.application, this.path, this.#target, selectors);
    build?.(route);
    return route;
  }
}
