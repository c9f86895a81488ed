import type { Application } from "./application.js";
import { Attributes } from "./attributes.js";
import type { ConnectionData, RequestConnectionPoint } from "./connection-point.js";
import { localPoint } from "./connection-point.js";
import type { ForwardedRequest, TrustedProxies } from "./forwarded.js";
import { forwarded } from "./forwarded.js";
import { HttpHeaders } from "./http-headers.js";
import { RequestCookies } from "./request-cookies.js";

/** What an engine knows of a request. */
export interface RequestData extends ConnectionData {
  readonly method: string;
  /** Path and query as they were sent. */
  readonly uri: string;
  /** `"1.1"`. */
  readonly httpVersion: string;
  /** Names and values in turn. */
  readonly rawHeaders: readonly string[];
  /** The proxies whose `X-Forwarded-*` headers are believed. Default: none. */
  readonly proxies?: TrustedProxies | undefined;
}

/** What is read of a request when it is asked for. */
interface Derived {
  headers?: HttpHeaders;
  local?: RequestConnectionPoint;
  forwarded?: ForwardedRequest | undefined;
  cookies?: RequestCookies;
  queryParameters?: URLSearchParams;
}

/** The request of a call. Ktor: `ApplicationRequest`. */
export class ApplicationRequest {
  // A session keeps its request for as long as it lives: it holds what came, and what is made of that on demand.
  readonly #data: RequestData;
  #made: Derived | undefined;

  /** @internal */
  constructor(data: RequestData) {
    this.#data = data;
  }

  /** In upper case, as it was sent. */
  get method(): string {
    return this.#data.method;
  }

  /** Path and query as they were sent. */
  get uri(): string {
    return this.#data.uri;
  }

  /** `"1.1"`. */
  get httpVersion(): string {
    return this.#data.httpVersion;
  }

  /** Names and values in turn, as they were sent. */
  get rawHeaders(): readonly string[] {
    return this.#data.rawHeaders;
  }

  get headers(): HttpHeaders {
    const made = this.derived;
    made.headers ??= new HttpHeaders(this.rawHeaders);
    return made.headers;
  }

  /** What the socket and the request's `Host` say: behind a proxy the client is the proxy. Ktor: `request.local`. */
  get local(): RequestConnectionPoint {
    const made = this.derived;
    made.local ??= localPoint(this.#data, this.headers.get("host"));
    return made.local;
  }

  /**
   * What the proxies in `trustedProxies` say of the client by `X-Forwarded-For`, `-Proto`, `-Host` and `-Port`; as `local`
   * where the connection comes from none of them. Ktor: `request.origin`, with the plugin `XForwardedHeaders`.
   */
  get origin(): RequestConnectionPoint {
    return this.forward()?.origin ?? this.local;
  }

  /** The `X-Forwarded-Host` of a trusted proxy, which a page's origin must fit in place of `Host`. @internal */
  get forwardedHost(): string | undefined {
    return this.forward()?.host;
  }

  /** `origin.scheme`. */
  get scheme(): RequestConnectionPoint["scheme"] {
    return this.origin.scheme;
  }

  /** `origin.serverHost`: the host that the client asked for, without the port. */
  get host(): string {
    return this.origin.serverHost;
  }

  /** `origin.serverPort`: the port that the client asked for. */
  get port(): number {
    return this.origin.serverPort;
  }

  /** `origin.remoteAddress`: the client's IP address, as far as it is known. */
  get remoteAddress(): string | undefined {
    return this.origin.remoteAddress;
  }

  /** `origin.remoteHost`: the client's address, or what a trusted proxy calls it. */
  get remoteHost(): string | undefined {
    return this.origin.remoteHost;
  }

  /** `origin.remotePort`. */
  get remotePort(): number | undefined {
    return this.origin.remotePort;
  }

  /** The path, still percent-encoded, without the query. */
  get path(): string {
    const query = this.uri.indexOf("?");
    return query === -1 ? this.uri : this.uri.slice(0, query);
  }

  /** The query, decoded. Ktor: `queryParameters`. */
  get queryParameters(): URLSearchParams {
    const query = this.uri.indexOf("?");
    const made = this.derived;
    made.queryParameters ??= new URLSearchParams(query === -1 ? "" : this.uri.slice(query + 1));
    return made.queryParameters;
  }

  /** Ktor: `cookies`. */
  get cookies(): RequestCookies {
    const made = this.derived;
    made.cookies ??= new RequestCookies(this.headers.getAll("cookie"));
    return made.cookies;
  }

  /** A header's value, its lines joined with `", "`; `undefined` where it is not there. `name` in any case. */
  header(name: string): string | undefined {
    return this.headers.get(name);
  }

  private forward(): ForwardedRequest | undefined {
    const { proxies } = this.#data;
    if (proxies === undefined) return undefined;
    const made = this.derived;
    made.forwarded ??= forwarded(this.local, this.headers, proxies);
    return made.forwarded;
  }

  private get derived(): Derived {
    this.#made ??= {};
    return this.#made;
  }
}

/** One request and what belongs to it. Ktor: `ApplicationCall`. */
export class ApplicationCall<Parameters = unknown> {
  #attributes: Attributes | undefined;

  /** @internal */
  constructor(
    readonly application: Application,
    readonly request: ApplicationRequest,
    /** The parameters of the route's path, decoded. */
    readonly parameters: Parameters,
  ) {}
  /** What is kept for the life of the call. */
  get attributes(): Attributes {
    this.#attributes ??= new Attributes();
    return this.#attributes;
  }
}
