import { RequestHeaders } from "../handshake/headers.js";
import type { Application } from "./application.js";
import { Attributes } from "./attributes.js";

/** What an engine knows of a request. */
export interface RequestData {
  readonly method: string;
  /** Path and query as they were sent. */
  readonly uri: string;
  /** `"1.1"`. */
  readonly httpVersion: string;
  /** Names and values in turn. */
  readonly rawHeaders: readonly string[];
  /** The peer of the connection; behind a proxy that is the proxy. `undefined` when it has gone. */
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
}

/** The request of a call. Ktor: `ApplicationRequest`. */
export class ApplicationRequest {
  /** In upper case, as it was sent. */
  readonly method: string;
  /** Path and query as they were sent. */
  readonly uri: string;
  /** `"1.1"`. */
  readonly httpVersion: string;
  /** Names and values in turn, as they were sent. */
  readonly rawHeaders: readonly string[];
  /** The address of the connection's other end; behind a proxy that is the proxy. `undefined` when it has gone. */
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  #headers: RequestHeaders | undefined;
  #queryParameters: URLSearchParams | undefined;

  /** @internal */
  constructor(data: RequestData) {
    this.method = data.method;
    this.uri = data.uri;
    this.httpVersion = data.httpVersion;
    this.rawHeaders = data.rawHeaders;
    this.remoteAddress = data.remoteAddress;
    this.remotePort = data.remotePort;
  }

  /** The path, still percent-encoded, without the query. */
  get path(): string {
    const query = this.uri.indexOf("?");
    return query === -1 ? this.uri : this.uri.slice(0, query);
  }

  /** The query, decoded. Ktor: `queryParameters`. */
  get queryParameters(): URLSearchParams {
    const query = this.uri.indexOf("?");
    this.#queryParameters ??= new URLSearchParams(query === -1 ? "" : this.uri.slice(query + 1));
    return this.#queryParameters;
  }

  /** A header's value, its lines joined with `", "`; `undefined` where it is not there. `name` in any case. */
  header(name: string): string | undefined {
    this.#headers ??= new RequestHeaders(this.rawHeaders);
    return this.#headers.joined(name.toLowerCase());
  }
}

/** One request and what belongs to it. Ktor: `ApplicationCall`. */
export class ApplicationCall<Parameters = unknown> {
  /** What is kept for the life of the call. */
  readonly attributes: Attributes = new Attributes();

  /** @internal */
  constructor(
    readonly application: Application,
    readonly request: ApplicationRequest,
    /** The parameters of the route's path, decoded. */
    readonly parameters: Parameters,
  ) {}
}
